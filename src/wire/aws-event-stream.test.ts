// The frames are made, and their bounds moved, by AWS's own codec and by a hostile hand.
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { describe, test } from "node:test";
import { EventStreamCodec } from "@smithy/eventstream-codec";
import { createParser } from "eventsource-parser";
import fc from "fast-check";
import { eventStreamToEvents } from "./aws-event-stream.ts";

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes).toString("utf8"),
  (text) => Buffer.from(text, "utf8"),
);

type Headers = Parameters<typeof codec.encode>[0]["headers"];

const texts = (headers: Record<string, string>): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { type: "string", value }]));

const frame = (headers: Headers, body: string): Buffer =>
  Buffer.from(codec.encode({ headers, body: Buffer.from(body) }));

const event = (name: string, value: unknown): Buffer =>
  frame(texts({ ":event-type": name, ":message-type": "event" }), JSON.stringify(value));

async function eventsOf(bytes: Buffer, cuts: readonly number[] = []) {
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  const chunks = ends
    .map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
    .filter(({ length }) => length > 0);
  const events: { event: string | undefined; data: string }[] = [];
  const parser = createParser({ onEvent: ({ event: name, data }) => events.push({ event: name, data }) });
  for await (const chunk of Readable.from(chunks).pipe(eventStreamToEvents())) parser.feed(String(chunk));
  return events;
}

describe("AWS's event stream", () => {
  test("says what was framed, wherever it is cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.stringMatching(/^[a-zA-Z]{1,40}$/), fc.json()), { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        async (told, cuts) => {
          const bytes = Buffer.concat(told.map(([name, json]) => event(name, JSON.parse(json))));
          const expected = told.map(([name, json]) => ({
            event: name,
            data: JSON.stringify(JSON.parse(json)),
          }));
          assert.deepEqual(await eventsOf(bytes, cuts), expected);
        },
      ),
      { numRuns: 200 },
    );
  });

  test("headers of every kind are passed over", async () => {
    const headers: Headers = {
      yes: { type: "boolean", value: true },
      no: { type: "boolean", value: false },
      byte: { type: "byte", value: 1 },
      short: { type: "short", value: 2 },
      integer: { type: "integer", value: 3 },
      binary: { type: "binary", value: Buffer.from("x\ny") },
      at: { type: "timestamp", value: new Date(0) },
      uuid: { type: "uuid", value: "00000000-0000-0000-0000-000000000000" },
      ...texts({ ":message-type": "event", ":event-type": "messageStop" }),
    };
    assert.deepEqual(await eventsOf(frame(headers, "{}")), [{ event: "messageStop", data: "{}" }]);
  });

  test("an exception and an error become the event that tells one", async () => {
    const exception = texts({ ":message-type": "exception", ":exception-type": "throttlingException" });
    const error = texts({ ":message-type": "error", ":error-code": "Odd", ":error-message": "No." });
    const bytes = [
      frame(exception, '{"message":"Too many tokens"}'),
      frame(exception, "slow down"),
      frame(error, ""),
    ];
    assert.deepEqual(
      (await eventsOf(Buffer.concat(bytes))).map(({ event: name, data }) => [name, JSON.parse(data)]),
      [
        ["exception", { throttlingException: { message: "Too many tokens" } }],
        ["exception", { throttlingException: { message: "slow down" } }],
        ["exception", { code: "Odd", message: "No." }],
      ],
    );
  });

  test("JSON on several lines stays one event", async () => {
    const headers = texts({ ":message-type": "event", ":event-type": "metadata" });
    const [told] = await eventsOf(frame(headers, '{\r\n"a": "b\\n"\n}'));
    assert.deepEqual(JSON.parse(told!.data), { a: "b\n" });
  });

  test("a byte that was changed breaks the stream, and so does a missing one", async () => {
    const bytes = event("contentBlockDelta", { delta: { text: "Hello" } });
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0x10;
      await assert.rejects(eventsOf(changed), /broken/, `byte ${at}`);
      if (at > 0) await assert.rejects(eventsOf(bytes.subarray(0, at)), /cut inside a frame/);
    }
  });
});
