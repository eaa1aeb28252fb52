import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { followPulse } from "./pulse.ts";

describe("the pulse of a worker", () => {
  test("one that answers is asked again and again", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    let asked = 0;
    const stop = followPulse(
      async () => void asked++,
      () => assert.fail(),
    );
    for (let round = 0; round < 20; round++) {
      t.mock.timers.tick(5000);
      await Promise.resolve();
      await Promise.resolve();
    }
    assert.equal(asked, 20);
    stop();
    t.mock.timers.tick(60_000);
    assert.equal(asked, 20);
  });

  test("one that is late is not taken for dead; silence is told once", async (t) => {
    t.mock.timers.enable({ apis: ["setInterval"] });
    const silences: number[] = [];
    const answers: (() => void)[] = [];
    followPulse(
      () => new Promise<void>((resolve) => answers.push(resolve)),
      (ms) => silences.push(ms),
    );
    for (let round = 0; round < 4; round++) t.mock.timers.tick(5000);
    answers[0]!();
    await Promise.resolve();
    t.mock.timers.tick(5000);
    assert.equal(answers.length, 2);
    for (let round = 0; round < 3; round++) t.mock.timers.tick(5000);
    assert.deepEqual(silences, []);
    for (let round = 0; round < 10; round++) t.mock.timers.tick(5000);
    assert.deepEqual(silences, [20_000]);
  });
});
