// Amazon Bedrock's Converse. Facts: its public API reference. Streams come as AWS's own event stream.
import type { JsonObject } from "../core/json.ts";
import { isObject, parseObject } from "../core/json.ts";
import { EXCEPTION, eventStreamToEvents } from "./aws-event-stream.ts";
import { readTokens } from "./json.ts";
import type { FrameVerdict, ProviderWire } from "./wire.ts";
import { PING } from "./wire.ts";

const EVENT_STREAM = "application/vnd.amazon.eventstream";

export const bedrockConverseStream: ProviderWire = {
  api: "bedrock-converse-stream",
  endpoint: "/model",
  pathFor: (model, stream) =>
    `/model/${encodeURIComponent(model)}/${stream ? "converse-stream" : "converse"}`,
  framing: { type: EVENT_STREAM, accept: EVENT_STREAM, toEvents: eventStreamToEvents },
  headers: {},
  forwarded: [],

  readFrame,
  errorInBody: (body) => (isObject(body["output"]) ? undefined : body),
  endMarks: ["\nevent: messageStop\n\n", "\nevent: metadata\n\n"],
  errorMarks: [Buffer.from(`\nevent: ${EXCEPTION}\n`)],
  readUsage: (tail) => readTokens(tail, '"inputTokens"', '"outputTokens"'),
  ping: (_model, maxTokens) => ({
    messages: [{ role: "user", content: [{ text: PING }] }],
    inferenceConfig: { maxTokens },
  }),
};

function readFrame(event: string | undefined, data: string): FrameVerdict {
  switch (event) {
    case EXCEPTION:
      return { error: parseObject(data) ?? data };
    case "contentBlockStart":
      return isObject(blockIn(data, "start")?.["toolUse"]) ? "content" : "prelude";
    case "contentBlockDelta":
      return saysSomething(blockIn(data, "delta")) ? "content" : "prelude";
    case "messageStop":
      return "content";
    default:
      return "prelude";
  }
}

function blockIn(data: string, field: string): JsonObject | undefined {
  const block = parseObject(data)?.[field];
  return isObject(block) ? block : undefined;
}

const saysSomething = (delta: JsonObject | undefined): boolean =>
  delta !== undefined && Object.values(delta).some((value) => value !== "");
