// The items of a response's output, as a client is told them.
import type { JsonObject } from "../../../core/json.ts";
import { parseObject } from "../../../core/json.ts";
import type { CollectedPart } from "../collect.ts";
import { foldSignature } from "../signature.ts";
import type { AnswerFrame } from "../translator.ts";
import { API } from "./names.ts";

export type ItemStatus = "in_progress" | "completed";

/** An item's place in the output names it. */
export function itemOf(
  part: CollectedPart,
  index: number,
  status: ItemStatus,
  frame: AnswerFrame,
): JsonObject {
  const id = `${PREFIXES[part.kind]}_${frame.id}_${index}`;
  switch (part.kind) {
    case "text":
    case "refusal": {
      const content = status === "completed" ? [textPart(part.text)] : [];
      return { id, type: "message", status, role: "assistant", content };
    }
    case "thinking":
      return {
        id,
        type: "reasoning",
        summary: status === "completed" && part.text !== "" ? [summaryPart(part.text)] : [],
        ...(part.signature ? { encrypted_content: foldSignature(part.signature, API) } : {}),
      };
    case "tool_call": {
      const call = { id, status, call_id: part.id, name: part.name };
      if (isFreeform(part.name, frame))
        return { ...call, type: "custom_tool_call", input: inputIn(part.arguments) };
      return { ...call, type: "function_call", arguments: status === "completed" ? part.arguments : "" };
    }
  }
}

const PREFIXES = { text: "msg", refusal: "msg", thinking: "rs", tool_call: "fc" } as const;

export const isFreeform = (name: string, { freeform }: AnswerFrame): boolean => freeform?.has(name) ?? false;

/** The one text of a tool that takes no JSON. */
export function inputIn(text: string): string {
  const input = parseObject(text)?.["input"];
  return typeof input === "string" ? input : text;
}

export const textPart = (text: string): JsonObject => ({
  type: "output_text",
  text,
  annotations: [],
  logprobs: [],
});
export const summaryPart = (text: string): JsonObject => ({ type: "summary_text", text });
