// Google's generateContent. Facts: the public Gemini API reference; Vertex AI speaks the same.
import type { JsonObject } from "../core/json.ts";
import { isObject, parseObject } from "../core/json.ts";
import { readTokens } from "./json.ts";
import type { FrameVerdict, ProviderWire } from "./wire.ts";
import { PING } from "./wire.ts";

export const googleGenerativeAi: ProviderWire = {
  api: "google-generative-ai",
  endpoint: "/models",
  pathFor: (model, stream) =>
    `/${pathOf(model)}:${stream ? "streamGenerateContent?alt=sse" : "generateContent"}`,
  headers: {},
  forwarded: [],

  readFrame,
  errorInBody: (body) => (body["error"] && !body["candidates"] ? body : undefined),
  endMarks: ['"finishReason":', '"finishReason" :', '"blockReason":'],
  errorMarks: [Buffer.from('"error"')],
  readUsage: (tail) => readTokens(tail, '"promptTokenCount"', '"candidatesTokenCount"', '"usageMetadata"'),
  ping: (_model, maxTokens) => ({
    contents: [{ role: "user", parts: [{ text: PING }] }],
    generationConfig: { maxOutputTokens: maxTokens },
  }),
};

/** The same, at Vertex AI's addresses. */
export const googleVertex: ProviderWire = { ...googleGenerativeAi, api: "google-vertex" };

/** Some models have a path of their own: `tunedModels/mine`. */
const pathOf = (model: string): string =>
  (model.includes("/") ? model : `models/${model}`).split("/").map(encodeURIComponent).join("/");

function readFrame(_event: string | undefined, data: string): FrameVerdict {
  const frame = parseObject(data);
  if (!frame) return "prelude";
  if (frame["error"]) return { error: frame };
  const candidates = Array.isArray(frame["candidates"]) ? frame["candidates"].filter(isObject) : [];
  return isBlocked(frame) || candidates.some(saysSomething) ? "content" : "prelude";
}

const isBlocked = (frame: JsonObject): boolean =>
  isObject(frame["promptFeedback"]) && frame["promptFeedback"]["blockReason"] !== undefined;

function saysSomething(candidate: JsonObject): boolean {
  const content = isObject(candidate["content"]) ? candidate["content"] : {};
  const parts = Array.isArray(content["parts"]) ? content["parts"].filter(isObject) : [];
  return candidate["finishReason"] !== undefined || parts.some((part) => part["text"] !== "");
}
