// OAuth logins behind the gateway: refreshed before they end, once for all who wait, and never lost.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import type { OAuthCredential } from "../../src/core/credential.ts";
import type { LoginServer } from "../fakes/login-server.ts";
import { startLoginServer } from "../fakes/login-server.ts";
import * as act from "../fakes/upstream-actions.ts";
import { eventually } from "../support/eventually.ts";
import { keyOf, startTestGateway } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const { chat } = PROTOCOLS;
const UNAUTHORIZED = act.reply({ status: 401, body: { error: { message: "Token expired" } } });

async function gatewayWithLogin(
  t: TestContext,
  login: LoginServer,
  { expiresIn = -1000, keys = [] as string[], store = {} as Partial<OAuthCredential> } = {},
) {
  const ada: OAuthCredential = {
    type: "oauth",
    provider: "p",
    access: "fake-access-old",
    refresh: "fake-refresh-0",
    expires: Date.now() + expiresIn,
    email: "ada@example.com",
    ...store,
  };
  const gateway = await startTestGateway({
    providers: { p: { keys } },
    credentials: { "p:ada": ada },
    access: { gateway: { maxWaitMs: 0 }, oauth: { p: { tokenUrl: login.url, clientId: "fake-client" } } },
    script: (call) =>
      call.key === login.access || call.key.startsWith("sk-fake")
        ? act.reply({ body: chat.whole(`by ${call.key}`) })
        : UNAUTHORIZED,
  });
  t.after(() => Promise.all([gateway.stop(), login.stop()]));
  const ask = async () => {
    const answer = await gateway.post(chat.path, chat.body("p/m1", false));
    return { status: answer.status, text: await answer.text() };
  };
  const stored = async () =>
    (await gateway.store.read("main")).state.profiles.find(({ id }) => id === "p:ada")!
      .credential as OAuthCredential;
  return { gateway, ask, stored };
}

describe("logins behind the gateway", { concurrency: 4 }, () => {
  test("one that has ended is refreshed once, however many calls wait for it", async (t) => {
    const login = await startLoginServer();
    const { gateway, ask, stored } = await gatewayWithLogin(t, login);
    const answers = await Promise.all(Array.from({ length: 50 }, ask));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.deepEqual(login.asked, ["fake-refresh-0"]);
    assert.ok(gateway.upstream.calls.every(({ key }) => key === "fake-access-1"));
    const { access, refresh, expires, email } = await stored();
    assert.deepEqual([access, refresh, email], ["fake-access-1", "fake-refresh-1", "ada@example.com"]);
    assert.ok(Number(expires) > Date.now() + 3_000_000);
  });

  test("one that ends soon is refreshed behind the call, which does not wait", async (t) => {
    const login = await startLoginServer();
    const held = Promise.withResolvers<void>();
    login.hold = held.promise;
    const { gateway, ask, stored } = await gatewayWithLogin(t, login, {
      expiresIn: 60_000,
      store: { access: "fake-access-0" },
    });
    assert.equal((await ask()).status, 200);
    assert.equal(gateway.upstream.calls[0]!.key, "fake-access-0");
    held.resolve();
    await eventually(async () => assert.equal((await stored()).refresh, "fake-refresh-1"));
    await eventually(async () => assert.match((await ask()).text, /fake-access-1/));
    assert.equal(login.asked.length, 1);
  });

  test("one that was refused for good asks for a login, and the others serve", async (t) => {
    const login = await startLoginServer();
    const { gateway, ask, stored } = await gatewayWithLogin(t, login, {
      keys: ["a"],
      store: { refresh: "fake-refresh-spent-elsewhere" },
    });
    assert.match((await ask()).text, new RegExp(keyOf("p", "a")));
    assert.match((await ask()).text, new RegExp(keyOf("p", "a")));
    assert.equal(login.asked.length, 1, "a dead token is not tried again");
    assert.equal((await stored()).refresh, "fake-refresh-spent-elsewhere", "nothing is deleted");
    assert.ok(gateway.said.some((line) => /p:ada has to log in again.*models auth login/.test(line)));
    await gateway.health("p:ada", ({ bars }) => assert.equal(bars[0]?.reason, "auth_permanent"));
  });

  const faults: [string, (response: import("node:http").ServerResponse) => void][] = [
    ["HTML", (response) => response.end("<html>come back later</html>")],
    ["500", (response) => response.writeHead(500).end('{"error":"server_error"}')],
    ["200 with an error", (response) => response.end('{"error":"temporarily_unavailable"}')],
    ["no token", (response) => response.end("{}")],
    ["control characters", (response) => response.end('{"access_token":"a\\r\\nx: y","refresh_token":"b"}')],
    ["a cut connection", (response) => response.destroy()],
    ["a gigantic body", (response) => response.end(`{"access_token":"${"x".repeat(1024 * 1024)}"}`)],
  ];
  for (const [name, odd] of faults)
    test(`a login server that answers with ${name} costs nothing but this try`, async (t) => {
      const login = await startLoginServer();
      login.odd.push(odd);
      const { ask, stored, gateway } = await gatewayWithLogin(t, login, { keys: ["a"] });
      assert.match((await ask()).text, new RegExp(keyOf("p", "a")));
      assert.equal((await stored()).refresh, "fake-refresh-0");
      assert.ok(gateway.said.some((line) => /The login server of p /.test(line)));
      assert.ok(!gateway.said.some((line) => line.includes("fake-refresh")), gateway.said.join("\n"));
    });

  for (const expiresIn of [0, -5, "soon", "9e99", null, 1e15])
    test(`a lifetime of ${expiresIn} loses no tokens`, async (t) => {
      const login = await startLoginServer({ expiresIn });
      const { ask, stored } = await gatewayWithLogin(t, login);
      assert.equal((await ask()).status, 200);
      const { refresh, expires } = await stored();
      assert.equal(refresh, "fake-refresh-1");
      assert.ok(Number(expires) > Date.now());
    });

  test("a login that is there under two names is one family: its token is spent once", async (t) => {
    const login = await startLoginServer();
    const { ask, gateway, stored } = await gatewayWithLogin(t, login);
    const twin = await stored();
    await gateway.store.update("main", { profiles: ["p:default"] }, () => ({
      profiles: new Map([["p:default", twin]]),
    }));
    await Promise.all(Array.from({ length: 20 }, ask));
    await eventually(async () => {
      const { state } = await gateway.store.read("main");
      const tokens = state.profiles.map(({ credential }) => (credential as OAuthCredential).refresh);
      assert.deepEqual(tokens, ["fake-refresh-1", "fake-refresh-1"]);
    });
    assert.equal((await ask()).status, 200);
    assert.deepEqual(login.asked, ["fake-refresh-0"]);
    assert.equal(login.dead, false);
  });

  test("a login server that hangs holds nobody back for long who has another key", async (t) => {
    const login = await startLoginServer();
    const held = Promise.withResolvers<void>();
    login.hold = held.promise;
    const { ask, stored } = await gatewayWithLogin(t, login, { keys: ["a"] });
    assert.match((await ask()).text, new RegExp(keyOf("p", "a")));
    held.resolve();
    await eventually(async () => assert.equal((await stored()).refresh, "fake-refresh-1"));
  });

  test("two gateways on one folder: one refresh, and both go on", async (t) => {
    const login = await startLoginServer();
    const { ask, gateway } = await gatewayWithLogin(t, login);
    const { Refresher } = await import("../../src/access/refresh.ts");
    const { openSqliteStore } = await import("../../src/store/sqlite.ts");
    const { resolvePaths } = await import("../../src/config/paths.ts");
    const store = openSqliteStore({ paths: resolvePaths({}, gateway.home), now: Date.now });
    t.after(() => store.close());
    const { generation } = (await store.read("main")).state.profiles.find(({ id }) => id === "p:ada")!;
    const other = new Refresher({
      store: () => store,
      endpoint: () => ({ url: login.url, encoding: "form" }),
      now: Date.now,
    });
    const profile = {
      id: "p:ada",
      provider: "p",
      type: "oauth",
      source: "store",
      owner: "main",
      generation,
    } as const;
    const [answer, result] = await Promise.all([ask(), other.refresh(profile)]);
    assert.equal(answer.status, 200);
    assert.equal(result.kind, "renewed");
    assert.deepEqual(login.asked, ["fake-refresh-0"]);
    assert.equal(login.dead, false);
  });
});
