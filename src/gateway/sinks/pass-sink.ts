// Pass-through: the provider's bytes, untouched.
import type { RawHeaders } from "../../access/sink.ts";
import { tellAsStream } from "./as-stream.ts";
import type { TimedRefusal } from "../calls/refusals.ts";
import { ResponseSink } from "./response-sink.ts";

const OPENING_BYTES = 4096;
const ONE_WRITE_BYTES = 16 * 1024;

export class PassSink extends ResponseSink {
  #first: Buffer | undefined;

  open(status: number, headers: RawHeaders, framed: boolean): void {
    this.begin();
    this.shown = true;
    this.framed = framed || this.started;
    if (!this.started) this.response.writeHead(status, [...headers, ...this.own()]);
  }
  write(chunk: Buffer): boolean {
    this.#first ??= chunk;
    return this.response.write(chunk);
  }
  whole(status: number, headers: RawHeaders, body: Buffer): void {
    // Comments were sent meanwhile: JSON would be no event.
    if (this.started) return tellAsStream(this, this.wire, { status, headers, body }, false);
    const sized = headers.includes("content-length")
      ? headers
      : [...headers, "content-length", String(body.length)];
    this.open(status, sized, false);
    // As text of one byte per letter a small body leaves in one write with its headers; the bytes are the same.
    if (body.length <= ONE_WRITE_BYTES) this.response.end(body.toString("latin1"), "latin1");
    else this.response.end(body);
  }
  override refuse(refusal: TimedRefusal): void {
    this.opening = this.#first?.toString("utf8", 0, OPENING_BYTES) ?? "";
    super.refuse(refusal);
  }
  end(): void {
    this.response.end();
  }
}
