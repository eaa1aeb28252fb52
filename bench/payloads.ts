// What is asked and what is answered: the same bytes for everyone, in every round.

/** One frame per stream and period, as a model that writes slowly sends them. */
export const PERIOD_MS = 250;
export const PACED_MODEL = "paced";
export const FAST_MODEL = "m1";
/** As `paced`, until its client leaves. */
export const ENDLESS_MODEL = "endless";

/** A kind of request. The model's name is what the upstream gets to see. */
export interface Payload {
  readonly model: string;
  /** 0: one JSON answer */
  readonly frames: number;
  /** Size of the conversation that is sent along. */
  readonly promptBytes: number;
  /** The gateway takes it to a provider that speaks messages; the others pass it on as it is. */
  readonly translated?: true;
}

/** Frames of the streams that come as fast as they can. */
export const BURST_FRAMES = 40;

export const JSON_CALL: Payload = { model: FAST_MODEL, frames: 0, promptBytes: 1_000 };
export const STREAM_CALL: Payload = { model: FAST_MODEL, frames: BURST_FRAMES, promptBytes: 1_000 };
/** What coding agents send all day: a long conversation. */
export const LONG_CALL: Payload = { model: FAST_MODEL, frames: 0, promptBytes: 100_000 };

export const TRANSLATED_JSON: Payload = { ...JSON_CALL, translated: true };
export const TRANSLATED_STREAM: Payload = { ...STREAM_CALL, translated: true };

/** The request's JSON, `model` as this contestant calls it. */
export function bodyOf(payload: Payload, model: string): string {
  const turn = "Why is the sky blue, and since when?\n";
  const messages = [
    { role: "system", content: "You answer in one sentence." },
    { role: "user", content: turn.repeat(Math.ceil(payload.promptBytes / turn.length)) },
  ];
  const { frames } = payload;
  return JSON.stringify({ model, messages, ...(frames > 0 && { stream: true, max_tokens: frames }) });
}

const ABOUT_1_KB = "Because air scatters short waves of light more than long ones. ".repeat(12);

/** A chat completion of about 1 KB. */
export const ANSWER = Buffer.from(
  JSON.stringify({
    id: "chatcmpl-bench",
    object: "chat.completion",
    created: 1_700_000_000,
    model: FAST_MODEL,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: ABOUT_1_KB, refusal: null },
        logprobs: null,
        finish_reason: "stop",
      },
    ],
    usage: { prompt_tokens: 300, completion_tokens: 150, total_tokens: 450 },
  }),
);

const chunk = (choice: object, rest: object = {}) =>
  `data: ${JSON.stringify({
    id: "chatcmpl-bench",
    object: "chat.completion.chunk",
    created: 1_700_000_000,
    model: FAST_MODEL,
    choices: [{ index: 0, ...choice }],
    ...rest,
  })}\n\n`;

export const FRAME = Buffer.from(chunk({ delta: { content: " waves" }, finish_reason: null }));

export const DONE = "[DONE]";
const USAGE = { usage: { prompt_tokens: 300, completion_tokens: BURST_FRAMES, total_tokens: 340 } };
export const LAST_FRAMES = Buffer.from(
  `${chunk({ delta: {}, finish_reason: "stop" }, USAGE)}data: ${DONE}\n\n`,
);

const MESSAGE = { id: "msg_bench", type: "message", role: "assistant", model: FAST_MODEL };
const MESSAGE_USAGE = { input_tokens: 300, output_tokens: 150 };

/** The same answer as a message. */
export const MESSAGES_ANSWER = Buffer.from(
  JSON.stringify({
    ...MESSAGE,
    content: [{ type: "text", text: ABOUT_1_KB }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: MESSAGE_USAGE,
  }),
);

const event = (type: string, rest: object) =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;

export const MESSAGES_FIRST = Buffer.from(
  event("message_start", { message: { ...MESSAGE, content: [], usage: MESSAGE_USAGE } }) +
    event("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
);
export const MESSAGES_FRAME = Buffer.from(
  event("content_block_delta", { index: 0, delta: { type: "text_delta", text: " waves" } }),
);
export const MESSAGES_LAST = Buffer.from(
  event("content_block_stop", { index: 0 }) +
    event("message_delta", {
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: { output_tokens: BURST_FRAMES },
    }) +
    event("message_stop", {}),
);

/** µs of the clock that all processes of a machine share. */
export const sharedClockUs = (): number => Number(process.hrtime.bigint() / 1000n);

const STAMP_DIGITS = 16;
const MARK = "@";

/** A frame of 100 bytes that says when it was sent. */
export function stampedFrame(): string {
  const stamp = String(sharedClockUs()).padStart(STAMP_DIGITS, "0");
  return `data: {"id":"chatcmpl-bench-pace","choices":[{"index":0,"delta":{"content":"${MARK}${stamp}"}}]}\n\n`;
}

/** Reads the stamps out of a stream's bytes, however these were cut into pieces. */
export class StampReader {
  #rest = "";

  /** Stamps that are complete with this piece, in µs of the shared clock. */
  read(piece: Buffer): number[] {
    const text = this.#rest + piece.toString("latin1");
    const stamps: number[] = [];
    let at = text.indexOf(MARK);
    while (at !== -1 && at + STAMP_DIGITS < text.length) {
      stamps.push(Number(text.slice(at + 1, at + 1 + STAMP_DIGITS)));
      at = text.indexOf(MARK, at + 1);
    }
    this.#rest = at === -1 ? "" : text.slice(at);
    return stamps;
  }
}
