// What Anthropic's API answers: messages, whole and as frames of a stream, and token counts.
import type { Answer, Frame } from "./answer.ts";

export function message({ id, model, text, inputTokens, outputTokens }: Answer): object {
  return {
    ...shell(id, model),
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    usage: usage(inputTokens, outputTokens),
  };
}

const shell = (id: string, model: string) => ({
  id: `msg_${id}`,
  type: "message",
  role: "assistant",
  model,
  content: [] as object[],
  stop_reason: null as string | null,
  stop_sequence: null,
});

const usage = (inputTokens: number, outputTokens: number) => ({
  input_tokens: inputTokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: outputTokens,
});

export function messageFrames(answer: Answer, pieces: readonly string[]): Frame[] {
  const { id, model, inputTokens, outputTokens } = answer;
  const events = [
    { type: "message_start", message: { ...shell(id, model), usage: usage(inputTokens, 1) } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "ping" },
    ...pieces.map((text) => ({
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text },
    })),
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: outputTokens },
    },
    { type: "message_stop" },
  ];
  return events.map((event) => ({ event: event.type, data: event }));
}

export const tokenCount = (inputTokens: number): object => ({ input_tokens: inputTokens });

export const modelList = (models: readonly string[]): object => ({
  data: models.map((id) => ({ type: "model", id, display_name: id, created_at: "1970-01-01T00:00:00Z" })),
  has_more: false,
  first_id: models[0] ?? null,
  last_id: models.at(-1) ?? null,
});
