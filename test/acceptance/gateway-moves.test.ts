// Conversations that move between providers of different protocols, and what these left in them.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Call } from "../fakes/scripted-upstream.ts";
import { reply } from "../fakes/upstream-actions.ts";
import { startTestGateway } from "../support/gateway.ts";

const started: { stop(): Promise<unknown> }[] = [];
after(() => Promise.all(started.map((each) => each.stop())));

const TOOL = { type: "object", properties: {} };
const ASK = { role: "user", content: "Look." };

/** Each says its part: a call with a proof of reasoning at first, then words. */
const ANSWERS: Record<string, (call: Call) => unknown> = {
  google: () => ({
    candidates: [
      {
        content: {
          parts: [{ functionCall: { name: "look", args: {} }, thoughtSignature: "Z29vZ2xl" }],
        },
        finishReason: "STOP",
      },
    ],
  }),
  open: () => ({
    object: "response",
    status: "completed",
    output: [
      { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "b3Blbg" },
      { type: "function_call", id: "fc_1", call_id: "call_open", name: "look", arguments: "{}" },
    ],
  }),
  claude: () => ({
    type: "message",
    content: [
      { type: "thinking", thinking: "hm", signature: "Y2xhdWRl" },
      { type: "tool_use", id: "toolu_1", name: "look", input: {} },
    ],
    stop_reason: "tool_use",
  }),
};

async function start() {
  const gateway = await startTestGateway({
    providers: {
      google: { api: "google-generative-ai", keys: ["a"], models: ["m"] },
      open: { api: "openai-responses", keys: ["a", "b"], models: ["m"] },
      claude: { api: "anthropic-messages", keys: ["a"], models: ["m"] },
    },
    order: { open: ["open:a", "open:b"] },
    script: (call) => {
      const name = Object.keys(ANSWERS).find((each) => call.key.includes(each))!;
      return reply({ body: ANSWERS[name]!(call) });
    },
  });
  started.push(gateway);
  return gateway;
}

const sentBy = (gateway: Awaited<ReturnType<typeof start>>): string =>
  JSON.stringify(gateway.upstream.calls.at(-1)!.body.json);

test("a chat client has no seat for proofs of reasoning: the gateway gives them back to who made them", async () => {
  const gateway = await start();
  const tools = [{ type: "function", function: { name: "look", parameters: TOOL } }];
  const messages: unknown[] = [ASK];
  const ask = async (model: string) => {
    const answer = await gateway.post("/v1/chat/completions", {
      model,
      messages,
      tools,
      reasoning_effort: "low",
    });
    assert.equal(answer.status, 200, await answer.clone().text());
    const { message } = ((await answer.json()) as any).choices[0];
    messages.push(message, { role: "tool", tool_call_id: message.tool_calls[0].id, content: "seen" });
    return sentBy(gateway);
  };
  await ask("google/m");
  const second = await ask("google/m");
  assert.match(second, /"thoughtSignature":"Z29vZ2xl"/);
  const third = await ask("claude/m");
  assert.doesNotMatch(third, /Z29vZ2xl/);
  const fourth = await ask("claude/m");
  assert.match(fourth, /"thinking":"hm","signature":"Y2xhdWRl"/);
  const fifth = await ask("open/m");
  assert.doesNotMatch(fifth, /Y2xhdWRl|Z29vZ2xl/);
  const sixth = await ask("open/m");
  assert.match(sixth, /"encrypted_content":"b3Blbg"/);
  const seventh = await ask("google/m");
  assert.match(seventh, /"thoughtSignature":"Z29vZ2xl"/);
  assert.match(seventh, /skip_thought_signature_validator/);
});

test("what OpenAI encrypted for one account is sent to no other", async () => {
  const gateway = await start();
  const body = { max_tokens: 2000, tools: [{ name: "look", input_schema: TOOL }] };
  const first = await gateway.post("/v1/messages", { ...body, model: "open/m", messages: [ASK] });
  const { content } = (await first.json()) as any;
  const result = { type: "tool_result", tool_use_id: content.at(-1).id, content: "seen" };
  const messages = [ASK, { role: "assistant", content }, { role: "user", content: [result] }];
  await gateway.post("/v1/messages", { ...body, model: "open/m", messages });
  assert.match(sentBy(gateway), /"encrypted_content":"b3Blbg"/);
  const moved = JSON.parse(
    JSON.stringify(messages).replaceAll(
      /openclaw:openai-responses:[0-9a-f]{8}/g,
      "openclaw:openai-responses:00000000",
    ),
  );
  const answer = await gateway.post("/v1/messages", { ...body, model: "open/m", messages: moved });
  assert.equal(answer.headers.get("x-openclaw-dropped"), "thinking");
  assert.doesNotMatch(sentBy(gateway), /b3Blbg/);
});

test("back at Anthropic, others' thinking is gone, and none is asked for while results are told", async () => {
  const gateway = await start();
  const body = {
    max_tokens: 4000,
    thinking: { type: "enabled", budget_tokens: 2000 },
    tools: [{ name: "look", input_schema: TOOL }],
  };
  const first = await gateway.post("/v1/messages", { ...body, model: "google/m", messages: [ASK] });
  const { content } = (await first.json()) as any;
  const result = { type: "tool_result", tool_use_id: content.at(-1).id, content: "seen" };
  const messages = [ASK, { role: "assistant", content }, { role: "user", content: [result] }];
  await gateway.post("/v1/messages", { ...body, model: "claude/m", messages });
  const sent = gateway.upstream.calls.at(-1)!.body.json as any;
  assert.deepEqual(
    sent.messages[1].content.map(({ type }: any) => type),
    ["tool_use"],
  );
  assert.equal("thinking" in sent, false);
});

test("names of tools that a protocol refuses come back as the client gave them", async () => {
  const gateway = await start();
  const name = `mcp.files/${"x".repeat(80)}`;
  ANSWERS["google"] = (call) => {
    const declared = (call.body.json as any).tools[0].functionDeclarations[0].name;
    assert.match(declared, /^[a-zA-Z_][\w-]{0,63}$/);
    return { candidates: [{ content: { parts: [{ functionCall: { name: declared, args: {} } }] } }] };
  };
  const answer = await gateway.post("/v1/messages", {
    model: "google/m",
    max_tokens: 9,
    messages: [ASK],
    tools: [{ name, input_schema: TOOL }],
  });
  const { content } = (await answer.json()) as any;
  assert.equal(content.at(-1).name, name);
});

test("a body that is nested too deeply is refused", async () => {
  const gateway = await start();
  const deep = `${'{"a":['.repeat(20_000)}1${"]}".repeat(20_000)}`;
  const tools = `[{"name":"look","input_schema":{"type":"object","properties":${deep}}}]`;
  const text = `{"model":"google/m","max_tokens":9,"messages":[{"role":"user","content":"Hi"}],"tools":${tools}}`;
  const answer = await gateway.post("/v1/messages", text);
  assert.equal(answer.status, 400);
  assert.match(await answer.text(), /nested too deeply/);
});
