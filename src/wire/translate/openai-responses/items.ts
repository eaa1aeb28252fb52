// The items of a response's output, as a client is told them.
import type { JsonObject } from "../../../core/json.ts";
import { parseObject } from "../../../core/json.ts";
import type { CollectedPart } from "../collect.ts";
import type { Signature } from "../neutral.ts";
import { foldSignature } from "../signature.ts";
import type { AnswerFrame } from "../translator.ts";
import { API } from "./names.ts";

export type ItemStatus = "in_progress" | "completed";

const PREFIXES = { text: "msg", refusal: "msg", thinking: "rs", tool_call: "fc" } as const;

/** Reasoning that nobody signed would be looked up by its id, and not be found. */
const UNSIGNED: Signature = { api: "", value: "" };

/** An item's place in the output names it. */
export const itemId = (kind: CollectedPart["kind"], index: number, { id }: AnswerFrame): string =>
  `${PREFIXES[kind]}_${id}_${index}`;

export function itemOf(
  part: CollectedPart,
  index: number,
  status: ItemStatus,
  frame: AnswerFrame,
): JsonObject {
  const id = itemId(part.kind, index, frame);
  const isDone = status === "completed";
  switch (part.kind) {
    case "text":
    case "refusal":
      return { id, type: "message", status, role: "assistant", content: isDone ? [contentPart(part)] : [] };
    case "thinking":
      return {
        id,
        type: "reasoning",
        summary: isDone && part.text !== "" ? [summaryPart(part.text)] : [],
        ...(isDone ? { encrypted_content: foldSignature(part.signature ?? UNSIGNED, API) } : {}),
      };
    case "tool_call": {
      const call = { id, status, call_id: part.id, name: part.name };
      if (isFreeform(part.name, frame))
        return { ...call, type: "custom_tool_call", input: isDone ? inputIn(part.arguments) : "" };
      return { ...call, type: "function_call", arguments: isDone ? part.arguments || "{}" : "" };
    }
  }
}

export const isFreeform = (name: string, { freeform }: AnswerFrame): boolean => freeform?.has(name) ?? false;

/** The one text of a tool that takes no JSON. */
function inputIn(text: string): string {
  const input = parseObject(text)?.["input"];
  return typeof input === "string" ? input : text;
}

export const contentPart = ({ kind, text }: { kind: "text" | "refusal"; text: string }): JsonObject =>
  kind === "text"
    ? { type: "output_text", text, annotations: [], logprobs: [] }
    : { type: "refusal", refusal: text };

export const summaryPart = (text: string): JsonObject => ({ type: "summary_text", text });
