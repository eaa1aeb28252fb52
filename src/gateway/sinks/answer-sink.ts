// Where the answer to a model call goes, and what we say of it in headers.
import type { ServerResponse } from "node:http";
import type { ModelRef } from "../../core/model-ref.ts";
import { formatModelRef } from "../../core/model-ref.ts";
import type { AnswerMarks } from "../../wire/wire.ts";
import { AgentJsonSink, AgentStreamSink } from "./agent-sinks.ts";
import type { RequestBody } from "../body.ts";
import { PassSink } from "./pass-sink.ts";
import type { ResponseSink } from "./response-sink.ts";
import type { Served } from "../calls/served.ts";

export function sinkFor(
  response: ServerResponse,
  served: Served,
  body: RequestBody,
  asAgent: boolean,
): ResponseSink {
  const stream = body.json["stream"] === true;
  const { commentEveryMs } = served.gateway.accessConfig().gateway;
  const parts = { response, wire: served.wire, own: () => ownHeaders(served), stream, commentEveryMs };
  if (!asAgent) return new PassSink(parts);
  const marks: AnswerMarks = { runId: served.runId, model: served.requested };
  return stream ? new AgentStreamSink(parts, marks, body.json) : new AgentJsonSink(parts, marks, body.json);
}

function ownHeaders({ runId, place }: Served): string[] {
  const headers = ["x-openclaw-run-id", runId];
  if (!place.ref) return headers;
  headers.push("x-openclaw-served-model", servedModelText(place.ref));
  headers.push("x-openclaw-attempts", String(place.attempts));
  if (place.dropped?.length) headers.push("x-openclaw-dropped", place.dropped.join(", "));
  return headers;
}

const SERVED_MODEL = new WeakMap<ModelRef, string>();

/** Model names may hold any letter; a header holds visible ASCII. */
function servedModelText(ref: ModelRef): string {
  const known = SERVED_MODEL.get(ref);
  if (known !== undefined) return known;
  const text = formatModelRef(ref)
    .toWellFormed()
    .replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent);
  SERVED_MODEL.set(ref, text);
  return text;
}
