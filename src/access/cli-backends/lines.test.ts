import assert from "node:assert/strict";
import { test } from "node:test";
import { Lines } from "./lines.ts";

test("lines come whole, however their bytes came", () => {
  const text = 'é1\r\n\n{"ü":"😀"}\nlast ✓';
  for (const size of [1, 2, 3, 7, 1000]) {
    const bytes = Buffer.from(text);
    const lines = new Lines();
    const told: string[] = [];
    for (let at = 0; at < bytes.length; at += size) told.push(...lines.add(bytes.subarray(at, at + size)));
    assert.deepEqual([...told, lines.end()], text.split("\n"));
  }
});

test("half a letter at the end, and bytes that are no letters", () => {
  const lines = new Lines();
  assert.deepEqual([...lines.add(Buffer.from([0xff, 0x0a, 0xe2, 0x82]))], ["\ufffd"]);
  assert.match(lines.end(), /\ufffd/);
  assert.equal(lines.end(), "");
});
