import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AuthProfile } from "../credential.ts";
import { eligibility } from "../credential.ts";
import type { Bar, Health } from "../health.ts";
import { barredBy, HEALTHY, WHOLE_PROFILE } from "../health.ts";
import type { Load, Snapshot } from "./candidate.ts";
import type { Prepared } from "./prepare.ts";
import { NO_TESTS } from "./candidate.ts";
import { explain } from "./explain.ts";
import { next } from "./next.ts";
import { plan } from "./plan.ts";
import { prepare, withHealth } from "./prepare.ts";
import { testScope } from "./usable.ts";
import { attemptKey, START } from "./walk.ts";

const NOW = 1_000_000;
const profile = (id: string, extra: Partial<AuthProfile> = {}): AuthProfile => ({
  id,
  provider: id.split(":")[0]!,
  type: "api_key",
  source: "store",
  owner: "main",
  generation: "g",
  ...extra,
});
const health = (extra: Partial<Health>): Health => ({ ...HEALTHY, ...extra });
const bar = (scope: string, until: number): Bar => ({
  scope,
  lane: "cooldown",
  reason: "rate_limit",
  since: 0,
  until,
});
const snapshot = (profiles: AuthProfile[], extra: Partial<Snapshot> = {}): Snapshot => ({
  profiles,
  order: new Map(),
  health: new Map(),
  ...extra,
});
const P_M1 = { provider: "p", model: "m1" };
const Q_M1 = { provider: "q", model: "m1" };
const ids = (prepared: Prepared, request: Parameters<typeof plan>[1]) =>
  [...plan(prepared, request, NOW)].map(({ ref, candidate }) => `${candidate.profile.id} ${ref.model}`);

test("the comparator, rule by rule", () => {
  const used = (lastUsed: number) => health({ lastUsed });
  const loads = (entries: Record<string, number>) =>
    new Map(
      Object.entries(entries).map(([id, inFlight]): [string, Load] => [
        id,
        { inFlight, lastStarted: 0, testing: NO_TESTS },
      ]),
    );
  const cases: [string, Snapshot, Partial<Parameters<typeof plan>[1]>, string[]][] = [
    [
      "oldest last use first",
      snapshot([profile("p:a"), profile("p:b")], { health: new Map([["p:a", used(5)]]) }),
      {},
      ["p:b", "p:a"],
    ],
    [
      "fewest in flight before last use",
      snapshot([profile("p:a"), profile("p:b")], {
        health: new Map([["p:b", used(5)]]),
        load: loads({ "p:a": 1 }),
      }),
      {},
      ["p:b", "p:a"],
    ],
    [
      "type before load",
      snapshot([profile("p:k"), profile("p:t", { type: "token" }), profile("p:o", { type: "oauth" })], {
        load: loads({ "p:o": 9 }),
      }),
      {},
      ["p:o", "p:t", "p:k"],
    ],
    [
      "sticky before type",
      snapshot([profile("p:t", { type: "token" }), profile("p:o", { type: "oauth" })]),
      { sticky: "p:t" },
      ["p:t", "p:o"],
    ],
    [
      "explicit order before sticky, and exact",
      snapshot([profile("p:a"), profile("p:b"), profile("p:c")], { order: new Map([["p", ["p:c", "p:a"]]]) }),
      { sticky: "p:a" },
      ["p:c", "p:a"],
    ],
    [
      "environment keys in their order after stored ones",
      snapshot(
        [
          profile("env:P_API_KEYS#1", { provider: "p", source: "env" }),
          profile("env:P_API_KEYS#2", { provider: "p", source: "env" }),
          profile("config:p", { provider: "p", source: "config" }),
          profile("p:a"),
        ],
        { health: new Map([["env:P_API_KEYS#1", used(9)]]) },
      ),
      {},
      ["p:a", "env:P_API_KEYS#1", "env:P_API_KEYS#2", "config:p"],
    ],
    ["a pin is strict", snapshot([profile("p:a"), profile("p:b")]), { pin: "p:b" }, ["p:b"]],
    ["ids decide the rest", snapshot([profile("p:b"), profile("p:a")]), {}, ["p:a", "p:b"]],
  ];
  for (const [name, given, request, expected] of cases) {
    const seen = ids(prepare(given), { models: [P_M1], ...request }).map((text) => text.split(" ")[0]);
    assert.deepEqual(seen, expected, name);
  }
});

test("a bar of one model leaves its sibling free", () => {
  const prepared = prepare(
    snapshot([profile("p:a")], { health: new Map([["p:a", health({ bars: [bar("m1", NOW + 1)] })]]) }),
  );
  assert.deepEqual(ids(prepared, { models: [P_M1, { provider: "p", model: "m2" }] }), ["p:a m2"]);
});

test("1,000 profiles are planned without a profile being lost", () => {
  const prepared = prepare(snapshot(Array.from({ length: 1000 }, (_, i) => profile(`p:${i}`))));
  assert.equal(new Set(ids(prepared, { models: [P_M1] })).size, 1000);
});

const arbitraryProfile = fc
  .record({
    name: fc.integer({ min: 0, max: 30 }),
    provider: fc.constantFrom("p", "q"),
    type: fc.constantFrom<AuthProfile["type"]>("oauth", "token", "api_key"),
    source: fc.constantFrom<AuthProfile["source"]>("store", "env", "config"),
    expiresAt: fc.option(fc.integer({ min: NOW - 5, max: NOW + 5 }), { nil: undefined }),
    problem: fc.option(fc.constant("missing_credential" as const), { nil: undefined, freq: 5 }),
    bars: fc.array(
      fc.record({
        scope: fc.constantFrom(WHOLE_PROFILE, "m1", "m2"),
        until: fc.integer({ min: NOW - 3, max: NOW + 3 }),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ name, provider, type, source, expiresAt, problem, bars }) => ({
    profile: profile(`${provider}:${name}`, {
      type,
      source,
      ...(expiresAt ? { expiresAt } : {}),
      ...(problem ? { problem } : {}),
    }),
    health: health({ bars: bars.map(({ scope, until }) => bar(scope, until)) }),
  }));

const arbitrarySnapshot = fc
  .uniqueArray(arbitraryProfile, { maxLength: 20, selector: ({ profile: { id } }) => id })
  .chain((entries) =>
    fc
      .option(
        fc.shuffledSubarray(
          entries.filter((entry) => entry.profile.provider === "p").map((entry) => entry.profile.id),
        ),
        { nil: undefined },
      )
      .map((order) =>
        snapshot(
          entries.map((entry) => entry.profile),
          {
            order: new Map(order ? [["p", order]] : []),
            health: new Map(entries.map((entry) => [entry.profile.id, entry.health])),
          },
        ),
      ),
  );
const arbitraryModels = fc.shuffledSubarray([P_M1, Q_M1, { provider: "p", model: "m2" }], { minLength: 1 });

test("property: the plan is a permutation of the eligible, and the rest is explained", () => {
  fc.assert(
    fc.property(arbitrarySnapshot, arbitraryModels, (given, models) => {
      const prepared = prepare(given);
      const planned = [...plan(prepared, { models }, NOW)].map(
        ({ ref, candidate }) => `${candidate.profile.id} ${ref.provider}/${ref.model}`,
      );
      const free = models.flatMap((ref) =>
        given.profiles
          .filter(
            (entry) =>
              entry.provider === ref.provider && (given.order.get(ref.provider)?.includes(entry.id) ?? true),
          )
          .filter(
            (entry) =>
              eligibility(entry, NOW) === "ok" && !barredBy(given.health.get(entry.id)!, ref.model, NOW),
          )
          .map((entry) => `${entry.id} ${ref.provider}/${ref.model}`),
      );
      assert.deepEqual([...planned].toSorted(), [...free].toSorted());
      const explained = explain(prepared, { models }, NOW).map(
        ({ ref, profileId }) => `${profileId} ${ref.provider}/${ref.model}`,
      );
      const all = models.flatMap((ref) =>
        given.profiles
          .filter((entry) => entry.provider === ref.provider)
          .map((entry) => `${entry.id} ${ref.provider}/${ref.model}`),
      );
      assert.deepEqual([...planned, ...explained].toSorted(), [...all].toSorted());
    }),
    { numRuns: 500 },
  );
});

test("property: models come in the order asked for, and an explicit order is kept exactly", () => {
  fc.assert(
    fc.property(
      arbitrarySnapshot,
      arbitraryModels,
      fc.option(fc.constantFrom("p:1", "p:2", "q:3"), { nil: undefined }),
      (given, models, sticky) => {
        const planned = [...plan(prepare(given), { models, ...(sticky ? { sticky } : {}) }, NOW)];
        const places = planned.map(({ ref }) => models.indexOf(ref));
        assert.deepEqual(
          places,
          [...places].toSorted((a, b) => a - b),
        );
        const order = given.order.get("p");
        if (!order) return;
        const first = planned
          .filter(({ ref }) => ref === models.find((model) => model.provider === "p"))
          .map(({ candidate }) => order.indexOf(candidate.profile.id));
        assert.deepEqual(
          first,
          [...first].toSorted((a, b) => a - b),
        );
      },
    ),
  );
});

test("property: the plan is what a run would do, one failure after another", () => {
  fc.assert(
    fc.property(
      arbitrarySnapshot,
      arbitraryModels,
      fc.option(fc.constantFrom("p:1", "p:2", "q:3"), { nil: undefined }),
      (given, models, sticky) => {
        const prepared = prepare(given);
        const request = { models, ...(sticky ? { sticky } : {}) };
        const walked: string[] = [];
        let walk = START;
        for (
          let attempt = next(prepared, request, walk, NOW);
          attempt;
          attempt = next(prepared, request, walk, NOW)
        ) {
          walked.push(attemptKey(attempt));
          walk = { ...walk, tried: new Set(walked) };
        }
        assert.deepEqual([...plan(prepared, request, NOW)].map(attemptKey), walked);
      },
    ),
    { numRuns: 500 },
  );
});

test("withHealth replaces one profile's health and nothing else", () => {
  const before = prepare(snapshot([profile("p:a"), profile("p:b")]));
  const barred = health({ bars: [bar(WHOLE_PROFILE, NOW + 1)] });
  assert.deepEqual(ids(withHealth(before, profile("p:a"), barred), { models: [P_M1] }), ["p:b m1"]);
  assert.deepEqual(ids(before, { models: [P_M1] }), ["p:a m1", "p:b m1"]);
  assert.equal(withHealth(before, profile("z:none"), barred), before);
});

test("after a bar one call tests the profile; the others go elsewhere, or join when they waited long enough", () => {
  const sick = health({ bars: [bar(WHOLE_PROFILE, NOW - 1)] });
  const under = (testing: string[]) =>
    prepare(
      snapshot([profile("p:a"), profile("p:b")], {
        order: new Map([["p", ["p:a", "p:b"]]]),
        health: new Map([["p:a", sick]]),
        load: new Map([["p:a", { inFlight: testing.length, lastStarted: 0, testing }]]),
      }),
    );
  const request = { models: [P_M1] };
  const first = (prepared: Prepared, more = {}) =>
    next(prepared, { ...request, ...more }, START, NOW)?.candidate.profile.id;
  const free = under([]);
  assert.equal(first(free), "p:a");
  const [candidate] = free.candidates.get("p")!;
  assert.equal(testScope(candidate!, P_M1, NOW), WHOLE_PROFILE);
  const tested = under([WHOLE_PROFILE]);
  assert.equal(first(tested), "p:b");
  assert.equal(first(tested, { sticky: "p:a" }), "p:b", "stickiness is no gate");
  assert.equal(first(tested, { joinsTests: true }), "p:a");
  assert.deepEqual(
    explain(tested, request, NOW).map(({ profileId, code }) => [profileId, code]),
    [["p:a", "testing"]],
  );
  const proved = withHealth(tested, candidate!.profile, HEALTHY);
  assert.equal(first(proved), "p:a", "its answer has begun: the test need not be over");
});

test("a model on trial keeps back nobody who asks another model", () => {
  const prepared = prepare(
    snapshot([profile("p:a")], {
      health: new Map([["p:a", health({ bars: [bar("m1", NOW - 1)] })]]),
      load: new Map([["p:a", { inFlight: 1, lastStarted: 0, testing: ["m1"] }]]),
    }),
  );
  assert.equal(next(prepared, { models: [P_M1] }, START, NOW), undefined);
  assert.ok(next(prepared, { models: [{ provider: "p", model: "m2" }] }, START, NOW));
});
