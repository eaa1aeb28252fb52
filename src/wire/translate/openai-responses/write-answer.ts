// A response for a client, streamed or whole. Facts: the public API reference (streaming events).
import type { JsonObject } from "../../../core/json.ts";
import { collect } from "../collect.ts";
import { InSequence } from "../in-sequence.ts";
import type { AnswerEvent, TokenUsage } from "../neutral.ts";
import type { AnswerFrame, AnswerWriter } from "../translator.ts";
import { ItemStream } from "./item-stream.ts";
import { itemOf } from "./items.ts";

type Finish = Extract<AnswerEvent, { kind: "finish" }>;

export function writer(frame: AnswerFrame): AnswerWriter {
  const items = new ItemStream(frame);
  const sequence = new InSequence();
  let finish: Finish = { kind: "finish", reason: "stop" };
  const begin = (): string => {
    if (items.begun) return "";
    const response = responseOf(frame, "in_progress", []);
    return items.line("response.created", { response }) + items.line("response.in_progress", { response });
  };
  return {
    add(event) {
      let text = begin();
      if (event.kind === "finish") finish = event;
      else if (sequence.passes(event)) text += items.write(event);
      else for (const each of sequence.add(event)) text += items.write(each);
      return text;
    },
    end() {
      let text = begin();
      for (const each of sequence.rest()) text += items.write(each);
      text += items.close();
      const response = answerOf(frame, finish, items.output);
      return text + items.line(`response.${String(response["status"])}`, { response });
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
  ...SETTINGS,
});

/** What clients with strict types want to see, whatever it is. */
const SETTINGS = {
  access_programs: null,
  instructions: null,
  metadata: {},
  parallel_tool_calls: true,
  temperature: null,
  tool_choice: "auto",
  tools: [],
  top_p: null,
};

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

const usageOf = ({
  input,
  output,
  cacheRead = 0,
  cacheWrite = 0,
  reasoning = 0,
}: TokenUsage): JsonObject => ({
  input_tokens: input,
  input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
  output_tokens: output,
  output_tokens_details: { reasoning_tokens: reasoning },
  total_tokens: input + output,
});
