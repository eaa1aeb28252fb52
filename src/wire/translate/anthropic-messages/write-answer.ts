// A message for a client, streamed or whole. Facts: the public API reference (streaming events).
import type { JsonObject } from "../../../core/json.ts";
import type { CollectedPart } from "../collect.ts";
import { collect } from "../collect.ts";
import { InSequence } from "../in-sequence.ts";
import type { AnswerEvent, FinishReason, TokenUsage } from "../neutral.ts";
import { foldSignature } from "../signature.ts";
import { argumentsObject } from "../tool-arguments.ts";
import type { AnswerFrame, AnswerWriter } from "../translator.ts";
import { BlockStream, line, UNSIGNED } from "./block-stream.ts";
import { API, REDACTED } from "./names.ts";

type Finish = Extract<AnswerEvent, { kind: "finish" }>;

export function writer(frame: AnswerFrame): AnswerWriter {
  const blocks = new BlockStream(frame.thinks === true);
  const sequence = new InSequence();
  let opening = line("message_start", {
    message: { ...base(frame), content: [], stop_reason: null, stop_sequence: null, usage: NO_USAGE },
  });
  let finish: Finish = { kind: "finish", reason: "stop" };
  const begin = (): string => {
    const first = opening;
    opening = "";
    return first;
  };
  return {
    add(event) {
      let text = begin();
      if (event.kind === "finish") finish = event;
      else if (sequence.passes(event)) text += blocks.write(event);
      else for (const each of sequence.add(event)) text += blocks.write(each);
      return text;
    },
    end() {
      let text = begin();
      for (const each of sequence.rest()) text += blocks.write(each);
      return (
        text +
        blocks.close() +
        line("message_delta", { delta: stopOf(finish), usage: usageOf(finish.usage) }) +
        line("message_stop", {})
      );
    },
  };
}

const base = ({ id, model }: AnswerFrame) => ({ id: `msg_${id}`, type: "message", role: "assistant", model });

const NO_USAGE = {
  input_tokens: 0,
  output_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation_input_tokens: 0,
};

export function writeAnswer(events: readonly AnswerEvent[], frame: AnswerFrame): JsonObject {
  const { parts, finish } = collect(events);
  const content = parts.map(blockOf);
  const call = content.findIndex((block) => block["type"] === "tool_use");
  const thought = content.slice(0, call + 1).some((block) => "signature" in block || "data" in block);
  if (frame.thinks && call !== -1 && !thought) content.splice(call, 0, THOUGHT_ELSEWHERE);
  return { ...base(frame), content, ...stopOf(finish), usage: usageOf(finish.usage) };
}

const THOUGHT_ELSEWHERE = { type: "thinking", thinking: "", signature: foldSignature(UNSIGNED, API) };

function blockOf(part: CollectedPart): JsonObject {
  switch (part.kind) {
    case "text":
    case "refusal":
      return { type: "text", text: part.text };
    case "thinking":
      return part.signature?.api === REDACTED
        ? { type: "redacted_thinking", data: part.signature.value }
        : {
            type: "thinking",
            thinking: part.text,
            signature: foldSignature(part.signature ?? UNSIGNED, API),
          };
    case "tool_call":
      return { type: "tool_use", id: part.id, name: part.name, input: argumentsObject(part.arguments) };
  }
}

const REASONS: Readonly<Record<FinishReason, string>> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "refusal",
};

const stopOf = ({ reason, stopSequence }: Finish): JsonObject => ({
  stop_reason: stopSequence === undefined ? REASONS[reason] : "stop_sequence",
  stop_sequence: stopSequence ?? null,
});

function usageOf(usage: TokenUsage | undefined): JsonObject {
  if (!usage) return NO_USAGE;
  const { input, output, cacheRead = 0, cacheWrite = 0, reasoning } = usage;
  return {
    input_tokens: Math.max(0, input - cacheRead - cacheWrite),
    output_tokens: output,
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: cacheWrite,
    ...(reasoning === undefined ? {} : { output_tokens_details: { thinking_tokens: reasoning } }),
  };
}
