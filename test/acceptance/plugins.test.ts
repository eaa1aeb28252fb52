// A story: the plugin of examples/ is named in access.json, logged in to with its own method, and used like a
// provider that is built in.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Script, ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { reply } from "../fakes/upstream-actions.ts";
import { chatBody } from "../fakes/wire-samples.ts";
import { ENTRY } from "../support/entry.ts";
import { send } from "../support/http-client.ts";
import { pluginHome } from "../support/plugin-home.ts";
import { eventually } from "../support/eventually.ts";
import { startIdentityProvider } from "../support/identity-provider.ts";
import { atTerminal, CTRL_C, ENTER } from "../support/terminal.ts";

const EXAMPLE = join(import.meta.dirname, "../../examples/acme-provider");
const TOKEN = "acme-fake-token-0123456789abcdefghij";
const OTHER = "sk-fake-openai-0123456789abcdefghijkl";
const RESETS_AT = new Date(Date.now() + 10 * 86_400_000).toISOString();

const home = pluginHome();
let upstream: ScriptedUpstream;

/** Acme as a server: it signs on, lists, counts, answers. */
const acme: Script = (call) => {
  if (call.path === "/v1/sign-on") {
    const right = call.body.json.code === "482913-fake-code";
    return right ? reply({ body: { token: TOKEN, expiresIn: 3600 } }) : reply({ status: 403 });
  }
  if (call.key !== TOKEN) return reply({ status: 401, body: { error: { message: "who?" } } });
  if (call.path === "/v1/catalog")
    return reply({ body: { models: [{ id: "anvil-3", contextWindow: 9000 }] } });
  if (call.path === "/v1/quota") return reply({ body: { used: 30, limit: 120, resetsAt: RESETS_AT } });
  return reply({ body: chatBody("Meep.") });
};

before(async () => {
  upstream = await startScriptedUpstream(acme);
  home.write(".openclaw/openclaw.json", `{ "agents": { "defaults": { "model": "acme/anvil-2" } } }`);
  nameExample();
});
after(async () => {
  home.remove();
  await upstream.close();
});

const nameExample = () => home.name({ [EXAMPLE]: { options: { baseUrl: `${upstream.url}/v1` } } });

const signOn = (code: string) =>
  atTerminal(
    home.path,
    ["models", "auth", "login", "--provider", "acme", "--method", "sso"],
    [
      { after: /Your address at Acme/, send: `ada@acme.example${ENTER}` },
      { after: /The code/, send: code + ENTER },
    ],
  );

test("before the login its models are known, and the login is what is missing", async () => {
  const { models } = await home.json("models", "list", "--provider", "acme");
  const known = models.map(({ key, contextWindow }: { key: string; contextWindow: number }) => [
    key,
    contextWindow,
  ]);
  assert.deepEqual(known, [
    ["acme/anvil-2", 200_000],
    ["acme/anvil-mini", 32_000],
  ]);
  const { auth } = await home.json("models", "status");
  assert.deepEqual(auth.missingProvidersInUse, ["acme"]);
});

test("a login that the plugin refuses stores nothing, and no word of what was typed is shown", async () => {
  const { exit, text } = await signOn("000000-wrong-code-of-mine");
  assert.equal(exit, 1);
  assert.match(text, /Acme sent a code to ada@acme\.example\./);
  assert.match(text, /refused the code \[secret\] \(HTTP 403\)\. Nothing was stored\./);
  assert.doesNotMatch(text, /wrong-code/);
  const { profiles } = await home.json("models", "auth", "list");
  assert.deepEqual(profiles, []);
});

test("the plugin's own login", async () => {
  const { exit, text } = await signOn("482913-fake-code");
  assert.equal(exit, 0, text);
  assert.match(text, /Auth profile: acme:ada@acme\.example \(acme\/token\)/);
  assert.doesNotMatch(text, new RegExp(TOKEN));
});

test("status, list, refresh, probe and usage", async () => {
  const { auth, aliases } = await home.json("models", "status");
  assert.deepEqual(auth.missingProvidersInUse, []);
  assert.deepEqual(
    auth.providers.map(({ provider, effective }: any) => [provider, effective.kind]),
    [["acme", "profiles"]],
  );
  assert.equal(aliases["anvil"], "acme/anvil-2");

  const refreshed = await home.json("models", "refresh", "--provider", "acme");
  assert.deepEqual(
    refreshed.providers.map(({ provider, count }: any) => [provider, count]),
    [["acme", 1]],
  );
  const { models } = await home.json("models", "list", "--provider", "acme", "--all");
  assert.ok(models.some(({ key }: { key: string }) => key === "acme/anvil-3"));

  const probed = await home.json("models", "status", "--probe", "--probe-provider", "acme");
  assert.deepEqual(
    probed.auth.probes.results.map(({ status, model }: any) => [status, model]),
    [["ok", "acme/anvil-2"]],
  );

  const { usage } = await home.json("models", "status", "--usage");
  const [{ windows }] = usage.profiles;
  const { label, used, limit, unit, resetsAt } = windows[0];
  assert.deepEqual(
    [label, used, limit, unit, resetsAt],
    ["Month", 30, 120, "credits", Date.parse(RESETS_AT)],
  );
});

test("who leaves the plugin's question leaves everything as it was", async () => {
  const words = ["models", "auth", "login", "--provider", "acme", "--method", "sso"];
  const { exit, text, settings } = await atTerminal(home.path, words, [
    { after: /Your address at Acme/, send: CTRL_C },
  ]);
  assert.equal(exit, 130);
  assert.match(text, /Cancelled\. Nothing was changed\./);
  assert.match(settings, /icanon/);
  const piped = await home.run([...words, "--json"]);
  assert.equal(piped.exit, 1);
  assert.equal(JSON.parse(piped.out).error.code, "no_terminal");
});

test("a login of the plugin's that asks nothing needs no terminal", async () => {
  home.plugin(
    "quiet",
    `export default { id: "quiet", label: "Quiet", api: "openai-completions", baseUrl: "${upstream.url}/v1",
       auth: [{ id: "machine", kind: "code", label: "Machine", run: async ({ notify }) => {
         notify("One moment.\\nOr two."); return { credential: { type: "api_key", key: "${TOKEN}" } }; } }] };`,
  );
  home.plugin(
    "garbage",
    `const login = (id, run) => ({ id, kind: "code", label: id, run });
     export default { id: "garbage", label: "Garbage", api: "openai-completions", baseUrl: "${upstream.url}/v1",
       auth: [login("nothing", () => {}), login("newline", () => ({ credential: { type: "token", token: "a\\nb" } })),
         login("year", () => ({ credential: { type: "token", token: "${TOKEN}", expires: 9e15 } })),
         login("odd", async ({ prompt }) => prompt({ kind: "picture" })),
         login("chatty", ({ notify }) => { for (;;) notify("x"); }),
         login("gone", () => process.exit(0))] };`,
  );
  home.name(["./quiet", "./garbage"]);
  const login = (provider: string, method: string) =>
    home.run(["models", "auth", "login", "--provider", provider, "--method", method, "--json"]);
  const { exit, out, err } = await login("quiet", "machine");
  assert.equal(exit, 0, err);
  assert.equal(JSON.parse(out).profileId, "quiet:default");
  assert.match(err, /One moment\.\nOr two\./);
  for (const [method, fault] of [
    ["nothing", /returned something that is no login: must be an object/],
    ["newline", /credential\.token: must be a secret that a header can carry/],
    ["year", /credential\.expires: must be ms since epoch/],
    ["odd", /asks something that is no question: kind: must have the kind secret/],
    ["chatty", /says more than 1000 things/],
    ["gone", /ended before it answered/],
  ] as const) {
    const said = await login("garbage", method);
    assert.equal(said.exit, 1, method);
    assert.match(JSON.parse(said.out).error.message, fault, method);
    assert.doesNotMatch(said.out + said.err, new RegExp(TOKEN));
  }
  const { profiles } = await home.json("models", "auth", "list", "--provider", "garbage");
  assert.deepEqual(profiles, []);
});

test("a login by data alone: a device code, refreshed where it came from", async (t) => {
  const idp = await startIdentityProvider({ accessSeconds: 60 });
  t.after(() => idp.stop());
  home.plugin(
    "corp",
    `export default { id: "corp", label: "Corp", api: "openai-completions", baseUrl: "${upstream.url}/v1",
       catalog: { models: [{ id: "m1" }] },
       auth: [{ id: "device-code", kind: "device", label: "Corp", oauth: ${JSON.stringify(idp.settings)} }] };`,
  );
  home.name(["./corp"]);
  let approved = false;
  const { exit, err } = await home.run(["models", "auth", "login", "--provider", "corp", "--device-code"], {
    onErr: (shown) => {
      const code = /enter this code:\s+(\S+)/.exec(shown)?.[1];
      if (code !== undefined && !approved) void idp.approveDevice(code);
      approved ||= code !== undefined;
    },
  });
  assert.equal(exit, 0, err);
  const { profiles } = await home.json("models", "auth", "list", "--provider", "corp");
  assert.deepEqual(
    profiles.map(({ id, type }: any) => [id, type]),
    [["corp:ada@example.com", "oauth"]],
  );
  upstream.script(() => reply({ body: chatBody("Corp.") }));
  const gateway = await startGateway();
  t.after(gateway.stop);
  assert.equal((await gateway.call("corp/m1")).status, 200);
  await eventually(() => assert.equal(idp.counts.refreshes, 1));
  upstream.script(acme);
});

test("a call through the gateway, and a failure in the plugin's words", async (t) => {
  nameExample();
  const gateway = await startGateway();
  t.after(gateway.stop);
  const ok = await gateway.call("acme/anvil-2");
  assert.equal(ok.status, 200, ok.text);
  assert.match(ok.text, /Meep/);
  assert.equal(upstream.calls.at(-1)!.path, "/v1/chat/completions");
  assert.equal(upstream.calls.at(-1)!.key, TOKEN);

  upstream.script(() => reply({ status: 400, body: { error: { message: "No.", code: "ANVILS_SOLD_OUT" } } }));
  await gateway.call("acme/anvil-2");
  await gateway.stop();
  upstream.script(acme);
  const { auth } = await home.json("models", "status");
  assert.deepEqual(
    auth.unusableProfiles.map(({ kind, reason }: any) => [kind, reason]),
    [["disabled", "billing"]],
  );
});

test("an npm package of the state dir is found by its name", async () => {
  const modules = join(home.path, ".openclaw/node_modules");
  mkdirSync(modules, { recursive: true });
  cpSync(EXAMPLE, join(modules, "acme-provider"), { recursive: true });
  home.name(["acme-provider"]);
  const { plugins } = await home.list();
  const { id, status, version, providerIds } = plugins[0];
  assert.deepEqual([id, status, version, providerIds], ["acme-provider", "loaded", "1.0.0", ["acme"]]);
  const pasted = await home.run(["models", "auth", "paste-api-key", "--provider", "acme"], { stdin: TOKEN });
  assert.equal(pasted.exit, 0, pasted.err);
  const shown = await home.run(["plugins", "list", "--verbose"]);
  assert.match(shown.out, /acme-provider\s+loaded\s+acme\s+1\.0\.0/);
});

test("a provider that needs no credential counts as authenticated, and its marker is no secret", async () => {
  home.plugin(
    "local",
    `export default { id: "nearby", label: "Nearby", api: "openai-completions", baseUrl: "${upstream.url}/v1",
       auth: [], syntheticAuth: { marker: "nearby-local" }, catalog: { models: [{ id: "m1" }] } };`,
  );
  home.name(["./local"]);
  home.write(".openclaw/openclaw.json", `{ "agents": { "defaults": { "model": "nearby/m1" } } }`);
  const { auth } = await home.json("models", "status", "--check");
  assert.deepEqual(auth.missingProvidersInUse, []);
  const row = auth.providers.find(({ provider }: { provider: string }) => provider === "nearby");
  assert.deepEqual(row.effective, { kind: "synthetic", detail: "marker(nearby-local)" });
});

test("its functions see the secret of their own provider, and may not return it", async () => {
  home.plugin(
    "leaky",
    `export default { id: "leaky", label: "Leaky", api: "openai-completions", baseUrl: "${upstream.url}/v1",
       env: ["LEAKY_API_KEY"], catalog: { list: ({ secret, ...rest }) =>
         [{ id: "m1", name: JSON.stringify([secret, rest.options, process.env]) }] } };`,
  );
  home.plugin(
    "slow",
    `export default { id: "slow", label: "Slow", api: "openai-completions", baseUrl: "${upstream.url}/v1",
       env: ["SLOW_API_KEY"], catalog: { list: ({ secret }) => { throw new Error("no " + secret + " here"); } } };`,
  );
  home.name(["./leaky", "./slow"]);
  const env = { LEAKY_API_KEY: TOKEN, SLOW_API_KEY: TOKEN, OPENAI_API_KEY: OTHER };
  const { out, err } = await home.run(["models", "refresh", "--provider", "leaky", "--json"], { env });
  assert.match(out, /returned the credential that it was given/);
  const slow = await home.run(["models", "refresh", "--provider", "slow", "--json"], { env });
  assert.match(slow.out, /\(plugin \.\/slow\) failed: no \[secret\] here/);
  assert.doesNotMatch(out + err + slow.out + slow.err, new RegExp(`${TOKEN}|${OTHER}`));
});

async function startGateway() {
  const env = { PATH: process.env["PATH"] ?? "", HOME: home.path, TZ: "UTC" };
  const flags = ["gateway", "run", "--port", "0", "--auth", "none"];
  const child = spawn(process.execPath, [ENTRY, ...flags], { env, cwd: home.path });
  const ended = once(child, "close");
  let text = "";
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      const found = /(http:\/\/127\.0\.0\.1:\d+)[^]*curl .*\n/.exec(text)?.[1];
      if (found) resolve(found);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    void ended.then(() => reject(new Error(text)));
  });
  const body = (model: string) => JSON.stringify({ model, messages: [{ role: "user", content: "Hi" }] });
  return {
    call: (model: string) =>
      send(`${url}/v1/chat/completions`, {
        headers: { "content-type": "application/json" },
        body: body(model),
      }),
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
