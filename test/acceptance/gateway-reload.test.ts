// A running gateway follows its files: an edit is in use at once, a bad one changes nothing and is told.
import assert from "node:assert/strict";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import type { Script, ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody } from "../fakes/wire-samples.ts";
import { eventually } from "../support/eventually.ts";
import type { GatewayHome, GatewayProcess } from "../support/gateway-process.ts";
import { gatewayHome } from "../support/gateway-process.ts";
import { keyOf } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";

const echo: Script = (call) =>
  act.reply({ body: chatBody(`${call.path} ${call.body.json.model} ${call.key}`) });

interface Place {
  readonly upstream: ScriptedUpstream;
  readonly home: GatewayHome;
  readonly gateway: GatewayProcess;
  config: Record<string, any>;
}

async function place(
  t: TestContext,
  edit: (config: Record<string, any>) => void = () => {},
  env: Readonly<Record<string, string>> = {},
): Promise<Place> {
  const upstream = await startScriptedUpstream(echo);
  const home = await gatewayHome(upstream, ["a"]);
  Object.assign(home.env, env);
  t.after(async () => {
    await home.remove();
    await upstream.close();
  });
  const config = JSON.parse(readFileSync(home.paths.configPath, "utf8"));
  config.gateway = { reload: { debounceMs: 20 } };
  config.models.providers.p.models = ["m1", "m2", "m3"].map((id) => ({ id, name: id }));
  edit(config);
  writeFileSync(home.paths.configPath, JSON.stringify(config));
  return { upstream, home, gateway: await home.start("--port", "0"), config };
}

const saveConfig = ({ home, config }: Place): void =>
  writeFileSync(home.paths.configPath, JSON.stringify(config));

/** As editors do it: the new text beside the old, then moved over it. */
function saveByRename({ home }: Place, text: string): void {
  const beside = `${home.paths.configPath}.new`;
  writeFileSync(beside, text);
  renameSync(beside, home.paths.configPath);
}

const tokenOf = (home: GatewayHome): string =>
  readFileSync(join(home.paths.globalDir, "gateway-token"), "utf8").trim();

function ask({ home, gateway }: Place, model: string, token = tokenOf(home)) {
  const body = JSON.stringify({ model, messages: [{ role: "user", content: "Hello." }] });
  const headers = { authorization: `Bearer ${token}` };
  return send(`${gateway.url}/v1/chat/completions`, { headers, body });
}

async function said(at: Place, model: string): Promise<string> {
  const { text } = await ask(at, model);
  return JSON.parse(text).choices?.[0].message.content ?? text;
}

const ready = async ({ gateway }: Place): Promise<any> => (await fetch(`${gateway.url}/ready`)).json();

const logged = (at: Place, pattern: RegExp) => eventually(() => assert.match(at.gateway.printed(), pattern));

describe("settings of a running gateway", { concurrency: 3 }, () => {
  test("a file that is written without end is read all the same", async (t) => {
    const at = await place(t, (config) => (config.gateway.reload.debounceMs = 400));
    let edits = 0;
    const storm = setInterval(() => {
      at.config.models.providers.p.models = [{ id: `m${edits++}`, name: "m" }];
      saveConfig(at);
    }, 100);
    t.after(() => clearInterval(storm));
    await logged(at, /New settings are in use: .*models/);
    clearInterval(storm);
  });

  test("a new alias, default model and provider are in use without a restart, however the file is saved", async (t) => {
    const at = await place(t);
    assert.match(await said(at, "openclaw"), / m1 /);
    at.config.agents.defaults = { model: { primary: "p/m2" }, models: { "p/m3": { alias: "third" } } };
    saveByRename(at, JSON.stringify(at.config));
    await eventually(async () => assert.match(await said(at, "openclaw"), / m2 /));
    assert.match(await said(at, "third"), / m3 /);
    at.config.models.providers.q = {
      baseUrl: `${at.upstream.url}/q/v1`,
      api: "openai-completions",
      apiKey: "sk-fake-from-the-config",
      models: [{ id: "m9", name: "m9" }],
    };
    saveConfig(at);
    await eventually(async () =>
      assert.equal(await said(at, "q/m9"), "/q/v1/chat/completions m9 sk-fake-from-the-config"),
    );
    await logged(at, /New settings are in use: .*models\.providers\.q/);
    assert.ok(!at.gateway.printed().includes("sk-fake-from-the-config"));
  });

  test("a key in .env and a limit in access.json are in use as well", async (t) => {
    const at = await place(t, (config) => {
      config.models.providers.q = {
        ...config.models.providers.p,
        apiKey: "${Q_KEY}",
      };
    });
    assert.match(await said(at, "q/m1"), /No credential|nothing|left/i);
    writeFileSync(at.home.paths.dotenvPath, "Q_KEY=sk-fake-of-dotenv\n");
    await eventually(async () => assert.match(await said(at, "q/m1"), /sk-fake-of-dotenv/));
    await logged(at, /\.env Q_KEY/);
    writeFileSync(at.home.paths.accessConfigPath, "{ gateway: { maxWaitMs: 0, maxBodyBytes: 1024 } }");
    await eventually(async () => {
      const body = JSON.stringify({ model: "p/m1", messages: [{ role: "user", content: "x".repeat(2000) }] });
      const headers = { authorization: `Bearer ${tokenOf(at.home)}` };
      const { status } = await send(`${at.gateway.url}/v1/chat/completions`, { headers, body });
      assert.equal(status, 413);
    });
  });

  test("a bad edit keeps the running settings, names the place, and is over when it is mended", async (t) => {
    const at = await place(t);
    const good = readFileSync(at.home.paths.configPath, "utf8");
    for (const [bad, words] of [
      ["{ agents: ", /is not JSON5/],
      [JSON.stringify({ ...at.config, agents: { list: [{ id: "-" }] } }), /agents\.list\[0\]\.id/],
      [JSON.stringify({ ...at.config, gateway: { auth: { mode: "password" } } }), /there is none/],
      [JSON.stringify({ ...at.config, gateway: { reload: { mode: "sometimes" } } }), /gateway\.reload\.mode/],
    ] as const) {
      saveByRename(at, bad);
      await logged(at, words);
      await eventually(async () => assert.equal((await ready(at)).settings, "rejected"));
      assert.match(await said(at, "openclaw"), / m1 /);
      assert.equal((await ready(at)).ready, true);
    }
    saveByRename(at, good);
    await eventually(async () => assert.equal((await ready(at)).settings, "current"));
    await logged(at, /Over: New settings cannot be used/);
  });

  test("a config that vanishes changes nothing", async (t) => {
    const at = await place(t);
    rmSync(at.home.paths.configPath);
    await logged(at, /openclaw\.json is gone/);
    assert.match(await said(at, "openclaw"), / m1 /);
  });

  test("what needs a new start is named, until the edit is taken back", async (t) => {
    const at = await place(t);
    at.config.gateway.bind = "lan";
    saveConfig(at);
    await logged(at, /Used from the next start on: gateway\.bind/);
    assert.deepEqual((await ready(at)).restartNeeded, ["gateway.bind"]);
    assert.match(await said(at, "openclaw"), / m1 /);
    delete at.config.gateway.bind;
    saveConfig(at);
    await eventually(async () => assert.deepEqual((await ready(at)).restartNeeded, []));
  });

  test("under a supervisor the gateway ends to be started again, after running calls", async (t) => {
    const at = await place(t, () => {}, { OPENCLAW_GATEWAY_SUPERVISED: "1" });
    at.config.agents.defaults.model.primary = "p/m2";
    saveConfig(at);
    await eventually(async () => assert.match(await said(at, "openclaw"), / m2 /));
    const held = Promise.withResolvers<void>();
    at.upstream.script((call, n) => async (exchange) => {
      await held.promise;
      return echo(call, n)(exchange);
    });
    const before = at.upstream.calls.length;
    const answer = said(at, "openclaw");
    await eventually(() => assert.ok(at.upstream.calls.length > before));
    at.config.gateway.bind = "lan";
    saveConfig(at);
    await logged(at, /Stopping \(the new settings need a new start\)/);
    held.resolve();
    assert.match(await answer, / m2 /);
    assert.equal(await at.gateway.ended, 75);
  });

  test("a new token is asked for at once", async (t) => {
    const at = await place(t);
    at.config.gateway.auth = { token: "a-token-of-the-config" };
    saveConfig(at);
    await eventually(async () => assert.equal((await ask(at, "p/m1", "a-token-of-the-config")).status, 200));
    assert.equal((await ask(at, "p/m1", tokenOf(at.home))).status, 401);
    assert.ok(!at.gateway.printed().includes("a-token-of-the-config"));
  });

  test("with reload mode off an edit waits for SIGHUP", async (t) => {
    const at = await place(t, (config) => (config.gateway.reload.mode = "off"));
    at.config.agents.defaults.model.primary = "p/m2";
    saveConfig(at);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.match(await said(at, "openclaw"), / m1 /);
    at.gateway.kill("SIGHUP");
    await eventually(async () => assert.match(await said(at, "openclaw"), / m2 /));
  });

  test("a call under way ends with the settings that it began with: a new key never goes to an old address", async (t) => {
    const at = await place(t, (config) => {
      config.models.providers.p.apiKey = "sk-fake-old-key";
      config.auth = { order: { p: ["p:a", "config:p"] } };
    });
    const held = Promise.withResolvers<void>();
    at.upstream.script((call, n) => async (exchange) => {
      const old = call.path.startsWith("/v1");
      if (old && call.key === keyOf("p", "a")) {
        await held.promise;
        return act.reply({ status: 401, body: { error: { message: "Invalid key" } } })(exchange);
      }
      return echo(call, n)(exchange);
    });
    const answer = said(at, "p/m1");
    await eventually(() => assert.equal(at.upstream.calls.length, 1));
    Object.assign(at.config.models.providers.p, {
      baseUrl: `${at.upstream.url}/new/v1`,
      apiKey: "sk-fake-new-key",
    });
    saveConfig(at);
    await logged(at, /New settings are in use/);
    held.resolve();
    await answer;
    for (const { path, key } of at.upstream.calls)
      assert.notEqual(`${path} ${key}`, "/v1/chat/completions sk-fake-new-key");
    assert.match(await said(at, "p/m1"), /^\/new\/v1/);
  });
});
