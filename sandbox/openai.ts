// What OpenAI's API answers: chat completions and responses, whole and as frames of a stream.
import type { Answer, Frame } from "./answer.ts";

const data = (value: object): Frame => ({ data: value });
const DONE: Frame = { data: "[DONE]" };

export function chatCompletion({ id, model, text, inputTokens, outputTokens, createdAt }: Answer): object {
  return {
    id: `chatcmpl-${id}`,
    object: "chat.completion",
    created: Math.floor(createdAt / 1000),
    model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: text, refusal: null },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
    },
  };
}

export function chatFrames(answer: Answer, pieces: readonly string[], withUsage: boolean): Frame[] {
  const { choices: _whole, usage, ...envelope } = chatCompletion(answer) as Record<string, unknown>;
  const chunk = (choices: object[], more: object = {}): Frame =>
    data({ ...envelope, object: "chat.completion.chunk", choices, ...more });
  const part = (delta: object, finishReason: string | null = null): Frame =>
    chunk(
      [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      withUsage ? { usage: null } : {},
    );
  return [
    part({ role: "assistant", content: "", refusal: null }),
    ...pieces.map((content) => part({ content })),
    part({}, "stop"),
    ...(withUsage ? [chunk([], { usage })] : []),
    DONE,
  ];
}

export function response(answer: Answer): object {
  const { inputTokens, outputTokens } = answer;
  return {
    ...responseShell(answer, "completed"),
    output: [message(answer, "completed")],
    usage: {
      input_tokens: inputTokens,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: outputTokens,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: inputTokens + outputTokens,
    },
  };
}

type ResponseId = Pick<Answer, "id" | "model" | "createdAt">;

const responseShell = ({ id, model, createdAt }: ResponseId, status: string) => ({
  id: `resp_${id}`,
  object: "response",
  created_at: Math.floor(createdAt / 1000),
  status,
  error: null,
  incomplete_details: null,
  model,
  output: [] as object[],
  parallel_tool_calls: true,
  tool_choice: "auto",
  tools: [],
  usage: null,
});

const message = ({ id, text }: Answer, status: "in_progress" | "completed") => ({
  id: `msg_${id}`,
  type: "message",
  status,
  role: "assistant",
  content: status === "completed" ? [textPart(text)] : [],
});

const textPart = (text: string) => ({ type: "output_text", text, annotations: [] });

export function responseFrames(answer: Answer, pieces: readonly string[]): Frame[] {
  const place = { item_id: `msg_${answer.id}`, output_index: 0, content_index: 0 };
  const shell = responseShell(answer, "in_progress");
  const events = [
    { type: "response.created", response: shell },
    { type: "response.in_progress", response: shell },
    { type: "response.output_item.added", output_index: 0, item: message(answer, "in_progress") },
    { type: "response.content_part.added", ...place, part: textPart("") },
    ...pieces.map((delta) => ({ type: "response.output_text.delta", ...place, delta })),
    { type: "response.output_text.done", ...place, text: answer.text },
    { type: "response.content_part.done", ...place, part: textPart(answer.text) },
    { type: "response.output_item.done", output_index: 0, item: message(answer, "completed") },
    { type: "response.completed", response: response(answer) },
  ];
  return numbered(events);
}

/** A response that fails before it has said anything. */
export function failureFrames(id: ResponseId, code: string, reason: string): Frame[] {
  return numbered([
    { type: "response.created", response: responseShell(id, "in_progress") },
    { type: "response.in_progress", response: responseShell(id, "in_progress") },
    {
      type: "response.failed",
      response: { ...responseShell(id, "failed"), error: { code, message: reason } },
    },
  ]);
}

const numbered = (events: readonly { readonly type: string; readonly [field: string]: unknown }[]): Frame[] =>
  events.map((event, index) => ({ event: event.type, data: { ...event, sequence_number: index } }));

export const modelList = (models: readonly string[]): object => ({
  object: "list",
  data: models.map((id) => ({ id, object: "model", created: 0, owned_by: "sandbox" })),
});
