// The official clients, as a program uses them, and what the accounts behind the gateway tell them.
import assert from "node:assert/strict";
import Anthropic, * as anthropicErrors from "@anthropic-ai/sdk";
import type { LLMock } from "@copilotkit/aimock";
import OpenAI, * as openaiErrors from "openai";
import { TOKEN } from "./gateway.ts";

/** Long enough to be cut in the middle of its content. */
export const ANSWER = "The quick brown fox jumps over the lazy dog. ".repeat(40).trim();
/** Under the names of all protocols. */
const USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  input_tokens: 11,
  output_tokens: 7,
  total_tokens: 18,
};
const WEATHER = { type: "object", properties: { city: { type: "string" } }, required: ["city"] } as const;

export interface Said {
  readonly text: string;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

/** A client as a program uses it. `heard` gets the text as it comes. */
export interface Client {
  readonly api: string;
  readonly errors: any;
  ask(url: string, model: string, token?: string): Promise<Said>;
  stream(url: string, model: string, heard: (text: string) => void): Promise<Said>;
  /** Asks for the weather, answers the tool call, returns the tool's arguments and the final text. */
  useTool(url: string, model: string): Promise<{ args: unknown; text: string }>;
}

const QUESTION = { role: "user" as const, content: "Tell me." };
const WEATHER_QUESTION = { role: "user" as const, content: "What is the weather in Rome?" };

const openai = (url: string, token = TOKEN) =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: token, maxRetries: 0 });
const anthropic = (url: string, token = TOKEN) =>
  new Anthropic({ baseURL: url, apiKey: token, maxRetries: 0 });

export const chat: Client = {
  api: "openai-completions",
  errors: openaiErrors,
  async ask(url, model, token) {
    const answer = await openai(url, token).chat.completions.create({ model, messages: [QUESTION] });
    const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = answer.usage ?? {};
    return { text: answer.choices[0]!.message.content ?? "", inputTokens, outputTokens };
  },
  async stream(url, model, heard) {
    const stream = openai(url).chat.completions.stream({
      model,
      messages: [QUESTION],
      stream_options: { include_usage: true },
    });
    stream.on("content", heard);
    const text = (await stream.finalContent()) ?? "";
    const usage = await stream.totalUsage();
    return { text, inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens };
  },
  async useTool(url, model) {
    const tool = { type: "function" as const, function: { name: "weather", parameters: { ...WEATHER } } };
    const ask = (messages: OpenAI.ChatCompletionMessageParam[]) =>
      openai(url).chat.completions.create({ model, messages, tools: [tool] });
    const first = (await ask([WEATHER_QUESTION])).choices[0]!;
    assert.equal(first.finish_reason, "tool_calls");
    const call = first.message.tool_calls![0]!;
    assert.ok(call.type === "function");
    const result = { role: "tool" as const, tool_call_id: call.id, content: "sunny" };
    const second = await ask([WEATHER_QUESTION, first.message, result]);
    return { args: JSON.parse(call.function.arguments), text: second.choices[0]!.message.content ?? "" };
  },
};

export const responses: Client = {
  api: "openai-responses",
  errors: openaiErrors,
  async ask(url, model, token) {
    const answer = await openai(url, token).responses.create({ model, input: "Tell me." });
    const { input_tokens: inputTokens, output_tokens: outputTokens } = answer.usage!;
    return { text: answer.output_text, inputTokens, outputTokens };
  },
  async stream(url, model, heard) {
    const stream = openai(url).responses.stream({ model, input: "Tell me." });
    stream.on("response.output_text.delta", ({ delta }) => heard(delta));
    const answer = await stream.finalResponse();
    if (answer.status === "failed")
      throw new openaiErrors.APIError(undefined, answer.error ?? {}, "", undefined);
    return {
      text: answer.output_text,
      inputTokens: answer.usage?.input_tokens,
      outputTokens: answer.usage?.output_tokens,
    };
  },
  async useTool(url, model) {
    const tool = { type: "function" as const, name: "weather", parameters: { ...WEATHER }, strict: false };
    const ask = (input: OpenAI.Responses.ResponseInput) =>
      openai(url).responses.create({ model, input, tools: [tool] });
    const first = await ask([WEATHER_QUESTION]);
    const call = first.output.find((item) => item.type === "function_call")!;
    const result = { type: "function_call_output" as const, call_id: call.call_id, output: "sunny" };
    const second = await ask([WEATHER_QUESTION, call, result]);
    return { args: JSON.parse(call.arguments), text: second.output_text };
  },
};

export const messages: Client = {
  api: "anthropic-messages",
  errors: anthropicErrors,
  async ask(url, model, token) {
    const body = { model, max_tokens: 500, messages: [QUESTION] };
    const { content, usage } = await anthropic(url, token).messages.create(body);
    const text = content.map((block) => (block.type === "text" ? block.text : "")).join("");
    return { text, inputTokens: usage.input_tokens, outputTokens: usage.output_tokens };
  },
  async stream(url, model, heard) {
    const stream = anthropic(url).messages.stream({ model, max_tokens: 500, messages: [QUESTION] });
    stream.on("text", heard);
    const [text, { usage }] = [await stream.finalText(), await stream.finalMessage()];
    return { text, inputTokens: usage.input_tokens, outputTokens: usage.output_tokens };
  },
  async useTool(url, model) {
    const tool = { name: "weather", input_schema: { ...WEATHER, required: ["city"] } };
    const ask = (list: Anthropic.MessageParam[]) =>
      anthropic(url).messages.create({ model, max_tokens: 500, messages: list, tools: [tool] });
    const first = await ask([WEATHER_QUESTION]);
    assert.equal(first.stop_reason, "tool_use");
    const call = first.content.find((block) => block.type === "tool_use")!;
    const result = { type: "tool_result" as const, tool_use_id: call.id, content: "sunny" };
    const second = await ask([
      WEATHER_QUESTION,
      { role: "assistant", content: first.content },
      { role: "user", content: [result] },
    ]);
    return {
      args: call.input,
      text: second.content.map((block) => (block.type === "text" ? block.text : "")).join(""),
    };
  },
};

/** An account that is well: it answers with its name, and knows the weather. */
export const answers = (mock: LLMock, account: string): LLMock =>
  mock
    .on({ hasToolResult: true }, { content: "It is sunny.", usage: USAGE })
    .on({ userMessage: /weather/ }, { toolCalls: [{ name: "weather", arguments: '{"city":"Rome"}' }] })
    .on({}, { content: `${account}: ${ANSWER}`, usage: USAGE });

export function assertSaid(said: Said, account: string, tokens = [11, 7]): void {
  assert.equal(said.text, `${account}: ${ANSWER}`);
  assert.deepEqual([said.inputTokens, said.outputTokens], tokens, "usage");
}
