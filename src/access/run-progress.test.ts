// What a run does at the very moment a bar ends: there time passes between two looks at the clock.
import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_ROTATIONS } from "../core/failover.ts";
import type { Failure } from "../core/failure/failure.ts";
import { HEALTHY, WHOLE_PROFILE } from "../core/health.ts";
import type { Load } from "../core/plan/candidate.ts";
import { NO_TESTS } from "../core/plan/candidate.ts";
import { prepare } from "../core/plan/prepare.ts";
import type { LiveAgents } from "./live-agents.ts";
import { RunProgress } from "./run-progress.ts";
import type { Run } from "./run.ts";

const LIMITED: Failure = { kind: "rate_limit", scope: "account", message: "slow down", rotateKey: true };

/** One profile, whose bar runs until `until`; each look at the clock comes a moment later than the last. */
function scene(until: number, guessedSince?: number) {
  let clock = 1000;
  const load: { -readonly [K in keyof Load]: Load[K] } = { inFlight: 0, lastStarted: 0, testing: NO_TESTS };
  const profile = {
    id: "p:a",
    provider: "p",
    type: "api_key",
    source: "store",
    owner: "main",
    generation: "g",
  } as const;
  const common = { scope: WHOLE_PROFILE, lane: "cooldown", reason: "rate_limit", since: 0, until } as const;
  const bar =
    guessedSince === undefined ? common : { ...common, since: guessedSince, guessed: true as const };
  const prepared = prepare({
    profiles: [profile],
    order: new Map(),
    health: new Map([["p:a", { ...HEALTHY, bars: [bar] }]]),
    load: new Map([["p:a", load]]),
  });
  const slept: number[] = [];
  const live = {
    prepared,
    waiting: 0,
    changeWithin: (ms: number) => {
      slept.push(ms);
      clock += ms;
      return Promise.resolve();
    },
  };
  const order = {
    live,
    request: { models: [{ provider: "p", model: "m1" }] },
    sink: {},
    startedAt: 1000,
    patienceMs: 60_000,
  } as unknown as Run;
  const now = () => clock++;
  const progress = new RunProgress(order, {
    now,
    rotations: () => DEFAULT_ROTATIONS,
    agents: {} as LiveAgents,
  });
  return { progress, load, slept, now };
}

test("a bar that ends between the choice and the wait is waited for, not taken for none", async () => {
  const { progress } = scene(1001);
  assert.equal(progress.next(), undefined);
  assert.equal(await progress.waitForChance(), true);
  assert.equal(progress.next()?.candidate.profile.id, "p:a");
});

test("who is to ask the same again waits for another call's test of it", async () => {
  const { progress, load, slept, now } = scene(500);
  const attempt = progress.next()!;
  const retryAt = now() + 100;
  assert.ok(progress.goesOnAfter(attempt, { ...LIMITED, retryAt }));
  load.testing = [WHOLE_PROFILE];
  assert.equal(progress.next(), undefined);
  assert.equal(await progress.waitForChance(), true);
  assert.ok(slept[0]! > 10_000, "for as long as it has patience, or until there is news");
  load.testing = NO_TESTS;
  assert.equal(progress.next()?.candidate.profile.id, "p:a");
});

test("who has nothing else tests a guess of ours before its end, and waits for the moment when it may", async () => {
  const { progress, slept } = scene(300_000, 1000);
  assert.equal(progress.next(), undefined);
  assert.deepEqual(
    progress.leftOut().map(({ bar }) => bar?.until),
    [31_000],
    "that is also what the client is told",
  );
  assert.equal(await progress.waitForChance(), true);
  assert.ok(slept[0]! > 29_000 && slept[0]! <= 30_000, "not five minutes");
  assert.equal(progress.next()?.candidate.profile.id, "p:a");
});
