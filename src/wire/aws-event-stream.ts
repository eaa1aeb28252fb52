// AWS's event stream made a stream of server-sent events, so that all that follows knows one form. A frame is
// length, length of headers, CRC, headers, payload, CRC (Amazon's public description of the vnd.amazon.eventstream
// encoding); an exception becomes an event of that name.
import { Transform } from "node:stream";
import { crc32 } from "node:zlib";

const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;
/** What the encoding allows. */
const LARGEST_FRAME_BYTES = 24 * 1024 * 1024;

/** The event that tells an error. */
export const EXCEPTION = "exception";

export function eventStreamToEvents(): Transform {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let wanted = PRELUDE_BYTES;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes < wanted) return done();
      const bytes = held.length === 1 ? chunk : Buffer.concat(held);
      try {
        const { events, used } = wholeFrames(bytes);
        const rest = bytes.subarray(used);
        held = rest.length === 0 ? [] : [rest];
        heldBytes = rest.length;
        wanted = rest.length < PRELUDE_BYTES ? PRELUDE_BYTES : frameLength(rest, 0);
        done(null, events.length === 0 ? undefined : Buffer.concat(events));
      } catch (error) {
        done(error as Error);
      }
    },
    flush(done) {
      done(heldBytes === 0 ? null : new Error("The event stream was cut inside a frame."));
    },
  });
}

/** @throws Error for bytes that are no frame */
function wholeFrames(bytes: Buffer): { events: Buffer[]; used: number } {
  const events: Buffer[] = [];
  let used = 0;
  while (bytes.length - used >= PRELUDE_BYTES) {
    const end = used + frameLength(bytes, used);
    if (end > bytes.length) break;
    events.push(eventOf(bytes.subarray(used, end)));
    used = end;
  }
  return { events, used };
}

/** Checked before it is believed: a broken length would be waited for. */
function frameLength(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at);
  const headers = bytes.readUInt32BE(at + 4);
  if (crc32(bytes.subarray(at, at + 8)) !== bytes.readUInt32BE(at + 8))
    throw new Error("The event stream is broken: the checksum of a frame's beginning is wrong.");
  if (length > LARGEST_FRAME_BYTES || length < PRELUDE_BYTES + headers + CRC_BYTES)
    throw new Error(`The event stream is broken: a frame of ${length} bytes.`);
  return length;
}

function eventOf(frame: Buffer): Buffer {
  const end = frame.length - CRC_BYTES;
  if (crc32(frame.subarray(0, end)) !== frame.readUInt32BE(end))
    throw new Error("The event stream is broken: the checksum of a frame is wrong.");
  const payloadAt = PRELUDE_BYTES + frame.readUInt32BE(4);
  const headers = textHeaders(frame.subarray(PRELUDE_BYTES, payloadAt));
  const payload = frame.subarray(payloadAt, end);
  switch (headers.get(":message-type")) {
    case "exception":
      return told(EXCEPTION, exceptionOf(headers.get(":exception-type") ?? "unknown", payload));
    case "error":
      return told(EXCEPTION, errorOf(headers));
    default:
      return told(headers.get(":event-type") ?? "message", onOneLine(payload));
  }
}

/** Named as the failure tables know it: `{"throttlingException": {"message": …}}`. */
const exceptionOf = (name: string, payload: Buffer): Buffer =>
  Buffer.from(JSON.stringify({ [name]: jsonOr(payload) }));

const errorOf = (headers: ReadonlyMap<string, string>): Buffer =>
  Buffer.from(JSON.stringify({ code: headers.get(":error-code"), message: headers.get(":error-message") }));

function jsonOr(payload: Buffer): object {
  const text = payload.toString();
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Its words are all that there is.
  }
  return { message: text };
}

/** The name comes last: there it is found in the end of a stream, however long the data is. */
const told = (name: string, data: Buffer): Buffer =>
  Buffer.concat([DATA, data, Buffer.from(`\nevent: ${name.replaceAll(/[\r\n]/g, " ")}\n\n`)]);

const DATA = Buffer.from("data: ");
const LINE_ENDS = [0x0a, 0x0d];

/** A line's end in JSON is white space: in text it is escaped. */
function onOneLine(json: Buffer): Buffer {
  if (!LINE_ENDS.some((end) => json.includes(end))) return json;
  return Buffer.from(json.map((byte) => (LINE_ENDS.includes(byte) ? 0x20 : byte)));
}

const TEXT = 7;
const BYTES = 6;
/** Bytes of a header's value by its type; texts and byte strings say their own. */
const FIXED: readonly number[] = [0, 0, 1, 2, 4, 8, -1, -1, 8, 16];

function textHeaders(bytes: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at < bytes.length;) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const type = bytes.readUInt8(nameEnd);
    const isSized = type === TEXT || type === BYTES;
    const start = nameEnd + 1 + (isSized ? 2 : 0);
    const length = isSized ? bytes.readUInt16BE(nameEnd + 1) : FIXED[type];
    if (length === undefined || start + length > bytes.length)
      throw new Error("The event stream is broken: a header of a frame.");
    if (type === TEXT)
      headers.set(bytes.toString("utf8", at + 1, nameEnd), bytes.toString("utf8", start, start + length));
    at = start + length;
  }
  return headers;
}
