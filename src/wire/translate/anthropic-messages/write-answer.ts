// A message for a client, streamed or whole. Facts: the public API reference (streaming events).
import type { JsonObject } from "../../../core/json.ts";
import { parseObject } from "../../../core/json.ts";
import type { CollectedPart } from "../collect.ts";
import { collect } from "../collect.ts";
import { InSequence } from "../in-sequence.ts";
import type { AnswerEvent, FinishReason, Signature, TokenUsage } from "../neutral.ts";
import { foldSignature } from "../signature.ts";
import type { AnswerFrame, AnswerWriter } from "../translator.ts";
import { API, REDACTED } from "./names.ts";

type Finish = Extract<AnswerEvent, { kind: "finish" }>;
type BlockKind = "text" | "thinking" | "tool";

export function writer(frame: AnswerFrame): AnswerWriter {
  const blocks = new Blocks();
  const sequence = new InSequence();
  let opening = message({
    ...base(frame),
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: NO_USAGE,
  });
  let finish: Finish = { kind: "finish", reason: "stop" };
  const begin = (): string => {
    const first = opening;
    opening = "";
    return first;
  };
  return {
    add(event) {
      if (event.kind === "finish") {
        finish = event;
        return begin();
      }
      return (
        begin() +
        sequence
          .add(event)
          .map((each) => blocks.write(each))
          .join("")
      );
    },
    end: () =>
      begin() +
      sequence
        .rest()
        .map((each) => blocks.write(each))
        .join("") +
      blocks.close() +
      line("message_delta", { delta: stopOf(finish), usage: usageOf(finish.usage) }) +
      line("message_stop", {}),
  };
}

const line = (type: string, rest: JsonObject): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;

const message = (value: JsonObject): string => line("message_start", { message: value });

const base = ({ id, model }: AnswerFrame) => ({ id: `msg_${id}`, type: "message", role: "assistant", model });

const NO_USAGE = { input_tokens: 0, output_tokens: 0 };

/** Blocks follow one another: one opens when the one before has closed. */
class Blocks {
  #index = -1;
  #open: BlockKind | undefined;
  #signed = false;

  write(event: Exclude<AnswerEvent, Finish>): string {
    switch (event.kind) {
      case "text":
      case "refusal":
        return this.#within("text", TEXT) + this.#delta({ type: "text_delta", text: event.text });
      case "thinking":
        return (
          this.#within("thinking", THINKING) + this.#delta({ type: "thinking_delta", thinking: event.text })
        );
      case "signature":
        return this.#sign(event.signature);
      case "tool":
        return this.#start("tool", { type: "tool_use", id: event.id, name: event.name, input: {} });
      case "arguments":
        return this.#delta({ type: "input_json_delta", partial_json: event.text });
    }
  }

  close(): string {
    if (this.#open === undefined) return "";
    // Thinking must be signed by somebody, else clients do not send it back as it was.
    const unsigned = this.#open === "thinking" && !this.#signed ? this.#signature(UNSIGNED) : "";
    this.#open = undefined;
    return unsigned + line("content_block_stop", { index: this.#index });
  }

  #within(kind: BlockKind, block: JsonObject): string {
    return this.#open === kind ? "" : this.#start(kind, block);
  }

  #start(kind: BlockKind, block: JsonObject): string {
    const closing = this.close();
    this.#open = kind;
    this.#signed = false;
    this.#index++;
    return closing + line("content_block_start", { index: this.#index, content_block: block });
  }

  #delta(delta: JsonObject): string {
    return line("content_block_delta", { index: this.#index, delta });
  }

  #signature(signature: Signature): string {
    this.#signed = true;
    return this.#delta({ type: "signature_delta", signature: foldSignature(signature, API) });
  }

  #sign(signature: Signature): string {
    if (signature.api === REDACTED) {
      const block = { type: "redacted_thinking", data: signature.value };
      return this.#start("text", block) + this.close();
    }
    return this.#within("thinking", THINKING) + this.#signature(signature) + this.close();
  }
}

const TEXT = { type: "text", text: "" };
const THINKING = { type: "thinking", thinking: "", signature: "" };
const UNSIGNED: Signature = { api: "", value: "" };

export function writeAnswer(events: readonly AnswerEvent[], frame: AnswerFrame): JsonObject {
  const { parts, finish } = collect(events);
  return { ...base(frame), content: parts.map(blockOf), ...stopOf(finish), usage: usageOf(finish.usage) };
}

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
      return { type: "tool_use", id: part.id, name: part.name, input: parseObject(part.arguments) ?? {} };
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
  const { input, output, cacheRead = 0, cacheWrite = 0 } = usage;
  return {
    input_tokens: Math.max(0, input - cacheRead - cacheWrite),
    output_tokens: output,
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: cacheWrite,
  };
}
