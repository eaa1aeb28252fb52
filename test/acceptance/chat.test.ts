// Conversations over the control plane: turns, queues, commands, what is kept, what happens when credentials go.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { after, before, describe, test } from "node:test";
import { sessionFile } from "../../src/store/sessions.ts";
import type { Action } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody, chatFrames } from "../fakes/wire-samples.ts";
import type { ControlClient } from "../support/control-client.ts";
import { controlClient } from "../support/control-client.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway } from "../support/gateway.ts";
import { keyOf, startTestGateway, TOKEN } from "../support/gateway.ts";

const WORDS = "one two three four five six";
/** By what the last message says. */
function answerTo(question: string, key: string): Action {
  if (question.includes("hold")) return act.stallAfterFrames(4, { frames: chatFrames(WORDS) });
  if (question.includes("fail"))
    return act.reply({ status: 400, body: { error: { message: "not like this" } } });
  return act.reply({ body: chatBody(`${key.slice(-3)} heard: ${question}`) });
}

describe("conversations", () => {
  let gateway: TestGateway;
  let client: ControlClient;
  before(async () => {
    gateway = await startTestGateway({
      providers: {
        p: {
          keys: ["a", "b"],
          config: {
            models: [
              { id: "m1", name: "m1" },
              { id: "m2", name: "m2", reasoning: false },
            ],
          },
        },
        q: { keys: ["a"] },
      },
      fallbacks: ["q/m1"],
      access: { gateway: { maxWaitMs: 0 } },
      config: { gateway: { auth: { mode: "token", token: TOKEN } } },
      script: (call) => {
        const { content } = call.body.json.messages.at(-1);
        return answerTo(typeof content === "string" ? content : "a picture", call.key);
      },
    });
    client = await controlClient(gateway.url, { auth: { token: TOKEN } });
  });
  after(async () => {
    client.close();
    await gateway.stop();
  });

  const begin = async (sessionKey: string, message: string, over: object = {}) => {
    const runId = randomUUID();
    const sent = await client.ask("chat.send", { sessionKey, message, idempotencyKey: runId, ...over });
    assert.deepEqual(sent, { runId, status: "started" });
    return runId;
  };
  const endOf = (runId: string) =>
    client.event("chat", (chat) => chat.runId === runId && chat.state !== "delta");
  const say = async (sessionKey: string, message: string) => endOf(await begin(sessionKey, message));
  const wordsOf = ({ message }: any): string => message.content[0].text;
  const bodies = () => gateway.upstream.calls.map(({ body }) => body.json);

  test("a model is told what was said before; who answered goes on answering", async () => {
    await say("talk", "my name is Ada");
    const second = await say("talk", "who am I?");
    assert.deepEqual(
      [second.state, second.stopReason, second.sessionKey],
      ["final", "stop", "agent:main:talk"],
    );
    const sent = bodies().at(-1).messages;
    assert.deepEqual(
      sent.map(({ role }: any) => role),
      ["user", "assistant", "user"],
    );
    assert.equal(sent[0].content, "my name is Ada");
    const [first, , third] = gateway.upstream.calls.slice(-2).map(({ key }) => key);
    assert.equal(third, undefined);
    assert.equal(gateway.upstream.calls.at(-1)!.key, first);
    const { messages, sessionId } = await client.ask("chat.history", { sessionKey: "talk" });
    assert.equal(messages.length, 4);
    assert.deepEqual([messages[1].provider, messages[1].model, messages[1].stopReason], ["p", "m1", "stop"]);
    await say("talk", "/new");
    const anew = await client.ask("chat.history", { sessionKey: "talk" });
    assert.deepEqual(anew.messages, []);
    assert.notEqual(anew.sessionId, sessionId);
  });

  test("a terminal window opens, previews, and is told what it set", async () => {
    await say("window", "my name is Ada");
    assert.deepEqual(await client.ask("plugin.approval.list"), []);
    const listed = { search: "window", includeDerivedTitles: true, includeLastMessage: true };
    const { sessions, defaults } = await client.ask("sessions.list", listed);
    const { messages } = await client.ask("chat.history", { sessionKey: "window" });
    assert.equal(sessions[0].lastMessagePreview, messages[1].content[0].text);
    assert.equal(defaults.thinkingLevels[0].id, "off");
    const set = { verboseLevel: "on", responseUsage: "tokens", fastMode: true, thinkingLevel: "High" };
    const { entry } = await client.ask("sessions.patch", { key: "window", ...set, traceLevel: null });
    assert.deepEqual([entry.verboseLevel, entry.responseUsage, entry.fastMode], ["on", "tokens", true]);
    assert.equal("traceLevel" in entry, false);
    // It is kept with the conversation, and asked of the model.
    await say("window", "think");
    assert.equal(bodies().at(-1).reasoning_effort, "high");
    await say("window", "/new");
    await client.ask("sessions.patch", { key: "window", fastMode: null });
    const { sessionInfo } = await client.ask("chat.history", { sessionKey: "window" });
    assert.deepEqual(
      [sessionInfo.verboseLevel, sessionInfo.fastMode, sessionInfo.thinkingLevel],
      ["on", undefined, "high"],
    );
    await client.ask("sessions.patch", { key: "window", thinkingLevel: null });
    await say("window", "think no more");
    assert.equal("reasoning_effort" in bodies().at(-1), false);
    for (const [key, thinkingLevel, said] of [
      ["window", "wild", /no thinking level "wild"\. Use one of: off,/],
      ["dull", "low", /p\/m2 does not reason: its thinkingLevel can be off alone/],
    ] as const) {
      const model = key === "dull" ? { model: "p/m2" } : {};
      const refused = await client.request("sessions.patch", { key, thinkingLevel, ...model });
      assert.deepEqual([refused.error.code, said.test(refused.error.message)], ["INVALID_REQUEST", true]);
    }
    const run = { message: "hi", idempotencyKey: "window-agent", cleanupBundleMcpOnRunEnd: true };
    await client.request("agent", run);
    const ended = await client.frame(
      ({ payload }) => payload?.runId === run.idempotencyKey && payload.status === "ok",
    );
    assert.equal(ended.payload.summary, "completed");
  });

  test("a run of an agent goes on where it is meant to, with the model of this answer alone", async () => {
    const agent = async (params: object) => {
      const idempotencyKey = randomUUID();
      const asked = await client.request("agent", { message: "hi", idempotencyKey, ...params });
      if (!asked.ok) return asked;
      return await client.frame(
        ({ payload }) => payload?.runId === idempotencyKey && payload.status === "ok",
      );
    };
    const listed = async () => (await client.ask("sessions.list")).sessions.map(({ key }: any) => key);
    const known = await listed();
    const once = await agent({ model: "p/m2@p:b", thinking: "off" });
    assert.deepEqual(
      [once.payload.result.meta.agentMeta.model, gateway.upstream.calls.at(-1)!.key],
      ["m2", keyOf("p", "b")],
    );
    assert.deepEqual(await listed(), known, "a run of its own leaves no conversation");
    await agent({ agentId: "main", thinking: "low" });
    assert.equal(bodies().at(-1).reasoning_effort, "low");
    const { sessionId, sessionInfo } = await client.ask("chat.history", { sessionKey: "main" });
    assert.equal(sessionInfo.messageCount, 2);
    await agent({ sessionId, model: "m2" });
    assert.deepEqual([bodies().at(-1).model, bodies().at(-1).messages.length], ["m2", 3]);
    await agent({ sessionId, sessionKey: `agent:main:explicit:${sessionId}` });
    assert.deepEqual([bodies().at(-1).model, bodies().at(-1).messages.length], ["m1", 5]);
    await agent({ sessionId: "never-seen" });
    assert.ok((await listed()).includes("agent:main:explicit:never-seen"));
    const callsBefore = gateway.upstream.calls.length;
    for (const [params, said] of [
      [{ model: "p/nothing" }, /lists no model "nothing"/],
      [{ model: "p/m1@p:nobody" }, /no profile of p/],
      [{ thinking: "wild" }, /no thinking level/],
      [{ agentId: "nobody" }, /no agent "nobody"/],
    ] as const)
      assert.match((await agent(params)).error.message, said);
    assert.equal(gateway.upstream.calls.length, callsBefore);
  });

  test("messages that come while an answer is under way wait for their turn; the same one is sent once", async () => {
    const first = await begin("queue", "hold on");
    const second = await begin("queue", "next");
    assert.equal(
      (await client.ask("chat.send", { sessionKey: "queue", message: "next", idempotencyKey: second }))
        .status,
      "in_flight",
    );
    const { sessions } = await client.ask("sessions.list", { search: "queue" });
    assert.deepEqual(sessions[0].activeRunIds, [first, second]);
    await client.event("chat", (chat) => chat.runId === first && chat.state === "delta");
    assert.deepEqual((await client.ask("chat.abort", { sessionKey: "queue", runId: first })).runIds, [first]);
    const [stopped, answered] = [await endOf(first), await endOf(second)];
    assert.deepEqual([stopped.state, stopped.stopReason], ["aborted", "rpc"]);
    assert.ok(WORDS.startsWith(wordsOf(stopped)) && wordsOf(stopped) !== "");
    assert.equal(answered.state, "final");
    assert.equal(
      (await client.ask("chat.send", { sessionKey: "queue", message: "next", idempotencyKey: second }))
        .status,
      "ok",
    );
    const calls = gateway.upstream.calls.length;
    const picture = { mimeType: "image/png", content: "aGVsbG8=" };
    const other = { sessionKey: "queue", message: "quite another", idempotencyKey: second };
    const command = randomUUID();
    await client.ask("chat.send", { sessionKey: "queue", message: "/help", idempotencyKey: command });
    for (const [method, params] of [
      ["chat.send", other],
      ["chat.send", { ...other, message: "next", attachments: [picture] }],
      ["sessions.send", { key: "queue", message: other.message, idempotencyKey: second }],
      ["agent", other],
      ["agent", { message: other.message, idempotencyKey: second }],
      ["chat.send", { ...other, message: "/status", idempotencyKey: command }],
    ] as const) {
      const { error } = await client.request(method, params);
      assert.equal(error?.code, "INVALID_REQUEST", method);
      assert.match(error.message, /was sent before with another message/, method);
    }
    assert.equal(gateway.upstream.calls.length, calls);
    assert.equal((await client.ask("agent.wait", { runId: second })).status, "ok");
    assert.deepEqual(await client.ask("agent.wait", { runId: "nobody", timeoutMs: 1 }), {
      runId: "nobody",
      status: "timeout",
    });
  });

  test("a message that waits can be taken back alone; a key of one conversation is refused in another", async () => {
    const [first, second, third] = [
      await begin("back", "hold on"),
      await begin("back", "never said"),
      await begin("back", "next"),
    ];
    assert.deepEqual((await client.ask("chat.abort", { sessionKey: "back", runId: second })).runIds, [
      second,
    ]);
    assert.equal((await endOf(second)).state, "aborted");
    const { session } = await client.ask("sessions.describe", { key: "back" });
    assert.deepEqual(session.activeRunIds, [first, third]);
    assert.equal((await client.ask("chat.abort", { sessionKey: "back", runId: second })).aborted, false);
    await client.ask("chat.abort", { sessionKey: "back", runId: first });
    assert.equal((await endOf(third)).state, "final");
    for (const [method, name] of [
      ["chat.send", "sessionKey"],
      ["agent", "sessionKey"],
      ["sessions.send", "key"],
    ] as const) {
      const { error } = await client.request(method, {
        [name]: "elsewhere",
        message: "mine",
        idempotencyKey: third,
      });
      assert.match(error.message, /belongs to a run of agent:main:back/, method);
    }
  });

  test("/stop ends what is under way, and what waits behind it", async () => {
    const runs = [await begin("stop", "hold on"), await begin("stop", "never said")];
    await client.event("chat", (chat) => chat.runId === runs[0] && chat.state === "delta");
    assert.match(wordsOf(await say("stop", "/stop")), /Stopped 2 answers/);
    for (const run of runs) assert.equal((await endOf(run)).stopReason, "stop");
    const { messages } = await client.ask("chat.history", { sessionKey: "stop" });
    assert.deepEqual(
      messages.map(({ role }: any) => role),
      ["user", "assistant"],
    );
    assert.match(wordsOf(await say("stop", "/stop")), /Nothing is running/);
  });

  test("however many runs a client waits for, it is heard when it ends one", async () => {
    const runIds = Array.from({ length: 40 }, () => randomUUID());
    for (const [n, idempotencyKey] of runIds.entries())
      client.send({
        type: "req",
        id: idempotencyKey,
        method: "agent",
        params: { message: "hold on", sessionKey: `many-${n % 20}`, idempotencyKey },
      });
    for (const [n, runId] of runIds.entries()) {
      const { runIds: aborted } = await client.ask("chat.abort", { sessionKey: `many-${n % 20}`, runId });
      assert.deepEqual(aborted, [runId]);
    }
    for (const id of runIds) await client.frame((frame) => frame.id === id && frame.payload?.status === "ok");
  });

  test("a model falls back for its agent, and not for a person who chose it", async () => {
    const moved = await say("down", "fail once");
    assert.deepEqual([moved.state, moved.errorKind !== undefined], ["error", true]);
    await say("strict", "/model p/m2@p:b");
    const callsBefore = gateway.upstream.calls.length;
    assert.equal((await say("strict", "fail again")).state, "error");
    const tried = gateway.upstream.calls.slice(callsBefore);
    assert.deepEqual([...new Set(tried.map(({ key }) => key))], [keyOf("p", "b")]);
    const [run] = (await client.ask("runs.list", { limit: 1 })).runs;
    assert.ok(run);
  });

  test("commands: picked by number, refused in words, answered without a provider", async () => {
    const callsBefore = gateway.upstream.calls.length;
    const list = wordsOf(await say("cmd", "/model list"));
    const row = /(\d+)\. p\/m2/.exec(list)!;
    assert.match(wordsOf(await say("cmd", `/model ${row[1]}`)), /Model set to p\/m2/);
    assert.match(wordsOf(await say("cmd", "/model")), /Current: p\/m2 \(chosen\)/);
    assert.match(wordsOf(await say("cmd", "/models")), /p\/m2 ← current/);
    for (const [words, said] of [
      ["/model p/m1@p:nobody", /no profile of p\. Use one of: p:a, p:b/],
      ["/model p/nothing", /lists no model "nothing"/],
      ["/model nowhere/m", /Nothing is known of a provider nowhere/],
      ["/model 999", /no model 999/],
      ["/model p/m1@q:a", /q:a is no profile of p/],
    ] as const)
      assert.match(wordsOf(await say("cmd", words)), said);
    assert.match(wordsOf(await say("cmd", "/model default")), /reset to default \(p\/m1\)/);
    const status = wordsOf(await say("cmd", "/model status"));
    assert.ok(status.includes(gateway.upstream.url) && status.includes("p:a") && status.includes("(next)"));
    assert.ok(!status.includes(keyOf("p", "a")));
    assert.match(wordsOf(await say("cmd", "/status")), /Session: agent:main:cmd/);
    assert.match(wordsOf(await say("cmd", "/usage")), /This conversation: 0 tokens in/);
    assert.match(wordsOf(await say("cmd", "/why")), /Nothing was asked/);
    assert.match(wordsOf(await say("cmd", "/help")), /\/model .*\n[^]*\/help/);
    assert.equal(gateway.upstream.calls.length, callsBefore);
    assert.equal((await say("cmd", "/etc/hosts is a file")).state, "final");
    assert.equal(gateway.upstream.calls.length, callsBefore + 1);
    await eventually(async () => assert.match(wordsOf(await say("cmd", "/why")), /p\/m1 by p:[ab]: ok/));
  });

  test("commands and their answers are seen again, and said to no model; a conversation has a title", async () => {
    await say("seen", "/status");
    assert.deepEqual((await client.ask("chat.history", { sessionKey: "seen" })).messages, []);
    await say("seen", "my  name\nis Ada");
    await say("seen", "/model");
    await say("seen", "/stop");
    const { messages, sessionInfo } = await client.ask("chat.history", { sessionKey: "seen" });
    assert.deepEqual(
      messages.map(({ role, content }: any) => [role, content[0].text.split("\n")[0]]).slice(2),
      [
        ["user", "/model"],
        ["assistant", "Current: p/m1"],
      ],
    );
    assert.deepEqual([sessionInfo.derivedTitle, sessionInfo.messageCount], ["my name is Ada", 4]);
    await say("seen", "who am I?");
    assert.deepEqual(
      bodies()
        .at(-1)
        .messages.map(({ content }: any) => content.split("\n")[0]),
      ["my  name", messages[1].content[0].text.split("\n")[0], "who am I?"],
    );
  });

  test("a pinned profile that is gone is told, and nothing takes its place", async () => {
    await say("lost", "/model q/m1@q:a");
    const put = (change: Map<string, any>) =>
      gateway.store.update("main", { profiles: ["q:a"] }, () => ({ profiles: change }));
    await put(new Map([["q:a", null]]));
    await client.ask("secrets.reload");
    const callsBefore = gateway.upstream.calls.length;
    const told = await say("lost", "hello");
    assert.equal(told.state, "error");
    assert.match(
      told.errorMessage,
      /pinned to the profile q:a, which does not exist any more.*\/model default/,
    );
    assert.match((await say("lost", "/model")).message.content[0].text, /Profile: q:a \(pinned, and gone\)/);
    assert.match((await say("lost", "/model status")).message.content[0].text, /Pinned: q:a \(gone\)/);
    assert.equal(gateway.upstream.calls.length, callsBefore);
    await put(new Map([["q:a", { type: "api_key", provider: "q", key: keyOf("q", "a") }]]));
    await client.ask("secrets.reload");
    assert.equal((await say("lost", "hello")).state, "final");
    // A pin stays with its provider.
    const { entry } = await client.ask("sessions.patch", { key: "lost", model: "p/m2" });
    assert.deepEqual([entry.modelOverride, entry.authProfileOverride], ["m2", undefined]);
    assert.equal((await say("lost", "hello")).state, "final");
  });

  test("images go along; nonsense is refused with its place", async () => {
    const picture = { type: "image", mimeType: "image/png", content: "data:image/png;base64,iVBORw0KGgo=" };
    await endOf(await begin("image", "look", { attachments: [picture] })).catch(() => undefined);
    const { content } = bodies().at(-1).messages.at(-1);
    assert.equal(content[1].image_url.url, "data:image/png;base64,iVBORw0KGgo=");
    const misnamed = { mimeType: "image/webp", content: "/9j/AAAA" };
    await endOf(await begin("image", "and this", { attachments: [misnamed] })).catch(() => undefined);
    const [, { image_url: seen }] = bodies().at(-1).messages.at(-1).content;
    assert.equal(seen.url, "data:image/jpeg;base64,/9j/AAAA");
    for (const [over, said] of [
      [{ attachments: [{ mimeType: "text/html", content: "x" }] }, /An attachment is an image/],
      [{ attachments: [{ mimeType: "image/png", content: "%no%" }] }, /content in base64/],
      [{ attachments: [{ mimeType: "image/png", content: "aGVsbG8=" }] }, /its content is no image/],
      [{ message: " " }, /message must not be empty/],
      [{ sessionKey: "cron:x" }, /may not begin with/],
      [{ agentId: "nobody" }, /There is no agent "nobody"/],
      [{ nonsense: 1 }, /unexpected property 'nonsense'/],
    ] as const) {
      const { error } = await client.request("chat.send", {
        sessionKey: "image",
        message: "x",
        idempotencyKey: randomUUID(),
        ...over,
      });
      assert.equal(error.code, "INVALID_REQUEST");
      assert.match(error.message, said);
    }
  });

  test("a transcript that is garbage, or a store that cannot be read, ends nothing else", async () => {
    await say("torn", "hello");
    const { sessionId } = await client.ask("chat.history", { sessionKey: "torn" });
    const db = new DatabaseSync(sessionFile(gateway.paths.agentDatabase("main")), { timeout: 60_000 });
    db.exec(`INSERT INTO access_messages VALUES ('${sessionId}', 50, 'garbage')`);
    db.exec(
      `INSERT INTO access_messages VALUES ('${sessionId}', 51, '{"role":"user","content":[null,7,{}]}')`,
    );
    const garbage = '{"key":7,"sessionId":"s","models":[null],"usage":3}';
    db.exec(`INSERT OR REPLACE INTO access_sessions VALUES ('agent:main:down', 's', 5, '${garbage}')`);
    db.close();
    assert.equal((await say("torn", "again")).state, "final");
    assert.equal((await client.ask("sessions.list", { includeLastMessage: true })).totalCount > 2, true);
    assert.equal((await client.ask("sessions.describe", { key: "down" })).session.turns, 0);
    assert.equal((await say("down", "again")).state, "final");
  });

  test("when a provider's credentials are removed its runs end, in chat and over HTTP, and no others", async () => {
    const chat = await begin("revoked", "hold on");
    const waiting = await begin("revoked", "never said");
    // Its conversation moves on to another provider while it waits: it is spared, and ended by hand.
    const spared = await begin("moves", "hold on").then(() => begin("moves", "hold on"));
    await say("moves", "/model q/m1");
    const other = await begin("stays", "/model q/m1")
      .then(endOf)
      .then(() => begin("stays", "hold on"));
    const http = await gateway.post("/v1/chat/completions", {
      model: "p/m1",
      stream: true,
      messages: [{ role: "user", content: "hold on" }],
    });
    const text = http.text();
    await client.event("chat", (event) => event.runId === chat && event.state === "delta");
    await client.event("chat", (event) => event.runId === other && event.state === "delta");
    const { removedProfiles, abortedRunIds } = await client.ask("models.authLogout", { provider: "p" });
    assert.deepEqual(removedProfiles.toSorted(), ["p:a", "p:b"]);
    const named = new Set(abortedRunIds);
    for (const run of [chat, waiting, http.headers.get("x-openclaw-run-id")]) assert.ok(named.has(run));
    assert.ok(!named.has(other) && !named.has(spared));
    for (const run of [chat, waiting]) assert.equal((await endOf(run)).stopReason, "auth-revoked");
    await client.event("chat", (event) => event.runId === spared && event.state === "delta");
    await client.ask("chat.abort", { sessionKey: "moves" });
    assert.equal((await endOf(spared)).stopReason, "rpc");
    const ended = await client.event("agent", ({ runId, data }) => runId === chat && data.phase === "end");
    assert.deepEqual([ended.data.aborted, ended.data.stopReason], [true, "auth-revoked"]);
    assert.match(await text, /auth-revoked[^]*\[DONE\]/);
    await client.ask("chat.abort", { sessionKey: "stays" });
    assert.equal((await endOf(other)).stopReason, "rpc");
    // Removed by another program, the rest of them: whoever uses one that is gone ends as well.
    const left = await begin("stays", "hold on");
    await client.event("chat", (event) => event.runId === left && event.state === "delta");
    await gateway.store.update("main", { profiles: ["q:a"] }, () => ({ profiles: new Map([["q:a", null]]) }));
    await client.ask("secrets.reload");
    assert.equal((await endOf(left)).stopReason, "auth-revoked");
  });
});
