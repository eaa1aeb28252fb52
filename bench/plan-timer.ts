// Times `plan`'s first attempt in a process of its own, all cases mixed as a gateway meets them.
import type { AuthProfile } from "../src/core/credential.ts";
import type { Health } from "../src/core/health.ts";
import { HEALTHY } from "../src/core/health.ts";
import type { Prepared } from "../src/core/plan/prepare.ts";
import type { PlanRequest } from "../src/core/plan/walk.ts";
import { plan } from "../src/core/plan/plan.ts";
import { prepare } from "../src/core/plan/prepare.ts";
import type { PlanTime } from "./measures/plan.ts";
import { median } from "./stats.ts";

const PROFILES = 1_000;
const NOW = 1_800_000_000_000;
const REPEATS = 200;
const SAMPLES = 51;

const ids = Array.from({ length: PROFILES }, (_, n) => `bench:key${n}`);
const profiles = ids.map((id): AuthProfile => ({
  id,
  provider: "bench",
  type: "api_key",
  source: "store",
  owner: "main",
  generation: `of ${id}`,
}));

/** Used at different times, in no order that a list would have by itself. */
const usedBefore = (_: string, n: number): Health => ({
  ...HEALTHY,
  lastUsed: NOW - 1_000 * ((n * 7_919) % PROFILES),
});
const barred = (id: string, n: number): Health =>
  n % 10 === 3
    ? usedBefore(id, n)
    : {
        ...usedBefore(id, n),
        bars: [{ scope: "*", lane: "cooldown", reason: "rate_limit", since: NOW - 1, until: NOW + 30_000 }],
      };

function preparedWith(healthOf: (id: string, n: number) => Health, order?: readonly string[]): Prepared {
  return prepare({
    profiles,
    order: new Map(order ? [["bench", order]] : []),
    health: new Map(ids.map((id, n) => [id, healthOf(id, n)])),
  });
}

const used = preparedWith(usedBefore);
const models = [{ provider: "bench", model: "m1" }];
const CASES: readonly { label: string; prepared: Prepared; request: PlanRequest }[] = [
  { label: "by last use", prepared: used, request: { models } },
  { label: "all unused", prepared: preparedWith(() => HEALTHY), request: { models } },
  { label: "sticky session", prepared: used, request: { models, sticky: ids[500]! } },
  { label: "explicit order", prepared: preparedWith(usedBefore, ids.toReversed()), request: { models } },
  { label: "nine of ten cooling", prepared: preparedWith(barred), request: { models } },
];

function time(one: (typeof CASES)[number]): number {
  const startedAt = performance.now();
  for (let n = 0; n < REPEATS; n++) plan(one.prepared, one.request, NOW).next();
  return ((performance.now() - startedAt) / REPEATS) * 1000;
}

const samples = CASES.map((): number[] => []);
for (let sample = -SAMPLES; sample < SAMPLES; sample++)
  for (const [index, one] of CASES.entries()) {
    const microseconds = time(one);
    if (sample >= 0) samples[index]!.push(microseconds);
  }
process.send!(CASES.map(({ label }, n): PlanTime => ({ label, microseconds: median(samples[n]!) })));
