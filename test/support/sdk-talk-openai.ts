// The talk of `sdk-talk.ts` through OpenAI's SDK, by chat completions and by responses.
import OpenAI from "openai";
import { TOKEN } from "./gateway.ts";
import type { Talk, TalkingSdk } from "./sdk-talk.ts";
import { CITY, NOTHING, PICTURE, QUESTION, SCHEMA, SUM_UP, SYSTEM } from "./sdk-talk.ts";

const openai = ({ url }: Talk) => new OpenAI({ baseURL: `${url}/v1`, apiKey: TOKEN, maxRetries: 0 });
type ChatBody = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, "model">;
async function chatAnswer(talk: Talk, body: ChatBody): Promise<OpenAI.ChatCompletionMessage> {
  const { completions } = openai(talk).chat;
  const whole = { ...body, model: talk.model };
  if (!talk.streamed) return (await completions.create(whole)).choices[0]!.message;
  return (await completions.stream({ ...whole, stream: true }).finalChatCompletion()).choices[0]!.message;
}

export const chat: TalkingSdk = {
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

export const responses: TalkingSdk = {
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
      output:
        told[i]!.name === "time"
          ? [
              { type: "input_text" as const, text: run(told[i]!) },
              { type: "input_image" as const, image_url },
            ]
          : run(told[i]!),
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
