// Words of the gateway itself, as an answer in the client's protocol.
import type { ServerResponse } from "node:http";
import type { AnswerEvent } from "../../wire/translate/neutral.ts";
import { TRANSLATORS } from "../../wire/translate/all.ts";
import type { Wire } from "../../wire/wire.ts";
import { EVENT_STREAM } from "../sinks/response-sink.ts";

export interface Told {
  readonly runId: string;
  /** as the client named it */
  readonly model: string;
  readonly stream: boolean;
  readonly words: string;
  /** ms since epoch */
  readonly now: number;
}

export function tellWords(response: ServerResponse, wire: Wire, told: Told): void {
  const { runId, model, stream, words, now } = told;
  const client = TRANSLATORS[wire.api]!.client!;
  const frame = { id: runId, model, created: Math.floor(now / 1000), usage: false };
  const events: AnswerEvent[] = [
    { kind: "text", text: words },
    { kind: "finish", reason: "stop", usage: { input: 0, output: 0 } },
  ];
  const own = ["x-openclaw-run-id", runId];
  if (stream) {
    const writer = client.writer(frame);
    response.writeHead(200, [...EVENT_STREAM, ...own]);
    return void response.end(events.map((event) => writer.add(event)).join("") + writer.end());
  }
  const body = JSON.stringify(client.writeAnswer(events, frame));
  const headers = ["content-type", "application/json", "content-length", String(Buffer.byteLength(body))];
  response.writeHead(200, [...headers, ...own]).end(body);
}
