// What single codecs must get right; test/translation/ has the properties of all of them.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../core/json.ts";
import { TRANSLATORS } from "./all.ts";
import type { AnswerEvent } from "./neutral.ts";
import type { RequestTarget } from "./translator.ts";

const told = (from: string, to: string, body: JsonObject, target: Partial<RequestTarget> = {}) => {
  const request = TRANSLATORS[from]!.client!.readRequest(body);
  const { body: written, dropped } = TRANSLATORS[to]!.provider.writeRequest(request, {
    model: "m",
    ...target,
  });
  return { body: written as any, dropped };
};
const CHAT = "openai-completions";
const RESPONSES = "openai-responses";
const MESSAGES = "anthropic-messages";
const GOOGLE = "google-generative-ai";
const HI = { role: "user", content: "Hi" };
const call = (id: string, text = "{}") => ({
  type: "function_call",
  call_id: id,
  name: "look",
  arguments: text,
});
const output = (id: string) => ({ type: "function_call_output", call_id: id, output: `of ${id}` });

test("calls that responses tell one by one are one turn of a chat, and their results follow it", () => {
  const input = [HI, call("a"), call("b"), output("b"), HI, output("a")];
  const { messages } = told(RESPONSES, CHAT, { input }).body;
  assert.deepEqual(
    messages.map((each: any) => each.tool_calls?.map(({ id }: any) => id) ?? each.tool_call_id ?? each.role),
    ["user", ["a", "b"], "a", "b", "user"],
  );
});

test("instructions in the middle stay there", () => {
  const messages = [{ role: "system", content: "One" }, HI, { role: "developer", content: "Two" }, HI];
  const { instructions, input } = told(CHAT, RESPONSES, { messages }).body;
  assert.equal(instructions, "One");
  assert.deepEqual(
    input.map(({ role }: any) => role),
    ["user", "developer", "user"],
  );
  const claude = told(CHAT, MESSAGES, { messages }).body;
  assert.deepEqual(
    claude.messages[0].content.map(({ text }: any) => text),
    ["Hi", "<system>\nTwo\n</system>", "Hi"],
  );
});

test("a request that is only instructions asks with them", () => {
  const { system, messages } = told(CHAT, MESSAGES, { messages: [{ role: "system", content: "Go" }] }).body;
  assert.deepEqual([system, messages[0].role, messages[0].content[0].text], [undefined, "user", "Go"]);
});

test("thinking leaves room for the answer, whatever is known of the model", () => {
  const body = { messages: [HI], reasoning_effort: "high" };
  for (const target of [{}, { maxTokens: 8000 }, { maxTokens: 64_000 }]) {
    const written = told(CHAT, MESSAGES, body, target).body;
    assert.ok(written.max_tokens > written.thinking.budget_tokens, JSON.stringify(target));
  }
  const capped = told(CHAT, MESSAGES, { ...body, max_tokens: 8000 }, { maxTokens: 8000 }).body;
  assert.equal(capped.max_tokens, 8000);
});

test("an effort that nobody knows is refused with its place", () => {
  assert.throws(
    () => told(RESPONSES, MESSAGES, { input: "Hi", reasoning: { effort: "huge" } }),
    /reasoning\.effort/,
  );
});

test("whoever did not ask for thinking gets what every model that reasons takes", () => {
  const body = { messages: [HI], max_tokens: 9, thinking: { type: "disabled" } };
  assert.equal(told(MESSAGES, CHAT, body).body.reasoning_effort, "low");
  assert.equal(told(MESSAGES, GOOGLE, body).body.generationConfig.thinkingConfig, undefined);
  assert.equal(
    told(CHAT, RESPONSES, { messages: [HI], reasoning_effort: "none" }).body.reasoning.effort,
    "none",
  );
});

test("broken arguments are carried, not refused and not forgotten", () => {
  const input = [HI, call("a", '{"path": "x'), output("a")];
  const { messages } = told(RESPONSES, MESSAGES, { input }).body;
  assert.deepEqual(messages[1].content[0].input, { invalid_json: '{"path": "x' });
  const back = told(MESSAGES, CHAT, { messages, max_tokens: 9 }).body;
  assert.equal(back.messages[1].tool_calls[0].function.arguments, '{"path": "x');
});

test("ids stay different when their letters are not taken", () => {
  const input = [HI, call("f.a:0"), call("f_a:0"), output("f.a:0"), output("f_a:0")];
  const { messages } = told(RESPONSES, MESSAGES, { input }).body;
  const ids = messages[1].content.map(({ id }: any) => id);
  assert.equal(new Set(ids).size, 2);
  assert.deepEqual(
    messages[2].content.map(({ tool_use_id: id }: any) => id),
    ids,
  );
});

test("a schema is closed for Anthropic, and strict for OpenAI only where it is", () => {
  const schema = { type: "object", properties: { n: { type: "integer", minimum: 1 } } };
  const format = { type: "json_schema", json_schema: { name: "a", schema } };
  const claude = told(CHAT, MESSAGES, { messages: [HI], response_format: format }).body.output_config.format;
  assert.equal(claude.schema.additionalProperties, false);
  assert.deepEqual(claude.schema.properties.n, { type: "integer", description: "minimum: 1" });
  const asked = { messages: [HI], max_tokens: 9, output_config: { format: { type: "json_schema", schema } } };
  const { body, dropped } = told(MESSAGES, CHAT, asked);
  assert.equal("strict" in body.response_format.json_schema, false);
  assert.deepEqual(dropped, ["response_format.strict"]);
});

test("Gemini's signature has its seat before the call that it signs, and the first of several is enough", () => {
  const parts = [
    { functionCall: { name: "one", args: {} }, thoughtSignature: "sig" },
    { functionCall: { name: "two", args: {} } },
  ];
  let n = 0;
  const events = TRANSLATORS[GOOGLE]!.provider.readAnswer(
    { candidates: [{ content: { parts } }] },
    () => `c${n++}`,
  );
  const { content } = TRANSLATORS[MESSAGES]!.client!.writeAnswer(events, {
    id: "r",
    model: "m",
    created: 0,
    usage: true,
  });
  const results = ["c1", "c0"].map((id) => ({ type: "tool_result", tool_use_id: id, content: id }));
  const messages = [HI, { role: "assistant", content }, { role: "user", content: results }];
  const { contents } = told(MESSAGES, GOOGLE, { messages, max_tokens: 9 }).body;
  assert.deepEqual(contents[1].parts, parts);
  assert.deepEqual(
    contents[2].parts.map((part: any) => [part.functionResponse.name, part.functionResponse.response.output]),
    [
      ["one", "c0"],
      ["two", "c1"],
    ],
  );
});

test("several calls of which each has the index 0 are several calls", () => {
  const chunk = (id: string, text: string) => ({
    choices: [{ delta: { tool_calls: [{ index: 0, id, function: { name: "look", arguments: text } }] } }],
  });
  const reader = TRANSLATORS[CHAT]!.provider.reader(() => "new");
  const events: AnswerEvent[] = [chunk("a", '{"n":1}'), chunk("b", '{"n":2}')].flatMap((each) => [
    ...reader.add(undefined, JSON.stringify(each)),
  ]);
  assert.deepEqual(
    events.map((event) => (event.kind === "tool" ? event.id : event.kind === "arguments" && event.text)),
    ["a", '{"n":1}', "b", '{"n":2}'],
  );
});

test("reasoning of a chat provider goes back to it, and to nobody else", () => {
  const provider = TRANSLATORS[CHAT]!.provider;
  const message = { reasoning_content: "hm", content: "Hi" };
  const events = provider.readAnswer({ choices: [{ message, finish_reason: "stop" }] }, () => "new");
  const frame = { id: "r", model: "m", created: 0, usage: true };
  const { content } = TRANSLATORS[MESSAGES]!.client!.writeAnswer(events, frame);
  const body = { messages: [HI, { role: "assistant", content }, HI], max_tokens: 9 };
  assert.equal(told(MESSAGES, CHAT, body).body.messages[1].reasoning_content, "hm");
  assert.equal(JSON.stringify(told(MESSAGES, RESPONSES, body).body).includes("hm"), false);
});

test("files and images come in every form that clients send", () => {
  const content = [
    { type: "file", file: { file_data: "JVBERi0xLjQ=", filename: "a.pdf" } },
    { type: "file", file: { file_data: "data:text/plain;base64,d29yZHM=" } },
    { type: "image_url", image_url: { url: "data:image/png,%89PNG", detail: "low" } },
  ];
  const refused = { messages: [{ role: "user", content }] };
  assert.throws(() => told(CHAT, MESSAGES, refused), /content\[2\]\.image_url\.url must be/);
  const { body } = told(CHAT, MESSAGES, { messages: [{ role: "user", content: content.slice(0, 2) }] });
  assert.deepEqual(
    body.messages[0].content.map(({ source }: any) => [source.type, source.media_type]),
    [
      ["base64", "application/pdf"],
      ["text", "text/plain"],
    ],
  );
});

test("an image is called what it is, and one without data is refused", () => {
  const sourceOf = (url: string) => {
    const messages = [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }];
    const { body } = told(CHAT, MESSAGES, { messages });
    return body.messages[0].content[0].source;
  };
  const png = "iVBORw0KGgoAAAA";
  for (const type of ["image/png", "IMAGE/PNG", "image/jpeg", ""])
    assert.deepEqual(sourceOf(`data:${type};base64,${png}`), {
      type: "base64",
      media_type: "image/png",
      data: png,
    });
  assert.equal(sourceOf("data:image/jpg;base64,AAAA").media_type, "image/jpeg");
  assert.throws(() => sourceOf("data:image/png;base64,"), /messages\[0\].content\[0\].*holds no data/);
});

test("a cap of tokens is a whole number, 1 or more", () => {
  for (const cap of [0, -1, 1.5, 1e308]) {
    assert.throws(
      () => told(CHAT, GOOGLE, { messages: [HI], max_tokens: cap }),
      /^AccessError: max_tokens must/,
    );
    assert.throws(() => told(MESSAGES, GOOGLE, { messages: [HI], max_tokens: cap }), /max_tokens must/);
    assert.throws(
      () => told(RESPONSES, CHAT, { input: "Hi", max_output_tokens: cap }),
      /max_output_tokens must/,
    );
    const thinking = { type: "enabled", budget_tokens: cap };
    const body = { messages: [HI], max_tokens: 9, thinking };
    assert.throws(() => told(MESSAGES, GOOGLE, body), /thinking.budget_tokens must/);
  }
});
