// A generateContent answer, streamed or whole. Facts: the public Gemini API reference.
import type { JsonObject } from "../../../core/json.ts";
import { isObject } from "../../../core/json.ts";
import { tokenCount } from "../../json.ts";
import type { Chunks, ToldCall } from "../chunk-reader.ts";
import { chunkReaders } from "../chunk-reader.ts";
import type { AnswerEvent, FinishReason, TokenUsage } from "../neutral.ts";
import { API } from "./names.ts";

export const { reader, readAnswer } = chunkReaders(chunks);

function chunks(): Chunks {
  let reason: FinishReason = "stop";
  let usage: TokenUsage | undefined;
  return {
    read(chunk, call) {
      usage = usageOf(chunk["usageMetadata"]) ?? usage;
      reason = reasonOf(chunk) ?? reason;
      return partsIn(chunk).flatMap((part) => partEvents(part, call));
    },
    end: (called) => ({
      kind: "finish",
      reason: called && reason === "stop" ? "tool_calls" : reason,
      ...(usage ? { usage } : {}),
    }),
  };
}

function partEvents(part: JsonObject, call: (told: ToldCall) => AnswerEvent[]): AnswerEvent[] {
  const given = part["functionCall"];
  if (!isObject(given)) return [...contentEvents(part), ...(part["thought"] === true ? signed(part) : [])];
  const { id, name, args: input } = given;
  // The signature is the call's, and has its seat before it.
  return [...signed(part), ...call({ id, name, input })];
}

function signed({ thoughtSignature: value }: JsonObject): AnswerEvent[] {
  return typeof value === "string" && value !== ""
    ? [{ kind: "signature", signature: { api: API, value } }]
    : [];
}

const candidateOf = (chunk: JsonObject): JsonObject =>
  (Array.isArray(chunk["candidates"]) ? chunk["candidates"].find(isObject) : undefined) ?? {};

function partsIn(chunk: JsonObject): JsonObject[] {
  const { content } = candidateOf(chunk);
  return isObject(content) && Array.isArray(content["parts"]) ? content["parts"].filter(isObject) : [];
}

function contentEvents({ text, thought, inlineData: data }: JsonObject): AnswerEvent[] {
  if (typeof text === "string" && text !== "")
    return [{ kind: thought === true ? "thinking" : "text", text }];
  if (!isObject(data) || typeof data["data"] !== "string" || thought === true) return [];
  // No other protocol's answers hold images in their text: they are told as a page would tell them.
  const type = typeof data["mimeType"] === "string" ? data["mimeType"] : "image/png";
  return [{ kind: "text", text: `![image](data:${type};base64,${data["data"]})` }];
}

const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ["STOP", "stop"],
  ["MAX_TOKENS", "length"],
  ["SAFETY", "content_filter"],
  ["RECITATION", "content_filter"],
  ["BLOCKLIST", "content_filter"],
  ["PROHIBITED_CONTENT", "content_filter"],
  ["SPII", "content_filter"],
  ["IMAGE_SAFETY", "content_filter"],
  ["IMAGE_PROHIBITED_CONTENT", "content_filter"],
  ["IMAGE_RECITATION", "content_filter"],
]);

function reasonOf(chunk: JsonObject): FinishReason | undefined {
  const feedback = chunk["promptFeedback"];
  if (isObject(feedback) && feedback["blockReason"] !== undefined) return "content_filter";
  const reason = candidateOf(chunk)["finishReason"];
  return typeof reason === "string" ? (REASONS.get(reason) ?? "stop") : undefined;
}

/** Thoughts are counted apart here, and belong to the output elsewhere. */
function usageOf(value: unknown): TokenUsage | undefined {
  if (!isObject(value)) return undefined;
  const reasoning = tokenCount(value["thoughtsTokenCount"]);
  const cacheRead = tokenCount(value["cachedContentTokenCount"]);
  return {
    input: (tokenCount(value["promptTokenCount"]) ?? 0) + (tokenCount(value["toolUsePromptTokenCount"]) ?? 0),
    output: (tokenCount(value["candidatesTokenCount"]) ?? 0) + (reasoning ?? 0),
    ...(cacheRead === undefined ? {} : { cacheRead }),
    ...(reasoning === undefined ? {} : { reasoning }),
  };
}
