// Conversations of HTTP clients: what is kept, who waits, what is told.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { sessionFile } from "../../src/store/sessions.ts";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody, chatFrames } from "../fakes/wire-samples.ts";
import type { ControlClient } from "../support/control-client.ts";
import { controlClient } from "../support/control-client.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway } from "../support/gateway.ts";
import { keyOf, startTestGateway, TOKEN } from "../support/gateway.ts";

const WORDS = "one two three four five six";

describe("sessions of HTTP clients", () => {
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
      },
      own: { w: {} },
      access: { gateway: { maxWaitMs: 0 } },
      config: {
        gateway: {
          auth: { mode: "token", token: TOKEN },
          http: { endpoints: { chatCompletions: { enabled: true }, responses: { enabled: true } } },
        },
      },
      script: ({ body, key }) => {
        const { messages } = body.json;
        const { content } = messages.at(-1);
        if (content.includes("hold")) return act.stallAfterFrames(4, { frames: chatFrames(WORDS) });
        const text = `${messages.length} messages, by ${key.slice(-1)}, last ${content}`;
        return body.json.stream
          ? act.stream({ frames: chatFrames(text) })
          : act.reply({ body: chatBody(text) });
      },
    });
    client = await controlClient(gateway.url, { auth: { token: TOKEN } });
  });
  after(async () => {
    client.close();
    await gateway.stop();
  });

  const said = (content: string) => [{ role: "user", content }];
  const ask = async (body: object, headers: Record<string, string> = {}) => {
    const answer = await gateway.post("/v1/chat/completions", { model: "openclaw", ...body }, headers);
    return (await answer.json()) as any;
  };
  const words = ({ choices }: any): string => choices[0].message.content;
  const SESSION = "x-openclaw-session-key";

  test("a user's calls go on; calls without one leave no row", async () => {
    assert.match(words(await ask({ user: "u1", messages: said("ALPHA") })), /^1 messages/);
    const second = await ask({
      user: "u1",
      messages: [{ role: "system", content: "Be short." }, ...said("second")],
    });
    assert.match(words(second), /^4 messages, by ., last second/);
    const sent = gateway.upstream.calls
      .at(-1)!
      .body.json.messages.map(({ role, content }: any) => [role, content]);
    assert.deepEqual(
      [sent[0], sent[1], sent[3]],
      [
        ["system", "Be short."],
        ["user", "ALPHA"],
        ["user", "second"],
      ],
    );
    assert.match(words(await ask({ messages: said("third") })), /^1 messages/);
    const odd = `${"u".repeat(300)}\n`;
    assert.match(words(await ask({ user: odd, messages: said("fourth") })), /^1 messages/);
    assert.match(words(await ask({ user: odd, messages: said("fifth") })), /^3 messages/);
    await client.ask("sessions.delete", { key: (await client.ask("sessions.list")).sessions[0].key });
    assert.match(words(await ask({ model: "p/m1", user: "u1", messages: said("other") })), /^1 messages/);
    const { sessions } = await client.ask("sessions.list");
    assert.deepEqual(
      sessions.map(({ key, messageCount }: any) => [key, messageCount]),
      [["agent:main:openai-user:u1", 4]],
    );
  });

  test("a session header names a conversation in every protocol, streamed or not, with its commands", async () => {
    const named = { [SESSION]: "thread" };
    assert.match(words(await ask({ messages: said("one") }, named)), /^1 messages/);
    const stream = await gateway.post(
      "/v1/responses",
      { model: "openclaw", stream: true, input: "two" },
      named,
    );
    assert.match(await stream.text(), /3 messages/);
    const messages = await gateway.post(
      "/v1/messages",
      { model: "openclaw", max_tokens: 9, messages: said("three") },
      named,
    );
    assert.match(((await messages.json()) as any).content[0].text, /^5 messages/);
    const calls = gateway.upstream.calls.length;
    assert.match(words(await ask({ messages: said("/model p/m2@p:b") }, named)), /Model set to p\/m2/);
    const told = await gateway.post(
      "/v1/chat/completions",
      { model: "openclaw", stream: true, messages: said("/model") },
      named,
    );
    assert.match(await told.text(), /Current: p\/m2 \(chosen\)[^]*\[DONE\]/);
    assert.equal(gateway.upstream.calls.length, calls);
    const foreign = await ask({ messages: said("x") }, { [SESSION]: "agent:nobody:x" });
    assert.match(foreign.error.message, /is not one of the agent main/);
    // Nor over the control plane, by whichever method.
    const other = { agentId: "w", message: "x", sessionKey: "agent:main:thread", idempotencyKey: "other" };
    for (const method of ["agent", "chat.send"])
      assert.match((await client.request(method, other)).error.message, /thread is not one of the agent w/);
    assert.match(words(await ask({ messages: said("four") }, named)), /^7 messages, by b/);
    assert.equal(gateway.upstream.calls.at(-1)!.body.json.model, "m2");
    const history = (path: string) =>
      fetch(`${gateway.url}/sessions/${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });
    const read = (await (await history("thread/history?limit=2.5")).json()) as any;
    assert.deepEqual([read.sessionKey, read.messages.length, read.hasMore], ["agent:main:thread", 2, true]);
    for (const path of ["nobody/history", "%ff/history", "agent%3Anobody%3Ax/history", "thread"])
      assert.equal((await history(path)).status, 404, path);
    const { messages: rows } = (await (await history("thread/history")).json()) as any;
    assert.ok(rows.some(({ content }: any) => content[0].text.startsWith("Current: p/m2")));
    assert.match(words(await ask({ messages: said("/new") }, named)), /New session/);
    assert.match(words(await ask({ messages: said("five") }, named)), /^1 messages/);
    // A model that one call names is none of the conversation's.
    await ask({ messages: said("strict") }, { [SESSION]: "strict", "x-openclaw-model": "p/m2" });
    await ask({ messages: said("usual") }, { [SESSION]: "strict" });
    assert.equal(gateway.upstream.calls.at(-1)!.body.json.model, "m1");
    // By `user` there are no commands: what such a client sends is no person's typing.
    assert.match(words(await ask({ user: "u2", messages: said("/model") })), /last \/model/);
    assert.match(
      (await ask({ messages: said("x") }, { [SESSION]: "cron:x" })).error.message,
      /may not begin/,
    );
  });

  test("calls of one conversation come one after another, with its turns, and can be ended while they wait", async () => {
    const named = { [SESSION]: "line" };
    const post = (content: string, stream = false, signal?: AbortSignal) =>
      fetch(`${gateway.url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", ...named },
        body: JSON.stringify({ model: "openclaw", stream, messages: said(content) }),
        ...(signal ? { signal } : {}),
      });
    const runs = async (): Promise<string[]> =>
      (await client.ask("sessions.list", { search: "line" })).sessions[0]?.activeRunIds ?? [];
    const waiting = (count: number) => eventually(async () => assert.equal((await runs()).length, count));
    const end = (runId: string) => client.ask("chat.abort", { sessionKey: "line", runId });
    // Rows come with the first answer.
    await post("begin");
    await waiting(0);
    const held = post("hold on", true);
    const heldId = (await held).headers.get("x-openclaw-run-id")!;
    const stopped = post("never said");
    await waiting(2);
    const answered = post("second");
    await waiting(3);
    const turn = { sessionKey: "line", message: "third", idempotencyKey: randomUUID() };
    await client.ask("chat.send", turn);
    const leaving = new AbortController();
    const left = post("never heard", false, leaving.signal).catch(() => undefined);
    await waiting(5);
    const asked = gateway.upstream.calls.length;
    const [first, second] = await runs();
    assert.equal(first, heldId);
    assert.deepEqual((await end(second!)).runIds, [second]);
    const refused = await stopped;
    assert.deepEqual([refused.status, refused.headers.get("x-should-retry")], [409, "false"]);
    assert.equal(((await refused.json()) as any).error.stopReason, "rpc");
    leaving.abort();
    await left;
    await waiting(3);
    assert.equal(gateway.upstream.calls.length, asked, "who waits asks no provider");
    await end(heldId);
    assert.match(await (await held).text(), /stopped, or begun anew \(rpc\)[^]*\[DONE\]/);
    // Those that were ended left nothing; a turn knows what the call before it said.
    assert.match(words(await (await answered).json()), /^3 messages, by ., last second/);
    const final = await client.event(
      "chat",
      ({ runId, state }) => runId === turn.idempotencyKey && state === "final",
    );
    assert.match(final.message.content[0].text, /^5 messages, by ., last third/);
    await waiting(0);

    // Whoever sends more than can wait is told so, and /stop ends them all.
    const holding = await post("hold on", true);
    const many = Array.from({ length: 40 }, () => post("many"));
    let settled = 0;
    for (const one of many) void one.then(() => settled++);
    await eventually(() => assert.equal(settled, 9));
    assert.match(words(await (await post("/stop")).json()), /Stopped 32 answers/);
    const statuses = (await Promise.all(many)).map(({ status }) => status);
    const times = (wanted: number) => statuses.filter((status) => status === wanted).length;
    assert.deepEqual([times(409), times(429)], [31, 9]);
    assert.match(await holding.text(), /\(stop\)/);
    assert.match(words(await (await post("after")).json()), /last after/);
  });

  test("the thinking level of a conversation is asked of its calls, unless they say one", async () => {
    const named = { [SESSION]: "thinks" };
    const efforts = () => gateway.upstream.calls.at(-1)!.body.json.reasoning_effort;
    await ask({ messages: said("begin") }, named);
    assert.equal(efforts(), undefined);
    await client.ask("sessions.patch", { key: "thinks", thinkingLevel: "high" });
    await ask({ messages: said("think") }, named);
    assert.equal(efforts(), "high");
    await ask({ messages: said("think"), reasoning_effort: "low" }, named);
    assert.equal(efforts(), "low");
    await gateway.post("/v1/responses", { model: "openclaw", input: "think" }, named);
    assert.equal(efforts(), "high");
    await gateway.post("/v1/messages", { model: "openclaw", max_tokens: 9, messages: said("think") }, named);
    assert.equal(efforts(), "high");
    await ask({ messages: said("/model p/m2") }, named);
    await ask({ messages: said("no thinking") }, named);
    assert.deepEqual([gateway.upstream.calls.at(-1)!.body.json.model, efforts()], ["m2", undefined]);
  });

  test("a pin that is gone is told over HTTP, too", async () => {
    const named = { [SESSION]: "pinned" };
    await ask({ messages: said("/model p/m1@p:b") }, named);
    const put = (profile: any) =>
      gateway.store.update("main", { profiles: ["p:b"] }, () => ({ profiles: new Map([["p:b", profile]]) }));
    await put(null);
    await client.ask("secrets.reload");
    assert.match((await ask({ messages: said("x") }, named)).error.message, /pinned to the profile p:b/);
    await put({ type: "api_key", provider: "p", key: keyOf("p", "b") });
    await client.ask("secrets.reload");
  });

  test("a file of sessions that cannot be read costs its agent's conversations, and no call without one", async () => {
    mkdirSync(sessionFile(gateway.paths.agentDatabase("w")), { recursive: true });
    assert.match(words(await ask({ model: "openclaw/w", user: "u", messages: said("x") })), /^1 messages/);
    const explicit = await ask({ model: "openclaw/w", messages: said("x") }, { [SESSION]: "t" });
    assert.match(
      explicit.error.message,
      /access-sessions\.sqlite cannot be read as a database of sessions .* Conversations begin anew without it/,
    );
    assert.ok((await client.ask("sessions.list")).sessions.length > 0);
    assert.equal((await client.request("sessions.list", { agentId: "w" })).ok, false);
    // Who listens is told of what is known.
    await client.ask("sessions.subscribe");
    const runId = randomUUID();
    await client.ask("chat.send", { sessionKey: "agent:w:t", message: "x", idempotencyKey: runId });
    const failed = await client.event("chat", (chat) => chat.runId === runId);
    assert.match(failed.errorMessage, /access-sessions\.sqlite/);
    await client.event("sessions.changed", ({ sessionKey }) => sessionKey === "agent:w:t");
    await client.ask("sessions.unsubscribe");
  });
});
