// One JSON object a line, made a stream of events, so that all that follows knows one form.
import { Transform } from "node:stream";

const NEWLINE = 0x0a;
const HEAD = Buffer.from("data: ");
const TAIL = Buffer.from("\n\n");

const eventOf = (line: Buffer): Buffer[] => (line.toString("latin1").trim() === "" ? [] : [HEAD, line, TAIL]);

export function linesToEvents(): Transform {
  let held: Buffer[] = [];
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const events: Buffer[] = [];
      let from = 0;
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        events.push(...eventOf(Buffer.concat([...held, chunk.subarray(from, at)])));
        held = [];
        from = at + 1;
      }
      if (from < chunk.length) held.push(chunk.subarray(from));
      done(null, events.length === 0 ? undefined : Buffer.concat(events));
    },
    flush(done) {
      done(null, Buffer.concat(eventOf(Buffer.concat(held))));
    },
  });
}
