// Who is let into the control plane, with which scopes, and what others are told. Over real sockets.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { after, before, describe, test } from "node:test";
import { addKey } from "../../src/access/client-keys.ts";
import { loadConfig } from "../../src/config/load.ts";
import { openClientKeyStore } from "../../src/store/client-keys.ts";
import type { Introduction } from "../support/control-client.ts";
import { connectParams, ControlClient, controlClient, newDevice } from "../support/control-client.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";

const RIGHT = { token: TOKEN };
const CLI = { id: "cli", mode: "cli" };
const CONTROL_UI = { id: "openclaw-control-ui", mode: "ui" };

async function gatewayFor(t: TestContext, section: object): Promise<TestGateway> {
  const gateway = await startTestGateway({ providers: { p: {} }, config: { gateway: section } });
  t.after(() => gateway.stop());
  return gateway;
}

/** What `connect` is answered with, and how the socket ends. */
async function refused(url: string, who: Introduction, headers: Record<string, string> = {}) {
  const client = new ControlClient(url, headers);
  const { ok, error } = await client.connect(who);
  assert.equal(ok, false);
  return { ...error, close: (await client.closed).code };
}

const scopesOf = async (url: string, who: Introduction): Promise<string[]> => {
  const client = new ControlClient(url);
  const { payload } = await client.connect(who);
  client.close();
  return payload.auth.scopes;
};

describe("mode token", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({ providers: { p: {} } });
  });
  after(() => gateway.stop());

  test("the challenge comes first; hello says what there is", async () => {
    const client = new ControlClient(gateway.url);
    const { payload } = await client.connect({ auth: RIGHT });
    assert.equal(client.frames[0].event, "connect.challenge");
    assert.equal(payload.type, "hello-ok");
    assert.equal(payload.protocol, 4);
    assert.deepEqual(payload.auth, { role: "operator", scopes: ["operator.admin"] });
    assert.equal(payload.snapshot.authMode, "token");
    assert.equal(payload.snapshot.sessionDefaults.mainSessionKey, "agent:main:main");
    assert.equal(payload.policy.maxPayload, 26_214_400);
    for (const method of ["health", "models.list", "models.authLogout", "config.patch"])
      assert.ok(payload.features.methods.includes(method), method);
    client.close();
  });

  const REFUSED: readonly (readonly [string, Introduction, string | undefined, string, number])[] = [
    ["no secret, no device", {}, "DEVICE_IDENTITY_REQUIRED", "NOT_PAIRED", 1008],
    ["a wrong token", { auth: { token: "wrong" } }, "AUTH_TOKEN_MISMATCH", "INVALID_REQUEST", 1008],
    ["a password", { auth: { password: TOKEN } }, "AUTH_TOKEN_MISSING", "INVALID_REQUEST", 1008],
    ["a device alone", { device: newDevice() }, "AUTH_TOKEN_MISSING", "INVALID_REQUEST", 1008],
    [
      "another protocol",
      { auth: RIGHT, over: { minProtocol: 5, maxProtocol: 9 } },
      "PROTOCOL_MISMATCH",
      "INVALID_REQUEST",
      1002,
    ],
    ["an unknown key", { auth: RIGHT, over: { zzz: 1 } }, undefined, "INVALID_REQUEST", 1008],
    ["an unknown client", { auth: RIGHT, client: { id: "nope" } }, undefined, "INVALID_REQUEST", 1008],
    ["a node", { auth: RIGHT, over: { role: "node" } }, "DEVICE_IDENTITY_REQUIRED", "NOT_PAIRED", 1008],
    [
      "a Control UI of nowhere",
      { auth: RIGHT, client: CONTROL_UI },
      "CONTROL_UI_ORIGIN_NOT_ALLOWED",
      "INVALID_REQUEST",
      1008,
    ],
  ];
  for (const [name, who, detail, code, close] of REFUSED)
    test(`${name} is refused`, async () => {
      const error = await refused(gateway.url, who);
      assert.deepEqual([error.code, error.details?.code, error.close], [code, detail, close]);
    });

  test("pages of other sites are refused before their secret is looked at, own pages need a device", async () => {
    const foreign = { origin: "https://evil.example" };
    for (const client of [CLI, CONTROL_UI]) {
      const error = await refused(gateway.url, { auth: RIGHT, client }, foreign);
      assert.equal(error.details.code, "CONTROL_UI_ORIGIN_NOT_ALLOWED");
    }
    const own = { origin: gateway.url };
    const bare = await refused(gateway.url, { auth: RIGHT, client: CONTROL_UI }, own);
    assert.equal(bare.details.code, "CONTROL_UI_DEVICE_IDENTITY_REQUIRED");
    const page = new ControlClient(gateway.url, own);
    const { ok } = await page.connect({ auth: RIGHT, client: CONTROL_UI, device: newDevice() });
    assert.equal(ok, true);
    page.close();
  });

  test("a rebound host name gets no socket", async () => {
    const client = new ControlClient(gateway.url, { host: "evil.example" });
    assert.equal((await client.closed).code, 1006);
    assert.equal(client.frames.length, 0);
  });

  test("a device's proof must hold", async () => {
    const device = newDevice();
    const faults: readonly [Record<string, unknown>, string][] = [
      [{ nonce: "another" }, "NONCE_MISMATCH"],
      [{ signature: "AAAA" }, "SIGNATURE_INVALID"],
      [{ id: "a".repeat(64) }, "DEVICE_ID_MISMATCH"],
      [{ signedAt: Date.now() - 3_600_000 }, "SIGNATURE_EXPIRED"],
    ];
    for (const [change, code] of faults) {
      const client = new ControlClient(gateway.url);
      const { nonce } = await client.event("connect.challenge");
      const params = connectParams({ auth: RIGHT, device }, nonce);
      const { error } = await client.request("connect", {
        ...params,
        device: { ...params.device, ...change },
      });
      assert.equal(error.details.code, `DEVICE_AUTH_${code}`);
      assert.equal((await client.closed).code, 1008);
    }
  });

  test("a device comes back with its token, and with no more than that is good for", async () => {
    const device = newDevice();
    const first = new ControlClient(gateway.url);
    const { payload } = await first.connect({ auth: RIGHT, client: CLI, device, scopes: ["operator.read"] });
    first.close();
    const token = payload.auth.deviceToken;
    const again = { auth: { token }, client: CLI, device };
    assert.deepEqual(await scopesOf(gateway.url, { ...again, scopes: ["operator.read"] }), ["operator.read"]);
    assert.deepEqual(await scopesOf(gateway.url, { ...again, scopes: ["operator.admin"] }), []);
    const other = await refused(gateway.url, { ...again, device: newDevice() });
    assert.equal(other.details.code, "AUTH_TOKEN_MISMATCH");
    const forged = token.replace(/^(ocdt1\.)[^.]+/, `$1${btoa('{"scopes":["operator.admin"],"at":0}')}`);
    const wrong = await refused(gateway.url, { ...again, auth: { token: forged } });
    assert.equal(wrong.details.code, "AUTH_TOKEN_MISMATCH");
  });

  test("without a device, only known programs of this machine have scopes", async () => {
    assert.deepEqual(await scopesOf(gateway.url, { auth: RIGHT, client: CLI }), ["operator.admin"]);
    const tester = { id: "test", mode: "test" };
    assert.deepEqual(await scopesOf(gateway.url, { auth: RIGHT, client: tester }), []);
    const client = await controlClient(gateway.url, { auth: RIGHT, client: tester });
    const { error } = await client.request("health");
    assert.equal(error.message, "missing scope: operator.read");
    const { snapshot } = client.frames.find(({ payload }) => payload?.type === "hello-ok").payload;
    assert.deepEqual(snapshot.presence, []);
    assert.equal(snapshot.stateDir, undefined);
    client.close();
  });

  test("who may read may not change; the missing scope is named", async () => {
    const reader = await controlClient(gateway.url, { auth: RIGHT, scopes: ["operator.read"] });
    assert.equal((await reader.request("models.list")).ok, true);
    const { error } = await reader.request("models.authLogout", { provider: "p" });
    assert.equal(error.message, "missing scope: operator.admin");
    reader.close();
  });

  test("a client key rules nothing", async () => {
    const keys = openClientKeyStore(gateway.paths.globalDir);
    const deps = { now: Date.now, config: () => loadConfig(gateway.paths), clientKeys: () => keys };
    const { key } = await addKey(deps, { name: "ci", models: [], limits: {} });
    await keys.close();
    const error = await refused(gateway.url, { auth: { token: key.reveal() } });
    assert.equal(error.details.code, "AUTH_TOKEN_MISMATCH");
    assert.equal(JSON.stringify(error).includes(key.reveal()), false);
  });
});

test("mode password", async (t) => {
  const { url } = await gatewayFor(t, { auth: { mode: "password", password: "fake-password" } });
  const wrong = await refused(url, { auth: { password: "no" } });
  assert.equal(wrong.details.code, "AUTH_PASSWORD_MISMATCH");
  const missing = await refused(url, { auth: { token: "fake-password" } });
  assert.equal(missing.details.code, "AUTH_PASSWORD_MISSING");
  assert.match(missing.message, /by --password or gateway\.remote\.password/);
  assert.deepEqual(await scopesOf(url, { auth: { password: "fake-password" } }), ["operator.admin"]);
});

test("mode none asks for nothing, on this machine", async (t) => {
  const { url } = await gatewayFor(t, { auth: { mode: "none" } });
  assert.deepEqual(await scopesOf(url, {}), ["operator.admin"]);
  const proxied = new ControlClient(url, { "x-forwarded-for": "203.0.113.9" });
  assert.equal((await proxied.connect({})).ok, false);
});

test("mode trusted-proxy: the proxy names the user, and what they may do", async (t) => {
  const { url } = await gatewayFor(t, {
    trustedProxies: ["127.0.0.1"],
    auth: { mode: "trusted-proxy", trustedProxy: { userHeader: "x-user", allowLoopback: true } },
  });
  const person = { "x-user": "ada", "x-openclaw-scopes": "operator.read", "x-forwarded-for": "203.0.113.9" };
  const client = new ControlClient(url, person);
  const { payload } = await client.connect({ scopes: ["operator.read", "operator.admin"] });
  assert.deepEqual(payload.auth.scopes, ["operator.read"]);
  client.close();
  assert.equal((await refused(url, {})).details.code, "AUTH_UNAUTHORIZED");
});

test("failed attempts lock out here as over HTTP", async (t) => {
  const rateLimit = { maxAttempts: 3, windowMs: 60_000, lockoutMs: 60_000, exemptLoopback: false };
  const { url } = await gatewayFor(t, { auth: { mode: "token", token: TOKEN, rateLimit } });
  for (let n = 0; n < 3; n++) await refused(url, { auth: { token: "wrong" } });
  const error = await refused(url, { auth: { token: "wrong" } });
  assert.equal(error.details.code, "AUTH_RATE_LIMITED");
  assert.ok(error.retryAfterMs > 0);
  const overHttp = await fetch(`${url}/v1/models`, { headers: { authorization: "Bearer wrong" } });
  assert.equal(overHttp.status, 429);
});
