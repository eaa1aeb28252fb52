import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { test } from "node:test";
import { inTurn } from "./turn.ts";

test("eight at once, in the order they came, also when some fail", async () => {
  let running = 0;
  let most = 0;
  const begun: number[] = [];
  const work = (n: number) => async () => {
    begun.push(n);
    most = Math.max(most, ++running);
    await setImmediate();
    running--;
    if (n % 3 === 0) throw new Error("no");
    return n;
  };
  const numbers = Array.from({ length: 30 }, (_, n) => n);
  const settled = await Promise.allSettled(numbers.map((n) => inTurn(work(n))));
  assert.equal(most, 8);
  assert.deepEqual(begun, numbers);
  assert.equal(settled.filter(({ status }) => status === "fulfilled").length, 20);
  assert.equal(await inTurn(work(1)), 1, "and there is room again");
});
