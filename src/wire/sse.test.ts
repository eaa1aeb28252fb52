import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { openaiCompletions } from "./openai-completions.ts";
import { findError, WholeFrames } from "./sse.ts";

test("property: however a stream is cut, whole frames come out and nothing is lost", () => {
  const frame = fc
    .tuple(fc.string({ unit: "grapheme" }), fc.constantFrom("\n\n", "\r\n\r\n"))
    .map(([text, end]) => `data: ${text.replaceAll(/[\r\n]/g, " ")}${end}`);
  fc.assert(
    fc.property(
      fc.array(frame, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 30 })),
      fc.string(),
      (frames, cuts, tail) => {
        const half = tail.replaceAll(/[\r\n]/g, " ");
        const bytes = Buffer.from(frames.join("") + half);
        const cutter = new WholeFrames();
        const out: Buffer[] = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = cuts.length === 0 ? bytes.length : cuts[i % cuts.length]!;
          const whole = cutter.add(bytes.subarray(at, at + size));
          if (whole) {
            assert.match(whole.toString("latin1"), /\n\r?\n$/);
            out.push(whole);
          }
          at += size;
        }
        assert.equal(Buffer.concat(out).toString(), frames.join(""));
        assert.equal(cutter.rest()?.toString() ?? "", half);
        assert.equal(cutter.heldBytes, Buffer.byteLength(half));
      },
    ),
    { numRuns: 500 },
  );
});

test("the first frame that tells an error is found, with its place", () => {
  const good = 'data: {"choices":[{"delta":{"content":"a \\"error\\" in words"}}]}\n\n';
  const bad = 'data: {"error":{"message":"no"}}\r\n\r\n';
  const found = findError(Buffer.from(good + bad + good), openaiCompletions);
  assert.deepEqual(found, { at: good.length, error: { error: { message: "no" } } });
  assert.equal(findError(Buffer.from(good + good), openaiCompletions), undefined);
});
