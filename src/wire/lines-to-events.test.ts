import assert from "node:assert/strict";
import { test } from "node:test";
import { linesToEvents } from "./lines-to-events.ts";

test("lines become events, wherever they are cut", async () => {
  const events = linesToEvents();
  for (const piece of ['{"a"', ":1}\n\n", '{"b":2}\r\n{"c"', ":3}"]) events.write(piece);
  events.end();
  const text = (await events.toArray()).join("");
  assert.equal(text.replaceAll("\r", ""), 'data: {"a":1}\n\ndata: {"b":2}\n\ndata: {"c":3}\n\n');
});

test("a line without an end is not waited for", async () => {
  const events = linesToEvents();
  const mebibyte = Buffer.alloc(1024 * 1024, "x");
  for (let i = 0; i < 17; i++) events.write(mebibyte);
  await assert.rejects(events.toArray(), /line of the stream is larger than 16777216 bytes/);
});
