// An answer in one piece, told as the stream that the client asked for: some providers do not stream.
import { randomUUID } from "node:crypto";
import type { RawHeaders, Sink } from "../../access/sink.ts";
import { translatedSink } from "../../access/translated-sink.ts";
import { parseObject } from "../../core/json.ts";
import { TRANSLATORS } from "../../wire/translate/all.ts";
import type { Wire } from "../../wire/wire.ts";

/** @param usage whether the client may be told token counts at the end of its stream */
export function tellAsStream(
  sink: Sink,
  wire: Wire,
  answer: { readonly status: number; readonly headers: RawHeaders; readonly body: Buffer },
  usage: boolean,
): void {
  const { provider, client } = TRANSLATORS[wire.api]!;
  const model = parseObject(answer.body.toString())?.["model"];
  const frame = {
    id: randomUUID(),
    model: typeof model === "string" ? model : "",
    created: Math.floor(Date.now() / 1000),
    usage,
    thinks: true,
  };
  translatedSink(sink, { from: provider, to: client!, frame, tell: (event) => event, stream: true }).whole(
    answer.status,
    answer.headers,
    answer.body,
  );
}
