// Ollama's own chat. Facts: its public API reference. A stream is one JSON object a line.
import { isObject, parseObject } from "../core/json.ts";
import { linesToEvents } from "./lines-to-events.ts";
import type { FrameVerdict, ProviderWire, Usage } from "./wire.ts";
import { PING } from "./wire.ts";

export const ollama: ProviderWire = {
  api: "ollama",
  endpoint: "/api/chat",
  framing: { type: "ndjson", toEvents: linesToEvents },
  headers: {},
  forwarded: [],

  readFrame,
  errorInBody: (body) => (body["error"] && !body["message"] ? body : undefined),
  endMarks: ['"done":true', '"done": true'],
  errorMarks: [Buffer.from('"error"')],
  readUsage,
  ping: (model, maxTokens) => ({
    model,
    messages: [{ role: "user", content: PING }],
    options: { num_predict: maxTokens },
    stream: true,
  }),
};

function readFrame(_event: string | undefined, data: string): FrameVerdict {
  const frame = parseObject(data);
  if (!frame) return "prelude";
  if (frame["error"]) return { error: frame };
  return frame["done"] === true || hasContent(frame["message"]) ? "content" : "prelude";
}

const hasContent = (message: unknown): boolean =>
  isObject(message) &&
  (Array.isArray(message["tool_calls"]) || Boolean(message["content"]) || Boolean(message["thinking"]));

/** The counts stand in the last object itself. */
function readUsage(tail: string): Usage | undefined {
  const inputTokens = /"prompt_eval_count"\s*:\s*(\d+)/.exec(tail)?.[1];
  const outputTokens = /"eval_count"\s*:\s*(\d+)/.exec(tail)?.[1];
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return { inputTokens: Number(inputTokens ?? 0), outputTokens: Number(outputTokens ?? 0) };
}
