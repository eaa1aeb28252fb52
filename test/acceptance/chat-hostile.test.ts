// Conversations under bad treatment: nonsense, the same thing at once, agents that go away, answers without end.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { Action } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody, chatFrames } from "../fakes/wire-samples.ts";
import type { ControlClient } from "../support/control-client.ts";
import { controlClient } from "../support/control-client.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";

function answerTo(question: string): Action {
  if (question.includes("hold")) return act.stallAfterFrames(3, { frames: chatFrames("one two three four") });
  if (question.includes("forever")) return forever;
  if (question.includes("smile")) return act.stallAfterFrames(2, { frames: smile });
  return act.reply({ body: chatBody("fine") });
}

const [, word = ""] = chatFrames("WORD");
/** A letter of two halves, in two frames, as providers send it that count in such halves. */
const smile = ["so ", "\\ud83d", "\\ude00"].map((text) => word.replace("WORD", text));

const PIECE = "x".repeat(64 * 1024);
const forever: Action = async ({ response, signal }) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const [frame] = chatFrames(PIECE).filter((each) => each.includes(PIECE));
  const left = new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  while (!signal.aborted) await Promise.race([left, new Promise((sent) => response.write(frame, sent))]);
};

describe("conversations under bad treatment", () => {
  let gateway: TestGateway;
  let client: ControlClient;
  before(async () => {
    gateway = await startTestGateway({
      providers: {
        p: { models: ["m1", "m2"] },
        away: { models: ["m"], config: { baseUrl: "https://models.test/v1" } },
        q: {},
      },
      own: { gone: {}, stays: {} },
      access: { gateway: { maxWaitMs: 0 } },
      script: (call) => answerTo(String(call.body.json.messages.at(-1).content)),
    });
    client = await controlClient(gateway.url, { auth: { token: TOKEN } });
  });
  after(async () => {
    client.close();
    await gateway.stop();
  });

  const begin = async (sessionKey: string, message: string, runId: string = randomUUID()) => {
    await client.ask("chat.send", { sessionKey, message, idempotencyKey: runId });
    return runId;
  };
  const endOf = (runId: string) =>
    client.event("chat", (chat) => chat.runId === runId && chat.state !== "delta");
  const wordsOf = async (runId: string): Promise<string> => (await endOf(runId)).message.content[0].text;

  test("commands with nonsense are answered in words", async () => {
    const answers = {
      "/model 99999999999999999999": /There is no model/,
      "/model a@b@c": /p lists no model "a@b@c"/,
      "/model p/m1@q:a": /q:a is no profile of p\. Use one of: p:a/,
      "/model /": /is not a model reference/,
      [`/model ${"x".repeat(100_000)}`]: /^.{0,20}No model has a name of 100000 characters/,
      "/MODEL List": /1\. p\/m1/,
      "/usage \u0000": /This conversation/,
    };
    for (const [command, said] of Object.entries(answers))
      assert.match(await wordsOf(await begin("odd", command)), said);
    assert.equal(gateway.upstream.calls.length, 0);
  });

  test("half a letter, said or answered, is told to no provider", async () => {
    const smiling = await begin("halves", "a smile \ud83d");
    const half = (chat: any) => chat.runId === smiling && chat.message.content[0].text === "so \ud83d";
    await client.event("chat", half);
    await client.ask("chat.abort", { sessionKey: "halves" });
    await endOf(smiling);
    assert.equal(await wordsOf(await begin("halves", "and now?")), "fine");
    const said = { model: "openclaw", messages: [{ role: "user", content: "half \udc00" }] };
    const header = { "x-openclaw-session-key": "halves" };
    await gateway.post("/v1/chat/completions", said, header);
    await eventually(async () => {
      const { messages } = await client.ask("chat.history", { sessionKey: "halves" });
      assert.equal(messages.length, 6);
    });
    assert.equal(await wordsOf(await begin("halves", "and then?")), "fine");
    const told = gateway.upstream.calls.at(-1)!.body.json.messages.map(({ content }: any) => content);
    assert.deepEqual(told.slice(0, 3), ["a smile \ufffd", "so \ufffd", "and now?"]);
    assert.equal(told[4], "half \ufffd");
  });

  test("a number is what stood there when the list was shown", async () => {
    const asked = async (command: string) => wordsOf(await begin("picks", command));
    assert.match(await asked("/model list"), /2\. p\/m2\n3\. away\/m\n4\. q\/m1\n5\. q\/m2/);
    const profiles = new Map([["away:a", null]]);
    await gateway.store.update("main", { profiles: ["away:a"] }, () => ({ profiles }));
    await client.ask("secrets.reload");
    assert.match(await asked("/model 4"), /Model set to q\/m1/);
    assert.match(
      await asked("/model 3"),
      /away\/m, number 3 of the list that was shown, is not in it any more/,
    );
    assert.match(await asked("/models"), /3\. q\/m1 .*\n4\. q\/m2/);
    assert.match(await asked("/model 4"), /Model set to q\/m2/);
  });

  test("a command that is sent four times at once is done once", async () => {
    const runId = randomUUID();
    await Promise.all(Array.from({ length: 4 }, () => begin("once", "/new", runId)));
    await endOf(runId);
    await endOf(await begin("once", "/status"));
    assert.equal(
      client.frames.filter(({ event, payload }) => event === "chat" && payload.runId === runId).length,
      1,
    );
  });

  test("an agent is asked to begin anew by administrators alone", async () => {
    const writer = await controlClient(gateway.url, { auth: { token: TOKEN }, scopes: ["operator.write"] });
    const ask = (one: ControlClient) =>
      one.request("agent", { sessionKey: "anew", message: "/new", idempotencyKey: randomUUID() });
    assert.equal((await ask(writer)).error.message, "missing scope: operator.admin");
    assert.equal((await ask(client)).ok, true);
    writer.close();
  });

  test("a provider without a model is no choice, and is not passed over", async () => {
    const asked = { message: "hi", provider: "q", idempotencyKey: randomUUID() };
    const { error } = await client.request("agent", asked);
    assert.match(error.message, /provider .*model/);
  });

  test("an answer without end is ended, and said to be too long", async () => {
    const { state, stopReason, errorMessage, message } = await endOf(await begin("long", "forever"));
    assert.deepEqual([state, stopReason], ["aborted", "length"]);
    assert.match(errorMessage, /longer than a conversation can hold/);
    assert.ok(message.content[0].text.length < 5_000_000);
  });

  test("what is asked of an agent ends with the agent, and others go on", async () => {
    const [gone, waiting] = [
      await begin("agent:gone:x", "hold on"),
      await begin("agent:gone:x", "never said"),
    ];
    const stays = await begin("agent:stays:x", "hold on");
    for (const run of [gone, stays])
      await client.event("chat", (chat) => chat.runId === run && chat.state === "delta");
    await client.ask("agents.delete", { agentId: "gone" });
    for (const run of [gone, waiting]) {
      const { state, stopReason, errorMessage } = await endOf(run);
      assert.deepEqual(
        [state, stopReason, errorMessage],
        ["aborted", "agent-removed", "its agent was removed"],
      );
    }
    await eventually(() => assert.ok(!gateway.said.some((line) => line.includes("could not be kept"))));
    const { runIds } = await client.ask("chat.abort", { sessionKey: "agent:stays:x" });
    assert.deepEqual(runIds, [stays]);
  });
});
