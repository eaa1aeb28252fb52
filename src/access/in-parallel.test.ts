import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { test } from "node:test";
import { inParallel } from "./in-parallel.ts";

test("at most so many at once, each once, results in order", async () => {
  for (const width of [1, 3, 10]) {
    let running = 0;
    let most = 0;
    const results = await inParallel([5, 1, 4, 2, 3], width, async (turns, index) => {
      most = Math.max(most, ++running);
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      running--;
      return `${index}:${turns}`;
    });
    assert.deepEqual(results, ["0:5", "1:1", "2:4", "3:2", "4:3"]);
    assert.equal(most, Math.min(width, 5));
  }
});

test("nothing to do", async () => {
  assert.deepEqual(await inParallel([], 4, async () => 1), []);
});

test("what one throws, all throw", async () => {
  const failing = inParallel([1, 2], 2, async (n) => {
    if (n === 2) throw new Error("two");
  });
  await assert.rejects(failing, /two/);
});
