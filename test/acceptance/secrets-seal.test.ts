// Sealed at rest, from the command line: what people see stays the same, new credentials are sealed at once, a key that
// is not there is told; and a gateway goes on serving while the key is changed under it.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody } from "../fakes/wire-samples.ts";
import { cliHome } from "../support/cli.ts";
import type { CliHome } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import { gatewayHome } from "../support/gateway-process.ts";
import { keyOf } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";

const KEY = "fake-key-for-sealing-0123456789";

function newHome(t: TestContext): CliHome {
  const home = cliHome();
  t.after(home.remove);
  return home;
}

const paste = (home: CliHome, provider: string, key: string, env = {}) =>
  home.run(["models", "auth", "paste-api-key", "--provider", provider], { stdin: key, env });

const filesWith = (home: string, text: string): string[] =>
  readdirSync(home, { recursive: true, encoding: "utf8" }).filter((file) => {
    const path = join(home, file);
    return statSync(path).isFile() && readFileSync(path).includes(text);
  });

test("sealed, nobody sees a difference; without the key it is told, and status lists the profiles", async (t) => {
  const home = newHome(t);
  await paste(home, "openai", KEY);
  const before = await home.json("models", "status");
  const sealed = await home.json("secrets", "seal");
  assert.deepEqual(sealed.agents, [{ agentId: "main", profiles: 1 }]);
  assert.equal(statSync(sealed.key.path).mode & 0o777, 0o600);
  assert.deepEqual(filesWith(home.path, KEY), []);
  assert.deepEqual(await home.json("models", "status"), before);

  assert.equal((await paste(home, "groq", "fake-second-key-0123456789abc")).exit, 0);
  assert.deepEqual(filesWith(home.path, "fake-second-key"), []);
  await home.json("models", "undo");
  assert.equal((await home.json("models", "auth", "list")).profiles.length, 1);

  renameSync(sealed.key.path, `${sealed.key.path}.away`);
  assert.deepEqual(await home.json("models", "status"), before);
  const refused = await paste(home, "groq", "fake-third-key-0123456789abcd");
  assert.equal(refused.exit, 1);
  assert.match(refused.err, /sealed with key \S+: .* is not there\. .*OPENCLAW_SEAL_KEY_FILE/);
  assert.equal((await home.run(["secrets", "unseal"])).exit, 1);

  const elsewhere = { OPENCLAW_SEAL_KEY_FILE: `${sealed.key.path}.away` };
  assert.equal((await home.run(["secrets", "unseal"], { env: elsewhere })).exit, 0);
  assert.deepEqual(filesWith(home.path, KEY), [".openclaw/agents/main/agent/openclaw-agent.sqlite"]);
  assert.deepEqual(await home.json("models", "status"), before);
});

test("what cannot be a key, a place for it or a passphrase is refused, and nothing is changed", async (t) => {
  const home = newHome(t);
  await paste(home, "openai", KEY);
  home.write("not-a-key", "hello");
  home.write("short", "short");
  const refused = async (words: readonly string[], told: RegExp) => {
    const { exit, err } = await home.run(["secrets", ...words]);
    assert.deepEqual([exit, told.test(err)], [1, true], `${words.join(" ")}: ${err}`);
  };
  await refused(["seal", "--key-file", "~/not-a-key"], /can be read by others|no key file/);
  await refused(["seal", "--key-file", "~/.openclaw/x.key"], /which it is to protect/);
  await refused(["seal", "--passphrase-file", "missing"], /is not there/);
  await refused(["seal", "--passphrase"], /asked for on a terminal/);
  await refused(["seal", "--passphrase", "--key-file", "x"], /Give one of/);
  await refused(["unseal"], /not sealed/);
  await refused(["rekey"], /not sealed/);
  assert.ok(!existsSync(join(home.path, ".config")));
  assert.notDeepEqual(filesWith(home.path, KEY), []);
});

test("a gateway serves on while its store is sealed, sealed anew twice, and unsealed", async (t) => {
  const upstream = await startScriptedUpstream(({ key }) => act.reply({ body: chatBody(`with ${key}`) }));
  const home = await gatewayHome(upstream, ["ada"]);
  t.after(async () => {
    await home.remove();
    await upstream.close();
  });
  const cli = cliHome(home.path);
  const gateway = await home.start("--port", "0");
  const token = readFileSync(join(home.paths.globalDir, "gateway-token"), "utf8").trim();
  const headers = { authorization: `Bearer ${token}` };
  const answers = new Map<string, number>();
  const call = async () => {
    const messages = [{ role: "user", content: `Question ${Math.random()}` }];
    const body = JSON.stringify({ model: "p/m1", messages });
    const { status, text } = await send(`${gateway.url}/v1/chat/completions`, { headers, body });
    const answer = status === 200 ? (/with [\w-]+/.exec(text)?.[0] ?? text) : `${status} ${text}`;
    answers.set(answer, (answers.get(answer) ?? 0) + 1);
    return answer;
  };
  const stop = new AbortController();
  const load = (async () => {
    while (!stop.signal.aborted) await call();
  })();
  const run = async (...words: readonly string[]) => {
    const { exit, err } = await cli.run(words);
    assert.equal(exit, 0, err);
  };
  await run("secrets", "seal");
  assert.deepEqual(filesWith(home.path, keyOf("p", "ada")), []);
  await run("secrets", "rekey");
  await run("secrets", "rekey");
  assert.equal((await paste(cli, "p", keyOf("p", "bob"))).exit, 0);
  await run("models", "auth", "logout", "p:ada", "--yes");
  await eventually(async () => assert.equal(await call(), `with ${keyOf("p", "bob")}`));
  await run("secrets", "unseal");
  await call();
  stop.abort();
  await load;
  assert.deepEqual([...answers.keys()].toSorted(), [
    `with ${keyOf("p", "ada")}`,
    `with ${keyOf("p", "bob")}`,
  ]);
});

test("a gateway without the key starts, says where it looked, and serves what is not sealed", async (t) => {
  const upstream = await startScriptedUpstream(({ key }) => act.reply({ body: chatBody(`with ${key}`) }));
  const home = await gatewayHome(upstream, ["ada"]);
  t.after(async () => {
    await home.remove();
    await upstream.close();
  });
  const { key } = await cliHome(home.path).json("secrets", "seal");
  renameSync(key.path, `${key.path}.away`);
  const gateway = await home.start("--port", "0");
  await eventually(() => assert.match(gateway.printed(), /sealed with key \S+: .* is not there/));
  const ready = await send(`${gateway.url}/healthz`, { method: "GET" });
  assert.equal(ready.status, 200);
  await eventually(async () => {
    const { exit, out } = await cliHome(home.path).run(["models", "status", "--check", "--json"]);
    const [todo] = JSON.parse(out).auth.todo ?? JSON.parse(out).todo;
    assert.deepEqual([exit, todo.problem], [1, "p:ada is sealed"]);
    assert.match(todo.remedy, /OPENCLAW_SEAL_KEY_FILE/);
  });
});
