import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Attempt } from "../../core/plan/walk.ts";
import type { TellLoads } from "./all-loads.ts";
import { AllLoads } from "./all-loads.ts";
import { SharedLoads } from "./shared-loads.ts";

const A = { owner: "main", id: "p:a" };
const NOW = Date.UTC(2026, 10, 21);

/** Two workers and their primary in one process: what is told is heard at once. */
function crew() {
  const primary = new SharedLoads({
    loads: () => {},
    joins: () => {},
    testEnds: () => {},
    mayTest: async () => true,
  });
  const all = new AllLoads((loads) => loads.forEach((load) => primary.hear(load)));
  const worker = () => {
    const tell: TellLoads = (told) => told.forEach((load) => loads.hear(load));
    const loads: SharedLoads = new SharedLoads({
      loads: (told) => all.set(tell, told),
      joins: (one) => all.joins(tell, one),
      testEnds: (one) => all.testEnds(tell, one),
      mayTest: async (one) => all.grants(tell, one),
    });
    for (const load of all.add(tell)) loads.hear(load);
    return { loads, dies: () => all.remove(tell) };
  };
  return { primary, worker };
}

/** An attempt whose bar, of the whole profile, has just ended. */
const onTrial = (loads: SharedLoads): Attempt =>
  ({
    ref: { provider: "p", model: "m" },
    candidate: {
      steady: false,
      load: loads.of(A),
      health: {
        bars: [{ scope: "*", lane: "cooldown", reason: "rate_limit", since: NOW - 2000, until: NOW - 1000 }],
        errorCount: 1,
        failureCounts: {},
      },
    },
  }) as never;

const told = () => new Promise((resolve) => setTimeout(resolve, 30));

describe("loads of several processes", () => {
  test("calls in flight of others count everywhere, and are gone when their worker is", async () => {
    const { primary, worker } = crew();
    const [one, other] = [worker(), worker()];
    for (let n = 0; n < 3; n++) one.loads.callStarts(one.loads.of(A), NOW + n);
    other.loads.callStarts(other.loads.of(A), NOW);
    await told();
    const inFlight = () => [one.loads, other.loads, primary].map((loads) => loads.of(A).inFlight);
    assert.deepEqual(inFlight(), [4, 4, 4]);
    assert.equal(other.loads.of(A).lastStarted, NOW + 2);
    assert.equal(worker().loads.of(A).inFlight, 4, "one that comes later");
    one.loads.callEnds(one.loads.of(A));
    await told();
    assert.deepEqual(inFlight(), [3, 3, 3]);
    one.dies();
    assert.deepEqual(
      [other.loads, primary].map((loads) => loads.of(A).inFlight),
      [1, 1],
    );
  });

  test("one of all may test; the next one may when that is over, or its worker has died", async () => {
    const { worker } = crew();
    const [one, other] = [worker(), worker()];
    const begins = ({ loads }: typeof one) => {
      const attempt = onTrial(loads);
      assert.equal(loads.readyToTest(attempt, NOW), undefined, "it may");
      const scope = "*";
      loads.testStarts(loads.of(A), scope);
      return () => loads.testEnds(loads.of(A), scope);
    };
    await one.loads.readyToTest(onTrial(one.loads), NOW);
    const ends = begins(one);
    assert.deepEqual(other.loads.of(A).testing, ["*"]);
    ends();
    assert.deepEqual(other.loads.of(A).testing, []);

    await other.loads.readyToTest(onTrial(other.loads), NOW);
    begins(other);
    assert.deepEqual(one.loads.of(A).testing, ["*"]);
    other.dies();
    assert.deepEqual(one.loads.of(A).testing, []);
    await one.loads.readyToTest(onTrial(one.loads), NOW);
    begins(one);
  });

  test("of two that ask at once one gets leave", async () => {
    const { worker } = crew();
    const [one, other] = [worker(), worker()];
    const asked = [
      one.loads.readyToTest(onTrial(one.loads), NOW),
      other.loads.readyToTest(onTrial(other.loads), NOW),
    ];
    await Promise.all(asked);
    assert.deepEqual(
      [one, other].map(({ loads }) => loads.of(A).testing.length),
      [0, 1],
    );
  });

  test("leave that nobody uses is given back", async () => {
    const { worker } = crew();
    const [one, other] = [worker(), worker()];
    await one.loads.readyToTest(onTrial(one.loads), NOW);
    await setImmediate();
    await setImmediate();
    assert.deepEqual(other.loads.of(A).testing, []);
    await other.loads.readyToTest(onTrial(other.loads), NOW);
    assert.deepEqual(one.loads.of(A).testing, ["*"]);
  });
});
