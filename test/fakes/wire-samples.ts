// Correct answers in the three protocols, as frames of a stream and as whole bodies, and errors in their shapes.
// Shapes: OpenAI API reference (chat completions, responses), Anthropic API reference (messages).

export interface SampleOptions {
  readonly model?: string;
  /** chat and responses: with `null` none is sent */
  readonly usage?: Usage | null;
  readonly id?: string;
}
export interface Usage {
  readonly input: number;
  readonly output: number;
}

const MODEL = "m1";
const USAGE: Usage = { input: 11, output: 7 };
const CREATED = 1_700_000_000;

/** Words with their blanks: the pieces in which a model speaks. */
const piecesOf = (text: string): string[] => text.match(/\s*\S+\s*$|\s*\S+/g) ?? [text];

const dataFrame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
const eventFrame = (event: { readonly type: string; readonly [field: string]: unknown }): string =>
  `event: ${event.type}\n${dataFrame(event)}`;

// OpenAI chat completions

const chatUsage = ({ input, output }: Usage) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
});

/** Role, one chunk per word, finish, usage, `[DONE]`. */
export function chatFrames(text: string, options: SampleOptions = {}): string[] {
  const { model = MODEL, usage = USAGE, id = "chatcmpl-sample" } = options;
  const head = { id, object: "chat.completion.chunk", created: CREATED, model };
  const chunk = (delta: object, finish_reason: string | null = null) =>
    dataFrame({ ...head, choices: [{ index: 0, delta, finish_reason }] });
  return [
    chunk({ role: "assistant", content: "" }),
    ...piecesOf(text).map((content) => chunk({ content })),
    chunk({}, "stop"),
    ...(usage ? [dataFrame({ ...head, choices: [], usage: chatUsage(usage) })] : []),
    "data: [DONE]\n\n",
  ];
}

export function chatBody(text: string, options: SampleOptions = {}) {
  const { model = MODEL, usage = USAGE, id = "chatcmpl-sample" } = options;
  const message = { role: "assistant", content: text, refusal: null };
  return {
    id,
    object: "chat.completion",
    created: CREATED,
    model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: "stop" }],
    ...(usage && { usage: chatUsage(usage) }),
  };
}

// OpenAI responses

const responsesUsage = ({ input, output }: Usage) => ({
  input_tokens: input,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: input + output,
});

const textPart = (text: string) => ({ type: "output_text", text, annotations: [] });

const outputMessage = (text: string) => ({
  id: "msg_sample",
  type: "message",
  role: "assistant",
  status: "completed",
  content: [textPart(text)],
});

export function responsesBody(text: string, options: SampleOptions = {}) {
  const { model = MODEL, usage = USAGE, id = "resp_sample" } = options;
  return {
    id,
    object: "response",
    created_at: CREATED,
    status: "completed",
    model,
    error: null,
    incomplete_details: null,
    output: [outputMessage(text)],
    parallel_tool_calls: true,
    tool_choice: "auto",
    tools: [],
    usage: usage && responsesUsage(usage),
  };
}

export function responsesFrames(text: string, options: SampleOptions = {}): string[] {
  const done = responsesBody(text, options);
  const begun = { ...done, status: "in_progress", output: [], usage: null };
  const item = outputMessage(text);
  const begunItem = { ...item, status: "in_progress", content: [] };
  const at = { item_id: item.id, output_index: 0, content_index: 0 };
  const events = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    { type: "response.output_item.added", output_index: 0, item: begunItem },
    { type: "response.content_part.added", ...at, part: textPart("") },
    ...piecesOf(text).map((delta) => ({ type: "response.output_text.delta", ...at, delta, logprobs: [] })),
    { type: "response.output_text.done", ...at, text, logprobs: [] },
    { type: "response.content_part.done", ...at, part: textPart(text) },
    { type: "response.output_item.done", output_index: 0, item },
    { type: "response.completed", response: done },
  ];
  return events.map((event, sequence_number) => eventFrame({ ...event, sequence_number }));
}

// Anthropic messages

export function messagesBody(text: string, options: SampleOptions = {}) {
  const { model = MODEL, usage = USAGE, id = "msg_sample" } = options;
  return {
    id,
    type: "message",
    role: "assistant",
    model,
    content: [{ type: "text", text }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: (usage ?? USAGE).input, output_tokens: (usage ?? USAGE).output },
  };
}

export function messagesFrames(text: string, options: SampleOptions = {}): string[] {
  const whole = messagesBody(text, options);
  const usage = { ...whole.usage, output_tokens: 1 };
  const events = [
    { type: "message_start", message: { ...whole, content: [], stop_reason: null, usage } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "ping" },
    ...piecesOf(text).map((piece) => ({
      type: "content_block_delta",
      index: 0,
      delta: { type: "text_delta", text: piece },
    })),
    { type: "content_block_stop", index: 0 },
    {
      type: "message_delta",
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: whole.usage.output_tokens },
    },
    { type: "message_stop" },
  ];
  return events.map((event) => eventFrame(event));
}

// Errors

export interface SampleError {
  readonly message: string;
  readonly type: string;
  readonly code?: string;
}

export const openaiError = ({ message, type, code }: SampleError) => ({
  error: { message, type, param: null, code: code ?? null },
});
export const anthropicError = ({ message, type }: SampleError) => ({
  type: "error",
  error: { type, message },
});

/** An error inside a stream of chat completions. */
export const chatErrorFrame = (error: SampleError): string => dataFrame(openaiError(error));
/** The `error` event of a responses stream. */
export const responsesErrorFrame = ({ message, type, code }: SampleError): string =>
  eventFrame({ type: "error", code: code ?? type, message, param: null, sequence_number: 0 });
/** The `response.failed` event of a responses stream. */
export function responsesFailedFrame({ message, type, code }: SampleError): string {
  const empty = responsesBody("", { usage: null });
  const error = { code: code ?? type, message };
  const response = { ...empty, status: "failed", output: [], error };
  return eventFrame({ type: "response.failed", response, sequence_number: 1 });
}
/** The `error` event of a messages stream. */
export const messagesErrorFrame = (error: SampleError): string => eventFrame(anthropicError(error));
