// A gateway whose credentials are references: had at the start, in memory from then on, asked for again by
// `secrets reload`, and never in the way of another profile. The programs are shell scripts of the test.
import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import type { Credential } from "../../src/core/credential.ts";
import type { Script } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody } from "../fakes/wire-samples.ts";
import { cliHome } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import type { GatewayHome, GatewayProcess } from "../support/gateway-process.ts";
import { gatewayHome } from "../support/gateway-process.ts";
import { send } from "../support/http-client.ts";

const POSIX = { skip: process.platform === "win32", concurrency: 2 };
const echo: Script = (call) =>
  act.reply({ body: chatBody(`${call.key} ${call.headers["x-team"] ?? ""}`.trim()) });

interface Place {
  readonly home: GatewayHome;
  readonly config: Record<string, any>;
  /** A program of this name says what stands in the file of that name, id by id. */
  readonly say: (name: string, values: object | string) => void;
}

async function place(t: TestContext, edit: (at: Place) => Promise<void> | void): Promise<Place> {
  const upstream = await startScriptedUpstream(echo);
  const home = await gatewayHome(upstream, []);
  t.after(async () => {
    await home.remove();
    await upstream.close();
  });
  const config = JSON.parse(readFileSync(home.paths.configPath, "utf8"));
  const say = (name: string, values: object | string) => {
    const command = join(home.path, name);
    const answer =
      typeof values === "string"
        ? values
        : `cat >/dev/null; printf '%s' '${JSON.stringify({ protocolVersion: 1, values })}'`;
    writeFileSync(command, `#!/bin/sh\necho x >> "${command}.runs"\n${answer}\n`);
    chmodSync(command, 0o700);
    config.secrets ??= { providers: {} };
    config.secrets.providers[name] ??= { source: "exec", command, passEnv: ["PATH"], timeoutMs: 60_000 };
  };
  const at = { home, config, say };
  await edit(at);
  save(at);
  return at;
}

const save = ({ home, config }: Place) => writeFileSync(home.paths.configPath, JSON.stringify(config));
const runs = ({ home }: Place, name: string) => {
  const file = join(home.path, `${name}.runs`);
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").length : 0;
};
const put = (home: GatewayHome, profiles: Readonly<Record<string, Credential>>) =>
  home.store.update("main", { profiles: Object.keys(profiles) }, () => ({
    profiles: new Map(Object.entries(profiles)),
  }));
const byRef = (provider: string, id = "k"): Credential => ({
  type: "api_key",
  provider: "p",
  keyRef: { source: "exec", provider, id },
});

async function ask(home: GatewayHome, gateway: GatewayProcess, token?: string) {
  const file = join(home.paths.globalDir, "gateway-token");
  const authorization = `Bearer ${token ?? readFileSync(file, "utf8").trim()}`;
  const body = JSON.stringify({ model: "p/m1", messages: [{ role: "user", content: "Hello." }] });
  const { status, text } = await send(`${gateway.url}/v1/chat/completions`, {
    headers: { authorization },
    body,
  });
  return { status, said: JSON.parse(text).choices?.[0].message.content ?? text };
}
const said = async (home: GatewayHome, gateway: GatewayProcess) => (await ask(home, gateway)).said;
const openclaw = (home: GatewayHome, ...words: string[]) => cliHome(home.path).run(words);

describe("references in a running gateway", POSIX, () => {
  test("stored keys, config keys, headers and the gateway's own token are had at the start", async (t) => {
    const at = await place(t, async ({ home, config, say }) => {
      say("vault", {
        key: "sk-fake-from-vault-1",
        team: "blue",
        token: "fake-token-0123456789abcdefghijklmn",
      });
      config.models.providers.p.headers = { "x-team": { source: "exec", provider: "vault", id: "team" } };
      config.gateway = { auth: { token: { source: "exec", provider: "vault", id: "token" } } };
      await put(home, { "p:a": byRef("vault", "key") });
    });
    const gateway = await at.home.start("--port", "0");
    const answer = await ask(at.home, gateway, "fake-token-0123456789abcdefghijklmn");
    assert.deepEqual(answer, { status: 200, said: "sk-fake-from-vault-1 blue" });
    assert.equal((await ask(at.home, gateway, "another")).status, 401);
    const before = runs(at, "vault");
    for (let n = 0; n < 5; n++) await ask(at.home, gateway, "fake-token-0123456789abcdefghijklmn");
    assert.equal(runs(at, "vault"), before, "calls read memory alone");
    for (const secret of ["sk-fake-from-vault-1", "fake-token-0123"])
      assert.ok(!gateway.printed().includes(secret));
  });

  test("one that fails stops nothing, is named, and comes into use by a reload", async (t) => {
    const at = await place(t, async ({ home, say }) => {
      say("good", { k: "sk-fake-good" });
      say("bad", "echo sk-fake-leaked-0123456789 >&2; exit 7");
      await put(home, { "p:a": byRef("bad"), "p:b": byRef("good") });
    });
    const gateway = await at.home.start("--port", "0");
    assert.equal(await said(at.home, gateway), "sk-fake-good");
    const status = JSON.parse((await openclaw(at.home, "models", "status", "--json")).out);
    const rows = status.auth.oauth.profiles.map((row: any) => [row.profileId, row.problem]);
    assert.deepEqual(rows, [
      ["p:a", "unresolved_ref"],
      ["p:b", undefined],
    ]);

    const failed = await openclaw(at.home, "secrets", "reload", "--json");
    assert.equal(failed.exit, 1);
    const report = JSON.parse(failed.out);
    assert.deepEqual([report.ok, report.refs, report.resolved, report.warningCount], [false, 2, 1, 1]);
    assert.match(report.failing[0].problem, /secrets\.providers\.bad: it ended with exit code 7/);
    assert.deepEqual(report.failing[0].places, ["profile p:a of main"]);

    at.say("bad", { k: "sk-fake-mended" });
    await put(at.home, { "p:b": { type: "api_key", provider: "p", key: "" } });
    const mended = await openclaw(at.home, "secrets", "reload");
    assert.equal(mended.exit, 0, mended.err);
    assert.equal(await said(at.home, gateway), "sk-fake-mended");
    for (const text of [gateway.printed(), failed.out, failed.err, mended.out])
      assert.doesNotMatch(text, /sk-fake/);
  });

  test("an answer that changes is taken over by a reload alone; a failing one keeps its last good value", async (t) => {
    const at = await place(t, async ({ home, say }) => {
      say("vault", { k: "sk-fake-first" });
      await put(home, { "p:a": byRef("vault") });
    });
    const gateway = await at.home.start("--port", "0");
    at.say("vault", { k: "sk-fake-second" });
    assert.equal(await said(at.home, gateway), "sk-fake-first");
    const swapped = JSON.parse((await openclaw(at.home, "secrets", "reload", "--json")).out);
    assert.deepEqual(swapped.changed, ["exec:vault:k"]);
    assert.equal(await said(at.home, gateway), "sk-fake-second");

    const token = readFileSync(join(at.home.paths.globalDir, "gateway-token"), "utf8").trim();
    const socket = ["secrets", "reload", "--json", "--url", gateway.url.replace("http", "ws"), "--token"];
    at.say("vault", { k: "sk-fake-third" });
    const afar = await openclaw(at.home, ...socket, token);
    assert.deepEqual([afar.exit, JSON.parse(afar.out).changed], [0, ["exec:vault:k"]], afar.err);
    assert.equal(await said(at.home, gateway), "sk-fake-third");
    assert.equal((await openclaw(at.home, ...socket, "another")).exit, 1);
    at.say("vault", { k: "sk-fake-second" });
    assert.equal((await openclaw(at.home, "secrets", "reload")).exit, 0);

    at.say("vault", "exit 1");
    const kept = await openclaw(at.home, "secrets", "reload", "--json");
    assert.equal(kept.exit, 1);
    assert.equal(JSON.parse(kept.out).failing[0].kept, true);
    assert.equal(await said(at.home, gateway), "sk-fake-second");
    // The reference is another one now: what the old one said is nothing to it.
    await put(at.home, { "p:a": byRef("vault", "other") });
    await eventually(async () => assert.notEqual((await ask(at.home, gateway)).status, 200));
  });

  test("a variable that vanishes keeps its last good value; one that its allowlist drops does not", async (t) => {
    const at = await place(t, async ({ home, config }) => {
      writeFileSync(home.paths.dotenvPath, "TEAM_KEY=sk-fake-from-dotenv\n");
      config.gateway = { reload: { debounceMs: 20 } };
      config.models.providers.p.apiKey = { source: "env", provider: "default", id: "TEAM_KEY" };
    });
    const gateway = await at.home.start("--port", "0");
    assert.equal(await said(at.home, gateway), "sk-fake-from-dotenv");
    rmSync(at.home.paths.dotenvPath);
    assert.equal((await openclaw(at.home, "secrets", "reload")).exit, 1);
    assert.equal(await said(at.home, gateway), "sk-fake-from-dotenv");
    at.config.secrets = { providers: { default: { source: "env", allowlist: ["OTHER"] } } };
    save(at);
    await eventually(async () => assert.notEqual((await ask(at.home, gateway)).status, 200));
  });

  test("one that hangs holds up neither the start nor other profiles", async (t) => {
    const at = await place(t, async ({ home, config, say }) => {
      say("hangs", `while [ -e "$0" ]; do sleep 1; done`);
      config.secrets.providers.hangs.timeoutMs = 120_000;
      say("good", { k: "sk-fake-good" });
      await put(home, { "p:a": byRef("hangs"), "p:b": byRef("good") });
    });
    const gateway = await at.home.start("--port", "0");
    assert.equal(await said(at.home, gateway), "sk-fake-good");
  });

  test("without its own secret the gateway does not start, and says which reference it is", async (t) => {
    const at = await place(t, ({ config, say }) => {
      say("vault", "exit 1");
      config.gateway = { auth: { token: { source: "exec", provider: "vault", id: "token" } } };
    });
    const gateway = await at.home.start("--port", "0");
    assert.equal(await gateway.ended, 1);
    assert.match(gateway.printed(), /gateway\.auth\.token refers to exec:token.*exit code 1/);
    const other = await at.home.start("--port", "0", "--token", "fake-token-of-a-flag");
    const headers = { authorization: "Bearer fake-token-of-a-flag" };
    assert.equal((await fetch(`${other.url}/v1/models`, { headers })).status, 200);
  });

  test("a login that is a reference is refused at the start, and named", async (t) => {
    const at = await place(t, async ({ home, config, say }) => {
      say("vault", { k: "sk-fake-good" });
      config.auth = { profiles: { "p:a": { provider: "p", mode: "oauth" } } };
      await put(home, { "p:a": byRef("vault") });
    });
    const gateway = await at.home.start("--port", "0");
    assert.equal(await gateway.ended, 1);
    assert.match(
      gateway.printed(),
      /p:a of main.*OAuth login may not be a reference.*auth\.profiles\.p:a\.mode/,
    );
  });

  test("a restart loop asks a program less and less, and leaves no value on disk", async (t) => {
    const at = await place(t, async ({ home, say }) => {
      say("vault", { k: "sk-fake-nowhere-on-disk" });
      await put(home, { "p:a": byRef("vault") });
      await home.addKeys("b");
    });
    const record = join(at.home.paths.globalDir, "secret-refs.json");
    const first = await at.home.start("--port", "0");
    assert.equal(await said(at.home, first), "sk-fake-nowhere-on-disk");
    first.kill("SIGKILL");
    await first.ended;
    const { starts } = JSON.parse(readFileSync(record, "utf8"));
    assert.equal(starts.vault.length, 1);
    writeFileSync(record, JSON.stringify({ starts: { vault: Array(9).fill(Date.now()) } }));
    const held = await at.home.start("--port", "0");
    assert.equal(await said(at.home, held), "sk-fake-p-b", "others serve meanwhile");
    assert.equal(runs(at, "vault"), 1);
    assert.match(held.printed(), /started many times.*vault is not asked for \d+ s/);
    // A person who asks is answered.
    assert.equal((await openclaw(at.home, "secrets", "reload")).exit, 0);
    assert.equal(runs(at, "vault"), 2);
    for (const file of cliHome(at.home.path).files()) {
      const path = join(at.home.path, file);
      if (!statSync(path).isFile() || file === "vault") continue;
      assert.ok(!readFileSync(path, "latin1").includes("sk-fake-nowhere-on-disk"), file);
    }
  });
});
