// One JSON object a line, made a stream of events, so that all that follows knows one form.
import { Transform } from "node:stream";

const NEWLINE = 0x0a;
const HEAD = Buffer.from("data: ");
const TAIL = Buffer.from("\n\n");

const eventOf = (line: Buffer): Buffer[] => (line.toString("latin1").trim() === "" ? [] : [HEAD, line, TAIL]);

/** No line comes near this size. */
const LARGEST_LINE_BYTES = 16 * 1024 * 1024;

export function linesToEvents(): Transform {
  let held: Buffer[] = [];
  let heldBytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const events: Buffer[] = [];
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        events.push(...eventOf(Buffer.concat([...held, chunk.subarray(from, at)])));
        held = [];
        heldBytes = 0;
        from = at + 1;
      }
      if (from < chunk.length) held.push(chunk.subarray(from));
      heldBytes += chunk.length - from;
      if (heldBytes > LARGEST_LINE_BYTES)
        return done(new Error(`A line of the stream is larger than ${LARGEST_LINE_BYTES} bytes.`));
      done(null, events.length === 0 ? undefined : Buffer.concat(events));
    },
    flush(done) {
      done(null, Buffer.concat(eventOf(Buffer.concat(held))));
    },
  });
}
