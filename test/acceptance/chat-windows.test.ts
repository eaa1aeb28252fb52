// What a window on a conversation (OpenClaw's terminal window, a page) reads beside the answers: where it opens in the
// middle of one, which model is under way, what commands of OpenClaw come to, and how an answer ends with the gateway.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { newSession } from "../../src/core/session.ts";
import { openSessionStore, sessionFile } from "../../src/store/sessions.ts";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody, chatFrames } from "../fakes/wire-samples.ts";
import type { ControlClient } from "../support/control-client.ts";
import { controlClient } from "../support/control-client.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";

describe("a window on a conversation", () => {
  let gateway: TestGateway;
  let client: ControlClient;
  let isLimited = false;
  /** what models were told, all in all */
  const heard: string[] = [];
  before(async () => {
    gateway = await startTestGateway({
      providers: { p: { keys: ["a"], models: ["m1", "m2"] }, q: { keys: ["a"] }, r: { keys: ["a"] } },
      fallbacks: ["q/m1"],
      access: { gateway: { maxWaitMs: 0 } },
      script: ({ body, key }) => {
        const said = JSON.stringify(body.json.messages.at(-1));
        heard.push(body.json.messages.map(({ content }: any) => content).join(" "));
        if (said.includes("in passing") && !heard.at(-1)!.includes("theirs"))
          return act.stallAfterFrames(4, { frames: chatFrames("this is out of date") });
        if (said.includes("hold"))
          return act.stallAfterFrames(4, { frames: chatFrames("one two three four five") });
        if (isLimited && key.includes("-p-")) return act.reply({ status: 429 });
        return act.reply({ body: chatBody("an answer") });
      },
    });
    client = await controlClient(gateway.url, { auth: { token: TOKEN } });
  });
  after(async () => {
    client.close();
    await gateway.stop();
  });

  const begin = async (sessionKey: string, message: string) => {
    const runId = randomUUID();
    await client.ask("chat.send", { sessionKey, message, idempotencyKey: runId });
    return runId;
  };
  const endOf = (runId: string) =>
    client.event("chat", (chat) => chat.runId === runId && chat.state !== "delta");
  const say = async (sessionKey: string, message: string) => endOf(await begin(sessionKey, message));
  const history = (sessionKey: string) => client.ask("chat.history", { sessionKey });

  test("one that opens in the middle of an answer has what was said of it, and no longer than that", async () => {
    const runId = await begin("middle", "hold on");
    await client.event("chat", (chat) => chat.runId === runId && chat.state === "delta");
    const { inFlightRun } = await eventually(async () => {
      const found = await history("middle");
      assert.match(found.inFlightRun.text, /three/);
      return found;
    });
    assert.equal(inFlightRun.runId, runId);
    await client.ask("chat.abort", { sessionKey: "middle" });
    const { errorMessage } = await endOf(runId);
    assert.equal(errorMessage, undefined, "who ended it knows why");
    await eventually(async () => assert.equal((await history("middle")).inFlightRun, undefined));
  });

  test("of a conversation that has not begun it has the model, and no figures of another", async () => {
    const { sessionInfo, sessionId } = await history("nothing yet");
    assert.equal(sessionId, undefined);
    assert.deepEqual(
      [sessionInfo.key, sessionInfo.modelProvider, sessionInfo.model, sessionInfo.totalTokens],
      ["agent:main:nothing yet", "p", "m1", undefined],
    );
  });

  test("commands of OpenClaw that are not here are answered, and no model is asked", async () => {
    const asked = gateway.upstream.calls.length;
    const words = async (command: string) => (await say("commands", command)).message.content[0].text;
    assert.match(await words("/compact"), /no \/compact/);
    assert.match(await words("/export-session html"), /no \/export-session/);
    assert.match(await words("/btw what is this?"), /no \/btw/);
    assert.match(await words("/commands"), /\/model/);
    assert.equal(gateway.upstream.calls.length, asked);
    assert.equal(await words("/etc/hosts is a path"), "an answer");
    assert.equal(gateway.upstream.calls.at(-1)!.body.json.messages.length, 1);
    await say("commands", "/new");
    assert.deepEqual((await history("commands")).messages, []);
  });

  test("of a message whose run a former gateway had, a window hears once that there will be no answer", async () => {
    const sessions = openSessionStore((agent) => sessionFile(gateway.paths.agentDatabase(agent)));
    const session = newSession("agent:main:lost", randomUUID(), Date.now());
    const row = {
      role: "user",
      content: [{ type: "text", text: "hello?" }],
      timestamp: 1,
      runId: "lost-run",
    } as const;
    await sessions.update("main", session.key, () => ({
      session: { ...session, messages: 1 },
      append: [row],
    }));
    await sessions.close();
    await client.ask("sessions.subscribe");
    await history("lost");
    const { state, errorMessage } = await endOf("lost-run");
    assert.deepEqual([state, errorMessage], ["aborted", "no answer came to it"]);
    await history("lost");
    await say("lost", "and now?");
    assert.equal(
      client.frames.filter(({ payload }) => payload?.runId === "lost-run" && payload.state).length,
      1,
    );
  });

  test("what another program said meanwhile is said to the model; what came without it is told to nobody", async () => {
    await say("shared", "one");
    await say("shared", "two");
    const others = openSessionStore((agent) => sessionFile(gateway.paths.agentDatabase(agent)));
    const theirs = { role: "user", content: [{ type: "text", text: "theirs" }], timestamp: 1 } as const;
    await others.update("main", "agent:main:shared", (session) => ({
      session: { ...session!, messages: session!.messages + 1 },
      append: [theirs],
    }));
    await others.close();
    const runId = await begin("shared", "in passing");
    assert.equal((await endOf(runId)).message.content[0].text, "an answer");
    const whole = "one an answer two an answer theirs in passing";
    assert.equal(heard.at(-1), whole);
    assert.doesNotMatch(JSON.stringify(client.frames), /out of date/);
    const { messages } = await history("shared");
    assert.equal(messages.map(({ content }: any) => content[0].text).join(" "), `${whole} an answer`);
    await say("shared", "and on");
    assert.equal(heard.at(-1), `${whole} an answer and on`);
    const { outcome } = await client.ask("models.why", { run: runId });
    assert.equal(outcome, "ok");
  });

  test("of a message that cannot be kept nothing is told but that, and the conversation goes on without it", async () => {
    await say("full", "one");
    const db = new DatabaseSync(sessionFile(gateway.paths.agentDatabase("main")));
    db.exec(`CREATE TRIGGER full BEFORE INSERT ON access_messages
      WHEN NEW.message_json LIKE '%in passing%' BEGIN SELECT RAISE(FAIL, 'no room'); END`);
    const runId = await begin("full", "in passing");
    const { state, errorMessage } = await endOf(runId);
    assert.deepEqual([state, /no room/.test(errorMessage)], ["error", true]);
    assert.doesNotMatch(JSON.stringify(client.frames), /out of date/);
    db.exec("DROP TRIGGER full");
    db.close();
    await say("full", "two");
    assert.equal(heard.at(-1), "one an answer two");
  });

  test("who ends a message hears of its end while the store is still locked by another program", async () => {
    await say("locked", "one");
    const db = new DatabaseSync(sessionFile(gateway.paths.agentDatabase("main")));
    db.exec("BEGIN IMMEDIATE");
    const runId = await begin("locked", "in passing");
    const { aborted } = await client.ask("chat.abort", { sessionKey: "locked" });
    assert.equal(aborted, true);
    assert.equal((await endOf(runId)).state, "aborted");
    db.exec("COMMIT");
    db.close();
    await say("locked", "two");
    assert.match(heard.at(-1)!, /^one an answer .*two$/);
    assert.equal((await client.ask("models.why", { run: runId })).outcome, "aborted");
    const told = client.frames.filter(({ event, payload }) => event === "chat" && payload.runId === runId);
    assert.equal(told.length, 1);
  });

  test("one that opens while the question is still being written has nothing of an answer to it", async () => {
    await say("early", "one");
    const db = new DatabaseSync(sessionFile(gateway.paths.agentDatabase("main")));
    db.exec("BEGIN IMMEDIATE");
    const runId = await begin("early", "hold on");
    await eventually(() => assert.match(heard.at(-1)!, /^one an answer hold on$/));
    await pause(200);
    assert.deepEqual((await history("early")).inFlightRun, { runId, text: "" });
    db.exec("COMMIT");
    db.close();
    await eventually(async () => assert.match((await history("early")).inFlightRun.text, /three/));
    await client.ask("chat.abort", { sessionKey: "early" });
    await endOf(runId);
  });

  test("a window hears of a new beginning that another one made", async () => {
    await client.ask("sessions.subscribe");
    const { sessionId: former } = await history("lost");
    const { entry } = await client.ask("sessions.reset", { key: "lost", reason: "new" });
    const told = await client.event("sessions.changed", ({ reason }) => reason === "reset");
    assert.deepEqual([told.sessionKey, told.sessionId], ["agent:main:lost", entry.sessionId]);
    assert.notEqual(entry.sessionId, former);
  });

  test("what a window sets and nothing here follows is told back", async () => {
    const { entry } = await client.ask("sessions.patch", { key: "set", groupActivation: "always" });
    assert.equal(entry.groupActivation, "always");
  });

  test("the model that answers is shown while it does, and a choice takes that back", async () => {
    const rowOf = async () => (await client.ask("sessions.describe", { key: "moved" })).session;
    isLimited = true;
    await say("moved", "a question");
    isLimited = false;
    const moved = await rowOf();
    assert.deepEqual(
      [moved.modelProvider, moved.model, moved.modelOverrideSource, moved.modelOverrideFallbackOriginModel],
      ["q", "m1", "auto", "m1"],
    );
    await client.ask("sessions.patch", { key: "moved", model: "p/m1" });
    const { modelProvider, modelOverrideSource } = await rowOf();
    assert.deepEqual([modelProvider, modelOverrideSource], ["p", undefined]);
  });

  test("status and health count conversations", async () => {
    const { sessions } = await client.ask("status");
    assert.ok(sessions.count >= 2);
    assert.deepEqual(Object.keys(sessions.byAgent[0]), ["agentId", "path", "count", "recent"]);
    assert.equal(sessions.recent[0].key, "agent:main:moved");
    const health = await client.ask("health");
    assert.equal(health.sessions.count, sessions.count);
    assert.match(health.agents[0].sessions.path, /access-sessions\.sqlite$/);
  });

  test("an answer that ends with its credentials, or with the gateway, says so", async () => {
    await client.ask("sessions.patch", { key: "revoked", model: "q/m1" });
    const revoked = await begin("revoked", "hold on");
    await client.event("chat", (chat) => chat.runId === revoked && chat.state === "delta");
    await client.ask("models.authLogout", { provider: "q" });
    const gone = await endOf(revoked);
    assert.deepEqual([gone.state, gone.stopReason], ["aborted", "auth-revoked"]);
    assert.match(gone.errorMessage, /credentials/);

    await client.ask("sessions.patch", { key: "stopped", model: "r/m1" });
    const stopped = await begin("stopped", "hold on");
    await client.event("chat", (chat) => chat.runId === stopped && chat.state === "delta");
    await gateway.stop();
    const told = client.frames.map(({ event, payload }) => [event, payload?.state, payload?.errorMessage]);
    assert.equal(told.at(-1)![0], "shutdown");
    assert.match(
      told.findLast(([event, state]) => event === "chat" && state === "aborted")![2],
      /gateway is stopping/,
    );
    assert.equal((await client.closed).code, 1012);
  });
});
