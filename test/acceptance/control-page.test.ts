// What a page shows and does without asking again and again: conversations, runs, settings, as they change.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody, chatFrames } from "../fakes/wire-samples.ts";
import type { ControlClient } from "../support/control-client.ts";
import { controlClient } from "../support/control-client.ts";
import type { Fault } from "../support/refuses-all.ts";
import { refusesAll } from "../support/refuses-all.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway } from "../support/gateway.ts";
import { keyOf, startTestGateway, TOKEN } from "../support/gateway.ts";

const SECRET = "fake-client-secret-of-a-page";

describe("a page that stays open", () => {
  let gateway: TestGateway;
  let client: ControlClient;
  before(async () => {
    gateway = await startTestGateway({
      providers: { p: { keys: ["a"], models: ["m1", "m2"] }, q: { keys: ["a", "bad"] } },
      access: { oauth: { p: { clientSecret: SECRET } } },
      script: ({ key, body }) => {
        if (JSON.stringify(body.json).includes("say nothing")) return act.stall();
        if (JSON.stringify(body.json).includes("hold on"))
          return act.stallAfterFrames(2, { frames: chatFrames("one two three") });
        return key === keyOf("q", "bad")
          ? act.reply({ status: 401, body: { error: { message: "Invalid API key" } } })
          : act.reply({ body: chatBody("fine") });
      },
    });
    client = await controlClient(gateway.url, { auth: { token: TOKEN } });
  });
  after(async () => {
    client.close();
    await gateway.stop();
  });

  const changed = (key: string, reason: string) =>
    client.event("sessions.changed", (news) => news.sessionKey === key && news.reason === reason);
  const refuses = (faults: readonly Fault[]) => refusesAll(client, faults);

  test("hears of every conversation, whichever door it came through", async () => {
    assert.deepEqual(await client.ask("sessions.subscribe"), { subscribed: true });
    const created = changed("agent:main:desk", "create");
    const { key, sessionId, runStarted } = await client.ask("sessions.create", {
      key: "desk",
      model: "p/m2",
    });
    assert.deepEqual([key, runStarted], ["agent:main:desk", false]);
    const row = (await created).session;
    assert.deepEqual([row.sessionId, row.model, row.modelOverrideSource], [sessionId, "m2", "user"]);

    const messages = client.event("session.message", (news) => news.messageSeq === 2);
    const sent = await client.ask("sessions.send", { key: "desk", message: "hello" });
    const begun = await changed(key, "send");
    assert.deepEqual([begun.session.hasActiveRun, begun.session.activeRunIds], [true, [sent.runId]]);
    const said = await messages;
    assert.deepEqual([said.sessionKey, said.message.role, said.runId], [key, "assistant", sent.runId]);
    const ended = await changed(key, "end");
    assert.deepEqual([ended.session.hasActiveRun, ended.session.turns], [false, 1]);

    const overHttp = client.event("session.message", (news) => news.sessionKey === "agent:main:elsewhere");
    await gateway.post(
      "/v1/chat/completions",
      { model: "openclaw", messages: [{ role: "user", content: "hi" }] },
      { "x-openclaw-session-key": "elsewhere" },
    );
    assert.equal((await overHttp).session.turns, 1);

    const reset = changed(key, "reset");
    assert.notEqual((await client.ask("sessions.reset", { key })).entry.sessionId, sessionId);
    assert.equal((await reset).session.turns, 0);
    const gone = changed(key, "delete");
    assert.deepEqual(await client.ask("sessions.delete", { key }), {
      ok: true,
      key,
      deleted: true,
      archived: [],
    });
    assert.equal((await gone).session, undefined);
    assert.deepEqual(await client.ask("sessions.unsubscribe"), { subscribed: false });
    await refuses([
      ["sessions.delete", { key: "main" }, /Cannot delete the main session/],
      ["sessions.create", { key: "x", agentId: "nobody" }, /There is no agent "nobody"/],
      ["sessions.resolve", {}, /by key, by sessionId or by label/],
      ["sessions.resolve", { key: "desk" }, /No session found: desk/],
      ["sessions.resolve", { sessionId: "x", agentId: "../main" }, /no agent "..\/main"/],
      ["sessions.list", { agentId: "x\0" }, /no agent/],
    ]);
  });

  test("follows one conversation, reads it page by page, and ends a run in it", async () => {
    const other = await controlClient(gateway.url, { auth: { token: TOKEN } });
    const key = "agent:main:followed";
    assert.deepEqual(await other.ask("sessions.messages.subscribe", { key: "followed" }), {
      subscribed: true,
      key,
    });
    await client.ask("sessions.send", { key: "unheard", message: "hello" });
    for (const message of ["one", "two"]) {
      const { runId } = await client.ask("sessions.send", { key, message });
      await other.event(
        "session.message",
        (news) => news.runId === runId && news.message.role === "assistant",
      );
    }
    assert.equal(
      other.frames.some(({ event }) => event === "sessions.changed"),
      false,
    );
    const heard = other.frames.filter(({ event }) => event === "session.message");
    assert.deepEqual([...new Set(heard.map(({ payload }) => payload.sessionKey))], [key]);
    assert.deepEqual(
      heard.map(({ payload }) => payload.messageSeq),
      [1, 2, 3, 4],
    );
    assert.equal((await other.ask("sessions.messages.unsubscribe", { key })).subscribed, false);
    other.close();

    const page = await client.ask("chat.history", { sessionKey: key, limit: 3 });
    assert.deepEqual([page.messages.length, page.hasMore, page.nextOffset], [3, true, 3]);
    const rest = await client.ask("chat.history", { sessionKey: key, limit: 3, offset: page.nextOffset });
    assert.deepEqual([rest.messages[0].content[0].text, rest.hasMore], ["one", false]);
    const opened = await client.ask("chat.startup", { sessionKey: key });
    assert.equal(opened.sessionInfo.messageCount, 4);
    assert.equal(opened.defaults.model, "m1");
    assert.ok(opened.metadata.models.some(({ id }: any) => id === "m2"));
    assert.deepEqual((await client.ask("chat.metadata")).models, opened.metadata.models);
    assert.ok((await client.ask("commands.list")).commands.some(({ name }: any) => name === "model"));
    const { previews } = await client.ask("sessions.preview", {
      keys: ["agent:gone:x", key, "nothing"],
    });
    assert.deepEqual(
      previews.map(({ status, items }: any) => [status, items.length]),
      [
        ["error", 0],
        ["ok", 4],
        ["missing", 0],
      ],
    );
    const { session } = await client.ask("sessions.describe", { key });
    assert.equal((await client.ask("sessions.resolve", { sessionId: session.sessionId })).key, key);

    const { runId } = await client.ask("sessions.send", { key, message: "hold on" });
    const started = await client.event("runs.started", ({ runs }) =>
      runs.some((run: any) => run.runId === runId),
    );
    assert.equal(started.runs.find((run: any) => run.runId === runId).sessionKey, key);
    const { runs } = await client.ask("runs.active");
    assert.deepEqual(
      runs.map((run: any) => [run.runId, run.provider]),
      [[runId, "p"]],
    );
    const aborted = await client.ask("sessions.abort", { runId });
    assert.deepEqual([aborted.status, aborted.abortedRunId], ["aborted", runId]);
    await eventually(async () => assert.deepEqual((await client.ask("runs.active")).runs, []));
    assert.equal((await client.ask("sessions.abort", { key })).status, "no-active-run");
  });

  test("ends a call that somebody else made, who is told so", async () => {
    const begun = client.event("runs.started", ({ runs }) =>
      runs.some((run: any) => run.requested === "p/m1"),
    );
    const answer = gateway.post("/v1/chat/completions", {
      model: "p/m1",
      messages: [{ role: "user", content: "say nothing" }],
    });
    const run = (await begun).runs.find(({ requested }: any) => requested === "p/m1");
    assert.deepEqual([run.agentId, run.provider], ["main", "p"]);
    const ended = await client.ask("runs.abort", { runIds: [run.runId, "unknown"] });
    assert.deepEqual(ended, { ok: true, aborted: true, runIds: [run.runId] });
    assert.equal((await answer).status, 409);
    assert.equal((await client.ask("runs.abort", { runIds: [run.runId] })).aborted, false);
  });

  test("finds runs by what they were, page by page", async () => {
    const call = (model: string) =>
      gateway.post("/v1/chat/completions", { model, messages: [{ role: "user", content: "hi" }] });
    for (const model of ["q/m1", "p/m2", "q/m1"]) await call(model);
    const all = (await client.ask("runs.list")).runs;
    const ofModel = await client.ask("runs.list", { model: "q/m1", limit: 1 });
    assert.deepEqual([ofModel.runs.length, ofModel.hasMore], [1, true]);
    const next = await client.ask("runs.list", { model: "q/m1", limit: 1, cursor: ofModel.next });
    assert.notEqual(next.runs[0].runId, ofModel.runs[0].runId);
    const count = async (where: object) => (await client.ask("runs.list", where)).runs.length;
    assert.equal(await count({ provider: "q" }), 2);
    assert.ok((await count({ profileId: "p:a" })) >= 1);
    assert.equal(await count({ outcome: "failed" }), 0);
    assert.equal(await count({ clientKey: "nobody" }), 0);
    assert.equal(await count({ before: all.at(-1).at }), 0);
    await refuses([["runs.list", { outcome: "good" }, /at \/outcome: must be equal to one of/]]);
  });

  test("shows and changes access.json, whose comments stay and whose secrets are shown to nobody", async () => {
    const file = gateway.paths.accessConfigPath;
    writeFileSync(
      file,
      `// ours\n{ oauth: { p: { clientSecret: "${SECRET}" } }, gateway: { maxWaitMs: 10 } }\n`,
    );
    const shown = await client.ask("access.get");
    assert.deepEqual([shown.valid, shown.exists, shown.parsed.gateway.maxWaitMs], [true, true, 10]);
    const baseHash = shown.hash;
    const patched = await client.ask("access.patch", { raw: '{"gateway":{"maxWaitMs":20}}', baseHash });
    assert.equal(patched.changed, true);
    const text = readFileSync(file, "utf8");
    assert.ok(text.startsWith("// ours") && text.includes(SECRET) && text.includes("maxWaitMs: 20"));
    const raw = JSON.stringify({ ...patched.config, crossing: "never" });
    const replaced = await client.ask("access.set", { raw, baseHash: patched.hash });
    assert.equal(replaced.config.crossing, "never");
    assert.ok(readFileSync(file, "utf8").includes(SECRET));
    assert.equal((await client.ask("access.set", { raw, baseHash: replaced.hash })).changed, false);
    assert.deepEqual(await client.ask("access.validate", { raw: '{"gateway":{"workers":0}}' }), {
      valid: false,
      issues: [{ path: "gateway.workers", message: "must be a whole number from 1 to 64" }],
      warnings: [],
    });
    assert.equal((await client.ask("access.validate")).valid, true);
    const { schema } = await client.ask("access.schema");
    assert.equal(schema.properties.gateway.properties.workers.maximum, 64);
    await refuses([
      ["access.patch", { raw: "{}" }, /baseHash is missing: take it from access\.get/],
      ["access.patch", { raw: "{}", baseHash }, /has changed since it was read/],
      ["access.patch", { raw: "{", baseHash }, /is not JSON5/],
      ["access.patch", { raw: '{"crossing":"maybe"}', baseHash: replaced.hash }, /would be invalid/],
    ]);
    assert.equal(JSON.stringify(client.frames).includes(SECRET), false);
  });

  test("shows the plans, asks for them, chooses models for images, and takes one profile away", async () => {
    assert.ok(Array.isArray((await client.ask("usage.status")).providers));
    assert.ok(Array.isArray((await client.ask("models.auth.usage", { provider: "p" })).warnings));
    assert.equal((await client.ask("agent.identity.get")).agentId, "main");
    await client.ask("models.set-image", { model: "p/m1" });
    const slot = "models.image-fallbacks";
    const added = await client.ask("models.image-fallbacks.add", { model: "p/m2" });
    assert.deepEqual(added.fallbacks, ["p/m2"], slot);
    assert.deepEqual((await client.ask("models.image-fallbacks.remove", { model: "p/m2" })).fallbacks, []);
    assert.deepEqual((await client.ask("models.image-fallbacks.clear")).fallbacks, []);
    const { hash, parsed } = await client.ask("config.get");
    const applied = await client.ask("config.apply", { raw: JSON.stringify(parsed), baseHash: hash });
    assert.equal(applied.changed, false);
    const gone = client.event(
      "models.health",
      ({ profileId, status }) => profileId === "q:bad" && status === "removed",
    );
    const { removed, note } = await client.ask("models.auth.logout", { profileId: "q:bad" });
    assert.deepEqual(
      removed.map(({ id }: any) => id),
      ["q:bad"],
    );
    assert.match(note, /provider/);
    await gone;
  });

  test("hears of orders, client keys and references as they change, and what lies in plain text", async () => {
    const order = (ids: unknown) =>
      client.event("models.order", (news) => JSON.stringify(news.order) === JSON.stringify(ids));
    const set = order(["q:a"]);
    await client.ask("models.auth.order.set", { provider: "q", profiles: ["q:a"] });
    assert.deepEqual(await set, { agentId: "main", provider: "q", order: ["q:a"] });
    const cleared = order(null);
    await client.ask("models.auth.order.clear", { provider: "q" });
    await cleared;

    const keys = client.event("gateway.keys.changed", (news) => news.keys.length === 1);
    const { id, key } = await client.ask("gateway.keys.add", { name: "page" });
    assert.deepEqual(
      (await keys).keys.map((row: any) => [row.id, row.name, row.state]),
      [[id, "page", "active"]],
    );
    assert.ok(key.startsWith("ock_"));

    const { refs, failing } = await client.ask("secrets.status");
    assert.deepEqual([refs, failing], [0, []]);
    const audit = await client.ask("secrets.audit");
    assert.ok(audit.summary.plaintextCount > 0);
    assert.equal(JSON.stringify(audit).includes(keyOf("q", "a")), false);
    const reader = await controlClient(gateway.url, { auth: { token: TOKEN }, scopes: ["operator.read"] });
    const refused = await reader.request("secrets.audit", { allowExec: true });
    assert.equal(refused.error.message, "missing scope: operator.admin");
    reader.close();
    await refuses([
      ["secrets.apply", { plan: {} }, /version must be 1/],
      ["secrets.apply", {}, /required property 'plan'/],
    ]);
  });

  test("is told that there is none of what this program has not", async () => {
    assert.deepEqual(await client.ask("exec.approval.list"), []);
    assert.deepEqual((await client.ask("device.pair.list", { any: randomUUID() })).paired, []);
    assert.deepEqual((await client.ask("cron.list")).jobs, []);
    assert.deepEqual((await client.ask("skills.status")).skills, []);
  });
});
