// What an operator sees and does over the control plane, beside model calls that go on.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import * as act from "../fakes/upstream-actions.ts";
import type { ControlClient } from "../support/control-client.ts";
import { controlClient } from "../support/control-client.ts";
import type { TestGateway } from "../support/gateway.ts";
import { keyOf, startTestGateway, TOKEN } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const { chat } = PROTOCOLS;
const CALL = { model: "p/m1", messages: [{ role: "user", content: "hi" }] };

/** Key `bad` is out of credit, the others answer. */
const startGateway = () =>
  startTestGateway({
    providers: { p: { keys: ["a", "bad"] }, q: { keys: ["a"] } },
    config: { auth: { order: { p: ["p:bad", "p:a"] } }, gateway: { auth: { mode: "token", token: TOKEN } } },
    script: ({ key }) =>
      key === keyOf("p", "bad")
        ? act.reply({ status: 402, body: { error: { message: "Insufficient credits" } } })
        : act.reply({ body: chat.whole("fine") }),
  });

describe("methods", () => {
  let gateway: TestGateway;
  let client: ControlClient;
  before(async () => {
    gateway = await startGateway();
    client = await controlClient(gateway.url, { auth: { token: TOKEN } });
  });
  after(async () => {
    client.close();
    await gateway.stop();
  });

  test("health and status have the forms that clients know", async () => {
    const health = await client.ask("health");
    assert.equal(health.ok, true);
    assert.equal(health.defaultAgentId, "main");
    assert.deepEqual(health.failing, []);
    const status = await client.ask("status");
    assert.equal(status.sessions.defaults.model, "p/m1");
  });

  test("what another program wrote into a store is in use once secrets.reload has answered", async () => {
    const ask = () => gateway.post(chat.path, { ...CALL, model: "q/m1" });
    await ask();
    const file = gateway.paths.agentDatabase("main");
    const key = (value: string) => {
      // The gateway writes, too.
      const database = new DatabaseSync(file, { timeout: 60_000 });
      database
        .prepare(`UPDATE auth_profile_store SET store_json = json_set(store_json, '$.profiles."q:a".key', ?)`)
        .run(value);
      database.close();
    };
    key("sk-fake-q-other");
    assert.equal((await client.ask("secrets.reload")).ok, true);
    await ask();
    assert.equal(gateway.tried().at(-1), "q.other");
    key(keyOf("q", "a"));
    await client.ask("secrets.reload");
  });

  test("models and auth profiles are listed, without a secret", async () => {
    const { models } = await client.ask("models.list", { view: "configured" });
    const own = models.filter(({ provider }: any) => provider === "p");
    assert.deepEqual(
      own.map(({ id, api, available, reasoning }: any) => [id, api, available, reasoning]),
      [
        ["m1", "openai-completions", true, false],
        ["m2", "openai-completions", true, false],
      ],
    );
    const auth = await client.ask("models.authStatus");
    const p = auth.providers.find(({ provider }: any) => provider === "p");
    assert.equal(p.status, "static");
    assert.deepEqual(p.profiles.map(({ profileId }: any) => profileId).toSorted(), ["p:a", "p:bad"]);
    const list = await client.ask("models.auth.list", { provider: "p" });
    const status = await client.ask("models.status");
    assert.equal(status.resolvedDefault, "p/m1");
    assert.doesNotMatch(JSON.stringify([auth, list, status]), /sk-fake-p-/);
  });

  test("a bar is told as it begins, its run can be looked up, and retry ends it", async () => {
    const barred = client.event("models.health", ({ status }) => status === "disabled");
    const ended = client.event("runs.ended", ({ runs }) => runs[0].attempts === 2);
    const answer = await gateway.post("/v1/chat/completions", CALL);
    assert.equal(answer.status, 200);
    const { profileId, bars, agentId } = await barred;
    assert.deepEqual([agentId, profileId, bars[0].reason], ["main", "p:bad", "billing"]);
    await client.event("health");

    const { runs } = await client.ask("runs.list", { limit: 5 });
    assert.equal(runs[0].runId, answer.headers.get("x-openclaw-run-id"));
    assert.equal(runs[0].attempts, 2);
    assert.deepEqual((await ended).runs[0], runs[0]);
    const receipt = await client.ask("models.why", { run: runs[0].runId });
    assert.deepEqual(
      receipt.attempts.map((attempt: any) => attempt.profileId),
      ["p:bad", "p:a"],
    );
    const replanned = await client.ask("models.why", { run: runs[0].runId, if: ["order=p:a"] });
    assert.ok(JSON.stringify(replanned).includes("p:a"));

    const over = client.event("models.health", (news) => news.profileId === "p:bad" && news.status === "ok");
    const report = await client.ask("models.auth.retry", { profileId: "p:bad" });
    assert.equal(report.cleared[0].reason, "billing");
    await over;
  });

  test("an order that is set is used by the next call", async () => {
    const sofar = gateway.tried().length;
    await client.ask("models.auth.order.set", { provider: "p", profiles: ["p:a"] });
    assert.deepEqual((await client.ask("models.auth.order.get", { provider: "p" })).order, ["p:a"]);
    await gateway.post("/v1/chat/completions", CALL);
    assert.deepEqual(gateway.tried().slice(sofar), ["p.a"]);
    await client.ask("models.auth.order.clear", { provider: "p" });
    assert.equal((await client.ask("models.auth.order.get", { provider: "p" })).order, null);
  });

  test("a wrong order is refused with its reason", async () => {
    const { error } = await client.request("models.auth.order.set", { provider: "p", profiles: ["q:a"] });
    assert.equal(error.code, "INVALID_REQUEST");
    assert.match(error.message, /belongs to q/);
  });

  test("a provider's credentials are removed, and no call gets them any more", async () => {
    assert.deepEqual(await client.ask("models.authLogout", { provider: "nobody" }), {
      provider: "nobody",
      removedProfiles: [],
      abortedRunIds: [],
    });
    const gone = client.event("models.health", (news) => news.status === "removed");
    const answer = await client.ask("models.authLogout", { provider: "q" });
    assert.deepEqual(answer.removedProfiles, ["q:a"]);
    assert.match(answer.note, /provider/);
    assert.equal((await gone).profileId, "q:a");
    await gateway.post("/v1/chat/completions", { ...CALL, model: "q/m1" });
    assert.notEqual(gateway.tried().at(-1), "q.a");
  });

  test("unknown methods and wrong parameters are named, and the socket stays", async () => {
    const faults: readonly [string, unknown, RegExp][] = [
      ["nope.method", {}, /unknown method: nope\.method/],
      ["models.list", { view: "zzz" }, /at \/view/],
      ["models.list", { x: 1 }, /unexpected property 'x'/],
      ["models.auth.retry", {}, /required property 'profileId'/],
      ["models.auth.retry", { profileId: 7 }, /at \/profileId: must be string/],
      ["models.auth.retry", [], /must be object/],
      ["models.auth.retry", { profileId: "p:nobody" }, /no profile p:nobody/],
      ["runs.list", { limit: 1e9 }, /at \/limit/],
      ["agents.list", { agentId: "x" }, /unexpected property/],
      ["connect", {}, /first request/],
    ];
    for (const [method, params, words] of faults) {
      const { ok, error } = await client.request(method, params);
      assert.equal(ok, false);
      assert.equal(error.code, "INVALID_REQUEST");
      assert.match(error.message, words);
    }
    assert.equal((await client.request("health")).ok, true);
  });

  test("agents, presence, client keys, and what only OpenClaw has", async () => {
    const { agents, defaultId } = await client.ask("agents.list");
    assert.deepEqual([defaultId, agents[0].model.primary], ["main", "p/m1"]);
    assert.equal((await client.ask("system-presence"))[1].mode, "backend");
    assert.deepEqual((await client.ask("gateway.keys.list")).keys, []);
    for (const method of ["node.list", "cron.status", "channels.status", "last-heartbeat"])
      assert.equal((await client.request(method)).ok, true);
  });
});

describe("the config", () => {
  let gateway: TestGateway;
  let client: ControlClient;
  before(async () => {
    gateway = await startTestGateway({
      providers: { p: { config: { apiKey: "sk-fake-in-config" } } },
      config: { gateway: { auth: { mode: "token", token: TOKEN } } },
    });
    client = await controlClient(gateway.url, { auth: { token: TOKEN } });
  });
  after(async () => {
    client.close();
    await gateway.stop();
  });
  const onDisk = () => JSON.parse(readFileSync(gateway.paths.configPath, "utf8"));

  test("is shown without its secrets", async () => {
    const snapshot = await client.ask("config.get");
    assert.equal(snapshot.parsed.gateway.auth.token, "__OPENCLAW_REDACTED__");
    assert.doesNotMatch(JSON.stringify(snapshot), /sk-fake-in-config|test-gateway-token/);
    assert.deepEqual(JSON.parse(snapshot.raw), snapshot.parsed);
    assert.equal(snapshot.valid, true);
  });

  test("comes back as it was shown, with one change; its secrets stay", async () => {
    const { parsed, hash } = await client.ask("config.get");
    const wanted = { ...parsed, logging: { level: "warn" } };
    const answer = await client.ask("config.set", { raw: JSON.stringify(wanted), baseHash: hash });
    assert.equal(answer.changed, true);
    assert.equal(onDisk().gateway.auth.token, TOKEN);
    assert.equal(onDisk().models.providers.p.apiKey, "sk-fake-in-config");
    assert.equal(onDisk().logging.level, "warn");
  });

  test("a part is laid over the whole; null removes", async () => {
    const { hash } = await client.ask("config.get");
    const patch = { raw: "{ logging: { level: null, consoleLevel: 'info' } }", baseHash: hash };
    const { config } = await client.ask("config.patch", patch);
    assert.deepEqual(config.logging, { consoleLevel: "info" });
    const stale = await client.request("config.patch", patch);
    assert.match(stale.error.message, /has changed since/);
  });

  test("what cannot be is refused, and nothing is written", async () => {
    const untouched = onDisk();
    const { hash } = await client.ask("config.get");
    const faults: readonly [Record<string, unknown>, RegExp][] = [
      [{ raw: "{}" }, /baseHash/],
      [{ raw: "{", baseHash: hash }, /JSON5/],
      [{ raw: "[]", baseHash: hash }, /object/],
      [{ raw: "{ gateway: { port: 'x' } }", baseHash: hash }, /gateway\.port/],
      [{ raw: "{ models: { providers: { p: { models: [] } } } }", baseHash: hash }, /would lose entries/],
      [{ raw: "{ env: { NEW_TOKEN: '__OPENCLAW_REDACTED__' } }", baseHash: hash }, /stand-in/],
    ];
    for (const [params, words] of faults) {
      const { error } = await client.request("config.patch", params);
      assert.match(error.message, words);
    }
    assert.deepEqual(onDisk(), untouched);
    const checked = await client.ask("config.validate", { raw: "{ gateway: { port: 'x' } }" });
    assert.equal(checked.valid, false);
    assert.equal((await client.ask("config.validate")).valid, true);
  });
});
