// A response for a client, streamed or whole. Facts: the public API reference (streaming events).
import type { JsonObject } from "../../../core/json.ts";
import { collect } from "../collect.ts";
import { InSequence } from "../in-sequence.ts";
import type { AnswerEvent, TokenUsage } from "../neutral.ts";
import type { AnswerFrame, AnswerWriter } from "../translator.ts";
import type { Piece } from "./item-stream.ts";
import { ItemStream } from "./item-stream.ts";
import { itemOf } from "./items.ts";

type Finish = Extract<AnswerEvent, { kind: "finish" }>;

export function writer(frame: AnswerFrame): AnswerWriter {
  let number = 0;
  const line = (type: string, rest: JsonObject): string =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: number++, ...rest })}\n\n`;
  const items = new ItemStream(frame, line);
  const sequence = new InSequence();
  let finish: Finish = { kind: "finish", reason: "stop" };
  const begin = (): string => {
    if (number > 0) return "";
    const response = responseOf(frame, "in_progress", []);
    return line("response.created", { response }) + line("response.in_progress", { response });
  };
  const write = (pieces: readonly Piece[]): string => pieces.map((piece) => items.write(piece)).join("");
  return {
    add(event) {
      const opening = begin();
      if (event.kind !== "finish") return opening + write(sequence.add(event));
      finish = event;
      return opening;
    },
    end() {
      const rest = begin() + write(sequence.rest()) + items.close();
      const response = answerOf(frame, finish, items.output);
      return rest + line(`response.${String(response["status"])}`, { response });
    },
  };
}

export function writeAnswer(events: readonly AnswerEvent[], frame: AnswerFrame): JsonObject {
  const { parts, finish } = collect(events);
  return answerOf(
    frame,
    finish,
    parts.map((part, i) => itemOf(part, i, "completed", frame)),
  );
}

const responseOf = (
  { id, model, created }: AnswerFrame,
  status: string,
  output: readonly JsonObject[],
): JsonObject => ({
  id: `resp_${id}`,
  object: "response",
  created_at: created,
  status,
  error: null,
  incomplete_details: null,
  model,
  output,
  usage: null,
});

const WHY_INCOMPLETE: Partial<Record<Finish["reason"], string>> = {
  length: "max_output_tokens",
  content_filter: "content_filter",
};

function answerOf(frame: AnswerFrame, { reason, usage }: Finish, output: readonly JsonObject[]): JsonObject {
  const why = WHY_INCOMPLETE[reason];
  return {
    ...responseOf(frame, why === undefined ? "completed" : "incomplete", output),
    ...(why === undefined ? {} : { incomplete_details: { reason: why } }),
    ...(usage ? { usage: usageOf(usage) } : {}),
  };
}

const usageOf = ({ input, output, cacheRead = 0, reasoning = 0 }: TokenUsage): JsonObject => ({
  input_tokens: input,
  input_tokens_details: { cached_tokens: cacheRead },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: input + output,
});
