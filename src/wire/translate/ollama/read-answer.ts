// Ollama's chat answer, streamed or whole. Facts: its public API reference.
import type { JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import { tokenCount } from "../../json.ts";
import type { Chunks } from "../chunk-reader.ts";
import { chunkReaders } from "../chunk-reader.ts";
import type { AnswerEvent } from "../neutral.ts";

export const { reader, readAnswer } = chunkReaders(chunks);

function chunks(): Chunks {
  let last: JsonObject = {};
  return {
    read(chunk, call) {
      if (chunk["done"] === true) last = chunk;
      const message = isObject(chunk["message"]) ? chunk["message"] : {};
      const calls = Array.isArray(message["tool_calls"]) ? message["tool_calls"].filter(isObject) : [];
      return [
        ...textEvent("thinking", message["thinking"]),
        ...textEvent("text", message["content"]),
        ...calls.flatMap(({ id, function: given }) => {
          const { name, arguments: input } = isObject(given) ? given : ({} as JsonObject);
          return call({ id, name, input });
        }),
      ];
    },
    end: (called) => ({
      kind: "finish",
      reason: last["done_reason"] === "length" ? "length" : called ? "tool_calls" : "stop",
      usage: {
        input: tokenCount(last["prompt_eval_count"]) ?? 0,
        output: tokenCount(last["eval_count"]) ?? 0,
      },
    }),
  };
}

const textEvent = (kind: "text" | "thinking", text: unknown): AnswerEvent[] =>
  typeof text === "string" && text !== "" ? [{ kind, text }] : [];
