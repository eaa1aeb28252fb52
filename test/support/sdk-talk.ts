// A program that talks through an official SDK as its documents tell: a picture, thinking, tools called in parallel,
// their results, an answer; and an answer in JSON. The same talk for each SDK.
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { TOKEN } from "./gateway.ts";

export const PICTURE =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const QUESTION = "What is the weather in these two cities, and what time is it?";
const SUM_UP = "Sum that up.";
export const SYSTEM = "You answer in one sentence.";
const CITY = { type: "object" as const, properties: { city: { type: "string" } }, required: ["city"] };
/** As servers of MCP describe tools without parameters. */
const NOTHING = { type: "object" as const };
export const SCHEMA = {
  type: "object" as const,
  properties: { city: { type: "string" }, degrees: { type: "number", minimum: -90 } },
  required: ["city", "degrees"],
  additionalProperties: false,
};

/** Anthropic's own protocol takes no limits. */
const OPEN_SCHEMA = { ...SCHEMA, properties: { ...SCHEMA.properties, degrees: { type: "number" } } };

export interface Talk {
  readonly url: string;
  readonly model: string;
  readonly streamed: boolean;
}
export interface Call {
  readonly name: string;
  readonly args: unknown;
}
export interface Heard {
  readonly calls: readonly Call[];
  readonly text: string;
  /** what came of a last question, without any tool offered */
  readonly sum: string;
}
export interface TalkingSdk {
  readonly api: string;
  /** Asks, runs the tools that the model calls, gives the results back, has it all summed up. */
  useTools(talk: Talk, run: (call: Call) => string): Promise<Heard>;
  askForJson(talk: Talk): Promise<unknown>;
}

const openai = ({ url }: Talk) => new OpenAI({ baseURL: `${url}/v1`, apiKey: TOKEN, maxRetries: 0 });
const anthropic = ({ url }: Talk) => new Anthropic({ baseURL: url, apiKey: TOKEN, maxRetries: 0 });

type ChatBody = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, "model">;
async function chatAnswer(talk: Talk, body: ChatBody): Promise<OpenAI.ChatCompletionMessage> {
  const { completions } = openai(talk).chat;
  const whole = { ...body, model: talk.model };
  if (!talk.streamed) return (await completions.create(whole)).choices[0]!.message;
  return (await completions.stream({ ...whole, stream: true }).finalChatCompletion()).choices[0]!.message;
}

const chat: TalkingSdk = {
  api: "openai-completions",
  async useTools(talk, run) {
    const tools = [
      { type: "function" as const, function: { name: "weather", description: "Weather.", parameters: CITY } },
      { type: "function" as const, function: { name: "time" } },
    ];
    const url = `data:image/png;base64,${PICTURE}`;
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: "system", content: SYSTEM },
      {
        role: "user",
        content: [
          { type: "text", text: QUESTION },
          { type: "image_url", image_url: { url } },
        ],
      },
    ];
    const first = await chatAnswer(talk, { messages, tools, reasoning_effort: "medium" });
    const calls = (first.tool_calls ?? []).flatMap((call) => (call.type === "function" ? [call] : []));
    const told = calls.map((call) => ({
      name: call.function.name,
      args: JSON.parse(call.function.arguments),
    }));
    const results = calls.map((call, i) => ({
      role: "tool" as const,
      tool_call_id: call.id,
      content: run(told[i]!),
    }));
    messages.push(first, ...results);
    const second = await chatAnswer(talk, { messages, tools, reasoning_effort: "medium" });
    messages.push(second, { role: "user", content: SUM_UP });
    const third = await chatAnswer(talk, { messages });
    return { calls: told, text: second.content ?? "", sum: third.content ?? "" };
  },
  async askForJson(talk) {
    const json_schema = { name: "weather", strict: true, schema: SCHEMA };
    const { content } = await chatAnswer(talk, {
      messages: [{ role: "user", content: "How warm is it in Rome?" }],
      response_format: { type: "json_schema", json_schema },
    });
    return JSON.parse(content ?? "");
  },
};

type ResponsesBody = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, "model">;
async function responsesAnswer(talk: Talk, body: ResponsesBody): Promise<OpenAI.Responses.Response> {
  const { responses } = openai(talk);
  const whole = { ...body, model: talk.model, store: false };
  if (!talk.streamed) return responses.create(whole);
  // Its two kinds of parameters differ in what may be undefined.
  return responses.stream(whole as never).finalResponse();
}

const responses: TalkingSdk = {
  api: "openai-responses",
  async useTools(talk, run) {
    const tool = (name: string, parameters: object) =>
      ({ type: "function", name, parameters: { ...parameters }, strict: false }) as const;
    const fixed: ResponsesBody = {
      instructions: SYSTEM,
      tools: [tool("weather", CITY), tool("time", { ...NOTHING, properties: {} })],
      reasoning: { effort: "medium", summary: "auto" },
      include: ["reasoning.encrypted_content"],
    };
    const image_url = `data:image/png;base64,${PICTURE}`;
    const input: OpenAI.Responses.ResponseInput = [
      {
        role: "user",
        content: [
          { type: "input_text", text: QUESTION },
          { type: "input_image", image_url, detail: "auto" },
        ],
      },
    ];
    const first = await responsesAnswer(talk, { ...fixed, input });
    const calls = first.output.flatMap((item) => (item.type === "function_call" ? [item] : []));
    const told = calls.map((call) => ({ name: call.name, args: JSON.parse(call.arguments) }));
    const results = calls.map(({ call_id }, i) => ({
      type: "function_call_output" as const,
      call_id,
      output: run(told[i]!),
    }));
    input.push(...(first.output as OpenAI.Responses.ResponseInput), ...results);
    const second = await responsesAnswer(talk, { ...fixed, input });
    input.push(...(second.output as OpenAI.Responses.ResponseInput), { role: "user", content: SUM_UP });
    const third = await responsesAnswer(talk, { instructions: SYSTEM, input });
    return { calls: told, text: second.output_text, sum: third.output_text };
  },
  async askForJson(talk) {
    const format = { type: "json_schema" as const, name: "weather", strict: true, schema: SCHEMA };
    const answer = await responsesAnswer(talk, { input: "How warm is it in Rome?", text: { format } });
    return JSON.parse(answer.output_text);
  },
};

type MessagesBody = Omit<Anthropic.MessageCreateParamsNonStreaming, "model">;
async function messagesAnswer(talk: Talk, body: MessagesBody): Promise<Anthropic.Message> {
  const { messages: resource } = anthropic(talk);
  const whole = { ...body, model: talk.model };
  return talk.streamed ? resource.stream(whole).finalMessage() : resource.create(whole);
}

const textIn = ({ content }: Anthropic.Message): string =>
  content.map((block) => (block.type === "text" ? block.text : "")).join("");

const messages: TalkingSdk = {
  api: "anthropic-messages",
  async useTools(talk, run) {
    const source = { type: "base64" as const, media_type: "image/png" as const, data: PICTURE };
    const list: Anthropic.MessageParam[] = [
      {
        role: "user",
        content: [
          { type: "text", text: QUESTION },
          { type: "image", source },
        ],
      },
    ];
    const fixed = {
      max_tokens: 4000,
      system: SYSTEM,
      thinking: { type: "enabled" as const, budget_tokens: 2000 },
      tools: [
        { name: "weather", description: "Weather.", input_schema: CITY },
        { name: "time", input_schema: NOTHING },
      ],
    };
    const first = await messagesAnswer(talk, { ...fixed, messages: list });
    const calls = first.content.flatMap((block) => (block.type === "tool_use" ? [block] : []));
    const told = calls.map(({ name, input }) => ({ name, args: input }));
    const results = calls.map(({ id }, i) => ({
      type: "tool_result" as const,
      tool_use_id: id,
      content: run(told[i]!),
    }));
    list.push({ role: "assistant", content: first.content }, { role: "user", content: results });
    const second = await messagesAnswer(talk, { ...fixed, messages: list });
    list.push({ role: "assistant", content: second.content }, { role: "user", content: SUM_UP });
    const third = await messagesAnswer(talk, { max_tokens: 400, messages: list });
    return { calls: told, text: textIn(second), sum: textIn(third) };
  },
  async askForJson(talk) {
    const answer = await messagesAnswer(talk, {
      max_tokens: 400,
      messages: [{ role: "user", content: "How warm is it in Rome?" }],
      output_config: { format: { type: "json_schema", schema: OPEN_SCHEMA } },
    });
    return JSON.parse(textIn(answer));
  },
};

export const TALKING_SDKS = { chat, responses, messages };
