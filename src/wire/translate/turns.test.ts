// Turns of which nothing can be told: others' thoughts, blanks. What is left still alternates.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TRANSLATORS } from "./all.ts";

const request = TRANSLATORS["anthropic-messages"]!.client!.readRequest({
  max_tokens: 9,
  messages: [
    { role: "user", content: "One." },
    { role: "assistant", content: [{ type: "thinking", thinking: "hm", signature: "openclaw:elsewhere:x" }] },
    { role: "user", content: "Two." },
  ],
});
const bodyFor = (api: string): any =>
  TRANSLATORS[api]!.provider.writeRequest(request, { model: "anthropic.claude-x" }).body;

for (const [api, texts] of [
  [
    "anthropic-messages",
    (body: any) => body.messages.map((turn: any) => turn.content.map(({ text }: any) => text)),
  ],
  [
    "bedrock-converse-stream",
    (body: any) => body.messages.map((turn: any) => turn.content.map(({ text }: any) => text)),
  ],
  [
    "google-generative-ai",
    (body: any) => body.contents.map((turn: any) => turn.parts.map(({ text }: any) => text)),
  ],
] as const)
  test(`${api}: a turn without anything to tell leaves one turn of the user`, () => {
    assert.deepEqual(texts(bodyFor(api)), [["One.", "Two."]]);
  });

const asked = (id: string) => ({
  role: "assistant",
  content: null,
  tool_calls: [{ id, type: "function", function: { name: `of_${id}`, arguments: "{}" } }],
});
const answer = (id: string, content: string) => ({ role: "tool", tool_call_id: id, content });

test("calls of one id are told apart, each with its own result", () => {
  const talk = TRANSLATORS["openai-completions"]!.client!.readRequest({
    messages: [
      { role: "user", content: "Go." },
      asked("call_0"),
      answer("call_0", "one"),
      asked("call_0"),
      answer("call_0", "two"),
      asked("call_0_2"),
      answer("call_0_2", "three"),
    ],
  });
  const write = (api: string): any => TRANSLATORS[api]!.provider.writeRequest(talk, { model: "m" }).body;
  const ids = ["call_0", "call_0_2", "call_0_2_2"];
  const results = [
    [ids[0], "one"],
    [ids[1], "two"],
    [ids[2], "three"],
  ];
  const { input } = write("openai-responses");
  const ofType = (type: string) => input.filter((item: any) => item.type === type);
  assert.deepEqual(
    ofType("function_call").map(({ call_id: id }: any) => id),
    ids,
  );
  assert.deepEqual(
    ofType("function_call_output").map((item: any) => [item.call_id, item.output]),
    results,
  );
  const responses = write("google-generative-ai").contents.flatMap(({ parts }: any) =>
    parts.flatMap(({ functionResponse }: any) => functionResponse ?? []),
  );
  assert.deepEqual(
    responses.map(({ name, response }: any) => [name, response.output]),
    [
      ["of_call_0", "one"],
      ["of_call_0", "two"],
      ["of_call_0_2", "three"],
    ],
  );
});

for (const api of Object.keys(TRANSLATORS))
  test(`${api}: a talk in which nobody says anything is refused in our words`, () => {
    const silent = TRANSLATORS["openai-completions"]!.client!.readRequest({
      messages: [{ role: "user", content: "" }],
    });
    assert.throws(
      () => TRANSLATORS[api]!.provider.writeRequest(silent, { model: "m" }),
      /messages say nothing/,
    );
  });
