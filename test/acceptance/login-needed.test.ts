// Logins that nobody uses are kept warm, in every agent; and one that cannot be refreshed any more is seen before it
// bites: in the gateway's log and /ready, in status and --check, the list, doctor, why; until somebody says retry.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import { resolvePaths } from "../../src/config/paths.ts";
import type { Credential, OAuthCredential } from "../../src/core/credential.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { Store } from "../../src/store/store.ts";
import { startLoginServer } from "../fakes/login-server.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { cliHome } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import { startTestGateway } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const { chat } = PROTOCOLS;
const MINUTE = 60_000;

const login = (more: Partial<OAuthCredential> = {}): OAuthCredential => ({
  type: "oauth",
  provider: "p",
  access: "fake-access-0",
  refresh: "fake-refresh-0",
  expires: Date.now() + 2 * MINUTE,
  ...more,
});

const refreshOf = async (store: Store, agent = "main", id = "p:ada") => {
  const held = (await store.read(agent)).state.profiles.find((profile) => profile.id === id)!;
  return (held.credential as OAuthCredential).refresh;
};

async function gatewayWith(
  t: TestContext,
  credentials: Record<string, Credential>,
  own?: Record<string, Record<string, Credential>>,
) {
  const server = await startLoginServer();
  const gateway = await startTestGateway({
    providers: { p: { keys: ["a"] } },
    credentials,
    ...(own && { own }),
    order: { p: ["p:a"] },
    access: { oauth: { p: { tokenUrl: server.url, clientId: "fake-client" } } },
    script: () => act.reply({ body: chat.whole("hello") }),
  });
  t.after(() => Promise.all([gateway.stop(), server.stop()]));
  return { server, gateway };
}

const put = (store: Store, agent: string, id: string, credential: Credential) =>
  store.update(agent, { profiles: [id] }, () => ({ profiles: new Map([[id, credential]]) }));

describe("logins that nobody uses", { concurrency: 4 }, () => {
  test("are refreshed in time without any call", async (t) => {
    const { server, gateway } = await gatewayWith(t, { "p:ada": login() });
    await eventually(async () => assert.equal(await refreshOf(gateway.store), "fake-refresh-1"));
    assert.deepEqual(server.asked, ["fake-refresh-0"]);
    assert.equal(gateway.upstream.calls.length, 0);
  });

  test("are refreshed in agents that were never called", async (t) => {
    const { gateway } = await gatewayWith(t, {}, { work: { "p:ada": login() } });
    await eventually(async () => assert.equal(await refreshOf(gateway.store, "work"), "fake-refresh-1"));
    assert.equal(gateway.upstream.calls.length, 0);
  });

  test("are refreshed while they cool or are disabled, and stay barred for their quota", async (t) => {
    const bar = {
      scope: "*",
      lane: "disabled",
      reason: "billing",
      since: 1,
      until: Date.now() + 1e9,
    } as const;
    const { gateway } = await gatewayWith(t, {});
    const health = { bars: [bar], errorCount: 1, failureCounts: { billing: 1 } };
    await gateway.store.update("main", { profiles: ["p:ada"] }, () => ({
      profiles: new Map([["p:ada", login()]]),
      health: new Map([["p:ada", health]]),
    }));
    await eventually(async () => assert.equal(await refreshOf(gateway.store), "fake-refresh-1"));
    await gateway.health("p:ada", ({ bars }) => assert.equal(bars[0]?.reason, "billing"));
  });

  test("one that is refused is told once, counted by /ready, and never asked for again", async (t) => {
    const { server, gateway } = await gatewayWith(t, { "p:ada": login({ refresh: "fake-refresh-spent" }) });
    await eventually(async () => {
      const ready = await fetch(`${gateway.url}/ready`);
      assert.equal(ready.status, 200, "others serve");
      assert.equal(((await ready.json()) as { loginsNeeded: number }).loginsNeeded, 1);
    });
    const lines = gateway.said.filter((line) => /p:ada has to log in again \(invalid_grant\)/.test(line));
    assert.equal(lines.length, 1);
    assert.equal(server.asked.length, 1);
    await put(
      gateway.store,
      "main",
      "p:ada",
      login({ refresh: "fake-refresh-0", expires: Date.now() + 60 * MINUTE }),
    );
    await eventually(async () => {
      const ready = (await (await fetch(`${gateway.url}/ready`)).json()) as { loginsNeeded: number };
      assert.equal(ready.loginsNeeded, 0);
    });
  });
});

async function refusedHome(t: TestContext, { agent = "main", expires = Date.now() + 30 * MINUTE } = {}) {
  const home = cliHome();
  const server = await startLoginServer();
  const upstream = await startScriptedUpstream((call) =>
    call.key === server.access
      ? act.reply({ body: chat.whole("hello") })
      : act.reply({ status: 401, body: { error: { message: "expired" } } }),
  );
  const paths = resolvePaths({}, home.path);
  mkdirSync(dirname(paths.configPath), { recursive: true });
  writeFileSync(
    paths.configPath,
    JSON.stringify({
      agents: { defaults: { model: "p/m1" }, list: [{ id: "main", default: true }, { id: "work" }] },
      models: {
        providers: {
          p: { baseUrl: `${upstream.url}/v1`, api: "openai-completions", models: [{ id: "m1" }] },
        },
      },
    }),
  );
  writeFileSync(
    paths.accessConfigPath,
    JSON.stringify({ oauth: { p: { tokenUrl: server.url, clientId: "fake" } } }),
  );
  const store = openSqliteStore({ paths, now: Date.now });
  await put(store, agent, "p:ada", login({ expires }));
  t.after(async () => {
    await Promise.all([store.close(), server.stop(), upstream.close()]);
    home.remove();
  });
  const refuse = async () => {
    const { generation } = (await store.read(agent)).state.profiles[0]!;
    const refused = { generation, code: "invalid_grant", at: Date.now() };
    await store.updateFamily({ provider: "p", refresh: "fake-refresh-0" }, () => ({ refused }));
  };
  return { home, server, store, refuse };
}

describe("a login that was refused", { concurrency: 2 }, () => {
  test("is named while its access token serves: status, --check, list, doctor; and retry asks once more", async (t) => {
    const { home, refuse } = await refusedHome(t);
    assert.equal((await home.run(["models", "status", "--check"])).exit, 2, "it expires soon by its row");
    await refuse();
    const { auth, todo } = await home.json("models", "status");
    const row = auth.oauth.profiles[0];
    assert.deepEqual([row.problem, row.status], ["login_needed", "expiring"]);
    assert.match(todo[0].problem, /p:ada: its login has ended, and serves for 29 min|30 min/);
    assert.equal(todo[0].remedy, "openclaw models auth login --provider p --profile-id p:ada");
    assert.equal((await home.run(["models", "status", "--check"])).exit, 2);
    assert.match((await home.run(["models", "status"])).out, /its login has ended, serves for/);
    const { profiles } = await home.json("models", "auth", "list");
    assert.equal(profiles[0].problem, "login_needed");
    assert.match((await home.run(["models", "auth", "list"])).out, /its login has ended/);
    const doctor = await home.run(["doctor"]);
    assert.match(doctor.out + doctor.err, /p:ada of agent main has to log in again/);
    const retried = await home.json("models", "auth", "retry", "p:ada");
    assert.deepEqual([retried.changed, retried.refusalForgotten], [true, true]);
    assert.equal((await home.json("models", "status")).auth.oauth.profiles[0].problem, undefined);
  });

  test("is left out once its access token has ended, and says so; no command asks for it again", async (t) => {
    const { home, server, refuse } = await refusedHome(t, { expires: Date.now() - MINUTE });
    await refuse();
    const { exit, out } = await home.run(["models", "status", "--check", "--json"]);
    assert.equal(exit, 1);
    const { todo } = JSON.parse(out);
    assert.match(todo[0].problem, /its login has ended/);
    const probe = await home.json("models", "status", "--probe");
    assert.equal(probe.auth.probes.results[0].latencyMs, undefined);
    assert.deepEqual(server.asked, []);
  });

  test("in an agent of its own it is the same", async (t) => {
    const { home, refuse } = await refusedHome(t, { agent: "work" });
    await refuse();
    const { auth, todo } = await home.json("models", "status", "--agent", "work");
    assert.equal(auth.oauth.profiles[0].problem, "login_needed");
    assert.match(todo[0].remedy, /auth --agent work login --provider p --profile-id p:ada/);
  });
});

test("a probe refreshes a login that has ended, in whichever agent it is, and calls with the new token", async (t) => {
  for (const agent of ["main", "work"]) {
    const { home, server, store } = await refusedHome(t, { agent, expires: Date.now() - MINUTE });
    const { auth } = await home.json("models", "status", "--probe", "--agent", agent);
    assert.equal(auth.probes.results[0].status, "ok");
    assert.equal(await refreshOf(store, agent), "fake-refresh-1");
    assert.deepEqual(server.asked, ["fake-refresh-0"]);
  }
});
