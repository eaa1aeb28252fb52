// What a page shows and changes beyond health: providers, models, credentials, client keys, undo, doctor, docs.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as act from "../fakes/upstream-actions.ts";
import type { ControlClient } from "../support/control-client.ts";
import { controlClient } from "../support/control-client.ts";
import type { Fault } from "../support/refuses-all.ts";
import { refusesAll } from "../support/refuses-all.ts";
import type { TestGateway } from "../support/gateway.ts";
import { keyOf, startTestGateway, TOKEN } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const PASTED = "sk-fake-pasted-into-a-page";

describe("a page", () => {
  let gateway: TestGateway;
  let client: ControlClient;
  before(async () => {
    gateway = await startTestGateway({
      providers: { p: { keys: ["a", "bad"] }, q: { keys: ["a"] } },
      script: ({ key }) =>
        key === keyOf("p", "bad")
          ? act.reply({ status: 401, body: { error: { message: "Invalid API key" } } })
          : act.reply({ body: PROTOCOLS.chat.whole("fine") }),
    });
    client = await controlClient(gateway.url, { auth: { token: TOKEN } });
  });
  after(async () => {
    client.close();
    await gateway.stop();
  });

  const refuses = (faults: readonly Fault[]) => refusesAll(client, faults);

  test("lists providers with their logins, and the provider's stance on them", async () => {
    const { providers } = await client.ask("models.providers.list");
    const anthropic = providers.find(({ id }: any) => id === "anthropic");
    assert.ok(anthropic.logins.some(({ id, available }: any) => id === "api-key" && available));
    assert.ok(providers.some(({ logins }: any) => logins.some(({ policy }: any) => policy?.asOf)));
    assert.deepEqual(
      providers.filter(({ configured }: any) => configured).map(({ id }: any) => id),
      ["p", "q"],
    );
    assert.deepEqual((await client.ask("plugins.list")).plugins, []);
    await refuses([["models.providers.list", { x: 1 }, /unexpected property 'x'/]]);
  });

  test("stores a key that was pasted, which is shown nowhere", async () => {
    const known = client.event("models.health", ({ profileId }) => profileId === "p:page");
    const params = { provider: "p", profileId: "p:page", key: PASTED };
    const { profileId, type } = await client.ask("models.auth.paste-api-key", params);
    assert.deepEqual([profileId, type], ["p:page", "api_key"]);
    assert.equal((await known).status, "ok");
    const token = await client.ask("models.auth.paste-token", {
      provider: "q",
      token: PASTED,
      expiresIn: "1d",
    });
    assert.ok(token.expiresAt > Date.now());
    await refuses([
      ["models.auth.paste-api-key", { provider: "p", key: `${PASTED}\n${PASTED}` }, /one line/],
      ["models.auth.paste-api-key", { provider: "p", key: 1 }, /at \/key: must be string/],
      ["models.auth.paste-api-key", { provider: "p" }, /required property 'key'/],
      ["models.auth.paste-token", { provider: "p", token: PASTED, expiresIn: "soon" }, /not a duration/],
      ["models.auth.paste-token", { provider: "p", token: "x".repeat(200_000) }, /too long/],
    ]);
    assert.equal(JSON.stringify(client.frames).includes(PASTED), false);
  });

  test("chooses models, fallbacks and aliases, and sees them at once", async () => {
    assert.equal((await client.ask("models.set", { model: "q/m1" })).primary, "q/m1");
    assert.deepEqual((await client.ask("models.fallbacks.add", { model: "p/m2" })).fallbacks, ["p/m2"]);
    await client.ask("models.aliases.add", { alias: "quick", model: "p/m2" });
    assert.equal((await client.ask("models.set-image", { model: "quick" })).primary, "p/m2");
    assert.deepEqual((await client.ask("models.aliases.list")).aliases, { quick: "p/m2" });
    const { primary, fallbacks } = await client.ask("models.fallbacks.list");
    assert.deepEqual([primary, fallbacks], ["q/m1", ["p/m2"]]);
    assert.equal((await client.ask("models.image-fallbacks.list")).primary, "p/m2");
    await client.ask("models.aliases.remove", { alias: "quick" });
    assert.deepEqual((await client.ask("models.fallbacks.clear")).fallbacks, []);
    await refuses([
      ["models.set", {}, /required property 'model'/],
      ["models.set", { model: " " }, /must not be empty/],
      ["models.fallbacks.add", { model: "q/m1" }, /already/],
      ["models.fallbacks.remove", { model: "p/m1" }, /not among/],
      ["models.aliases.add", { alias: "a b", model: "p/m1" }, /not an alias/],
      ["models.aliases.remove", { alias: "nobody" }, /no alias/],
    ]);
  });

  test("sees what can be taken back", async () => {
    const { changes } = await client.ask("models.undo.list");
    assert.ok(changes.length > 0);
    await refuses([
      ["models.undo", { change: "nobody" }, /nobody/],
      ["models.undo", { change: changes[0].id, last: 2 }, /not both/],
      ["models.undo", { last: 0 }, /at \/last/],
    ]);
  });

  test("tries credentials, and sees each as it ends", async () => {
    const { probeId, results, totalTargets } = await client.ask("models.auth.probe", {
      provider: "p",
      profileIds: ["p:a", "p:bad"],
      timeoutMs: 60_000,
    });
    assert.deepEqual(results.map(({ profileId, status }: any) => [profileId, status]).toSorted(), [
      ["p:a", "ok"],
      ["p:bad", "auth"],
    ]);
    const told = client.frames.filter(({ event }) => event === "models.auth.probe");
    assert.deepEqual(
      told.map(({ payload }) => [payload.probeId, payload.done, payload.total]),
      [
        [probeId, 1, totalTargets],
        [probeId, 2, totalTargets],
      ],
    );
    await refuses([
      ["models.auth.probe", { concurrency: 1000 }, /at \/concurrency/],
      ["models.auth.probe", { profileIds: ["x"] }, /profile/i],
      ["models.auth.probe", { profileIds: "p:a" }, /at \/profileIds: must be array/],
    ]);
  });

  test("makes a client key, which opens the gateway until it is revoked", async () => {
    const wanted = { name: "page", limits: { requestsPerMinute: 5 }, models: ["p/*"], expiresIn: "1d" };
    const { key, id } = await client.ask("gateway.keys.add", wanted);
    const ask = () =>
      fetch(`${gateway.url}/v1/models`, { headers: { authorization: `Bearer ${key}` } }).then(
        ({ status }) => status,
      );
    assert.equal(await ask(), 200);
    assert.equal((await client.ask("gateway.keys.list")).keys[0].id, id);
    assert.equal((await client.ask("gateway.keys.revoke", { key: "page" })).state, "revoked");
    assert.equal(await ask(), 401);
    await refuses([
      ["gateway.keys.add", { name: "x y" }, /letters, digits/],
      ["gateway.keys.add", { name: "x", expiresIn: "1d", expiresAt: 1 }, /not both/],
      ["gateway.keys.add", { name: "x", limits: { tokensPerDay: 0 } }, /at \/limits\/tokensPerDay/],
      ["gateway.keys.revoke", { key: "page" }, /revoked before/],
    ]);
  });

  test("sees what doctor finds, the pages of the docs, and who the gateway is", async () => {
    const report = await client.ask("doctor");
    assert.deepEqual([report.applied, report.findings.length > 0], [false, !report.ok]);
    const { pages } = await client.ask("docs.list");
    assert.ok(pages.some(({ id, title }: any) => id === "control-plane" && title === "The control plane"));
    assert.match((await client.ask("docs.get", { page: "logins" })).markdown, /^# /);
    const { deviceId, publicKey } = await client.ask("gateway.identity.get");
    assert.match(deviceId, /^[0-9a-f]{64}$/);
    assert.equal(Buffer.from(publicKey, "base64url").length, 32);
    assert.equal((await client.ask("gateway.identity.get")).deviceId, deviceId);
    assert.deepEqual((await client.ask("logs.tail")).lines, []);
    await refuses([
      ["docs.get", { page: "../README" }, /no page/],
      ["docs.get", {}, /required property 'page'/],
      ["logs.tail", { maxBytes: 1e9 }, /at \/maxBytes/],
      ["doctor", { fix: true }, /unexpected property 'fix'/],
    ]);
  });

  test("makes a form of the config", async () => {
    const { schema, uiHints, version } = await client.ask("config.schema");
    assert.equal(schema.properties.gateway.properties.port.type, "integer");
    assert.deepEqual([uiHints["gateway.auth.token"].sensitive, version], [true, "test"]);
    const { children, hintPath } = await client.ask("config.schema.lookup", { path: "agents.list[0]" });
    assert.ok(children.some(({ key, required }: any) => key === "id" && required));
    assert.equal(hintPath, undefined);
    await refuses([
      ["config.schema.lookup", {}, /required property 'path'/],
      ["config.schema.lookup", { path: "gateway.nope" }, /no place "gateway\.nope"/],
      ["config.schema.lookup", { path: "[" }, /no path/],
      ["config.schema", { path: "x" }, /unexpected property 'path'/],
    ]);
  });

  test("makes an agent, changes it and removes it", async () => {
    const workspace = join(gateway.home, "work");
    const made = await client.ask("agents.create", { name: "Work", workspace, model: "p/m1" });
    assert.deepEqual([made.ok, made.agentId, made.workspace], [true, "work", workspace]);
    const changed = await client.ask("agents.update", { agentId: "work", name: "At work", model: null });
    assert.deepEqual([changed.agentId, changed.changed], ["work", true]);
    const { parsed } = await client.ask("config.get");
    const entry = parsed.agents.list.find(({ id }: any) => id === "work");
    assert.deepEqual([entry.name, entry.model], ["At work", undefined]);
    assert.equal((await client.ask("agents.delete", { agentId: "work" })).agentId, "work");
    await refuses([
      ["agents.create", { name: "x" }, /required property 'workspace'/],
      ["agents.create", { name: "x", workspace: "here" }, /at \/workspace: must be an absolute path/],
      ["agents.create", { name: "main", workspace }, /reserved/],
      ["agents.update", { agentId: "nobody", name: "x" }, /nobody/],
      ["agents.update", { agentId: "main", model: "p/" }, /./],
      ["agents.delete", { agentId: "main" }, /cannot be deleted/],
      ["agents.delete", { agentId: "work" }, /no agent "work"/],
    ]);
  });

  test("with less than admin changes nothing", async () => {
    const reader = await controlClient(gateway.url, { auth: { token: TOKEN }, scopes: ["operator.read"] });
    const asked: readonly [string, string, unknown][] = [
      ["operator.write", "models.auth.probe", {}],
      ["operator.admin", "models.auth.paste-api-key", { provider: "p", key: PASTED }],
      ["operator.admin", "models.auth.paste-token", { provider: "p", token: PASTED }],
      ["operator.admin", "models.set", { model: "p/m1" }],
      ["operator.admin", "models.fallbacks.clear", {}],
      ["operator.admin", "models.aliases.add", { alias: "x", model: "p/m1" }],
      ["operator.admin", "models.undo", {}],
      ["operator.admin", "agents.delete", { agentId: "x" }],
      ["operator.admin", "gateway.keys.add", { name: "x" }],
      ["operator.admin", "gateway.keys.revoke", { key: "x" }],
    ];
    for (const [scope, method, params] of asked) {
      const { error } = await reader.request(method, params);
      assert.equal(error.message, `missing scope: ${scope}`);
    }
    for (const method of ["models.undo.list", "models.providers.list", "doctor", "gateway.keys.list"])
      assert.equal((await reader.request(method)).ok, true, method);
    reader.close();
  });
});
