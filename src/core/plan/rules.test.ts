// Funding, foresight and the ramp: what each rule promises, and that the scan and the comparator agree.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AuthProfile } from "../credential.ts";
import type { Crossing, Funding } from "../funding.ts";
import { FUNDINGS } from "../funding.ts";
import type { Bar, Health } from "../health.ts";
import { HEALTHY } from "../health.ts";
import type { UsageWindow } from "../usage-window.ts";
import type { Load, Snapshot } from "./candidate.ts";
import { NO_TESTS } from "./candidate.ts";
import { compare } from "./compare.ts";
import { beginsFlat, crosses } from "./crossing.ts";
import { explain } from "./explain.ts";
import { next } from "./next.ts";
import { plan } from "./plan.ts";
import { prepare } from "./prepare.ts";
import { rampAllows } from "./ramp.ts";
import { usable } from "./usable.ts";
import type { PlanRequest } from "./walk.ts";
import { attemptKey, START } from "./walk.ts";

const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

const profile = (id: string, extra: Partial<AuthProfile> = {}): AuthProfile => ({
  id,
  provider: id.split(":")[0]!,
  type: "api_key",
  source: "store",
  owner: "main",
  generation: "g",
  ...extra,
});

const window = (extra: Partial<UsageWindow> = {}): UsageWindow => ({
  label: "5h",
  used: 10,
  limit: 100,
  unit: "percent",
  resetsAt: NOW + HOUR,
  scope: "*",
  source: "headers",
  readAt: NOW - 1000,
  ...extra,
});
const withWindows = (...windows: UsageWindow[]): Health => ({
  ...HEALTHY,
  usage: { windows, source: "headers", readAt: NOW - 1000 },
});

interface Given {
  readonly funding?: Readonly<Record<string, Funding>>;
  readonly profiles: readonly AuthProfile[];
  readonly health?: Readonly<Record<string, Health>>;
  readonly load?: Readonly<Record<string, Partial<Load>>>;
  readonly order?: Readonly<Record<string, readonly string[]>>;
}
const snapshot = ({ profiles, health = {}, load = {}, order = {}, funding = {} }: Given): Snapshot => ({
  profiles,
  funding: new Map(Object.entries(funding)),
  order: new Map(Object.entries(order)),
  health: new Map(Object.entries(health)),
  load: new Map(
    Object.entries(load).map(([id, one]) => [
      id,
      { inFlight: 0, lastStarted: 0, rampFrom: 0, testing: NO_TESTS, ...one },
    ]),
  ),
});

const P = { provider: "p", model: "m1" };
const Q = { provider: "q", model: "m1" };
const order = (given: Given, request: Partial<PlanRequest> = {}): string[] =>
  [...plan(prepare(snapshot(given)), { models: [P], ...request }, NOW)].map(
    ({ candidate }) => candidate.profile.id,
  );
const oauth = (id: string) => profile(id, { type: "oauth" });

test("who will probably refuse comes last, also before one of a lesser type; never before an explicit order", () => {
  const health = { "p:o": withWindows(window({ used: 97 })) };
  const profiles = [oauth("p:o"), profile("p:t", { type: "token" })];
  assert.deepEqual(order({ profiles, health }), ["p:t", "p:o"]);
  assert.deepEqual(order({ profiles, health, order: { p: ["p:o", "p:t"] } }), ["p:o", "p:t"]);
  assert.deepEqual(order({ profiles, health }, { sticky: "p:o" }), ["p:o", "p:t"], "a warm session stays");
  const paid = [oauth("p:o"), profile("p:k")];
  assert.deepEqual(
    order({ profiles: paid, health }),
    ["p:o", "p:k"],
    "what is left of a plan goes before money",
  );
});

test("a window predicts nothing for other models, when it is over, or when calls went through it", () => {
  const profiles = [oauth("p:a"), oauth("p:b")];
  const load = { "p:b": { inFlight: 1 } };
  const first = (one: Partial<UsageWindow>) =>
    order({ profiles, load, health: { "p:a": withWindows(window(one)) } })[0];
  const used = { used: 99, resetsAt: null };
  assert.equal(first(used), "p:b");
  assert.equal(first({ ...used, scope: "*other*" }), "p:a");
  assert.equal(first({ ...used, resetsAt: NOW - 1 }), "p:a");
  assert.equal(first({ ...used, used: 100, exhausted: false }), "p:a");
  assert.equal(first({ ...used, readAt: NOW - HOUR }), "p:a", "an old reading without a reset");
});

test("of equals the one whose plan resets soonest is used first", () => {
  const profiles = [oauth("p:a"), oauth("p:b"), oauth("p:c")];
  const health = {
    "p:a": withWindows(window({ resetsAt: NOW + 5 * HOUR })),
    "p:b": withWindows(window({ resetsAt: NOW + HOUR })),
  };
  assert.deepEqual(order({ profiles, health }), ["p:b", "p:a", "p:c"]);
  assert.deepEqual(order({ profiles, health, order: { p: ["p:c", "p:a"] } }), ["p:c", "p:a"]);
  assert.deepEqual(order({ profiles, health }, { sticky: "p:a" })[0], "p:a");
});

test("what is paid for anyway goes first where no order says otherwise", () => {
  const profiles = [profile("p:a"), profile("p:b"), profile("env:P#1", { provider: "p", source: "env" })];
  const funding = { "p:b": "prepaid", "env:P#1": "subscription" } as const;
  assert.deepEqual(order({ profiles, funding }), ["p:b", "env:P#1", "p:a"]);
  assert.deepEqual(
    order({ profiles, funding }, { sticky: "p:a" })[0],
    "p:b",
    "the funding rule goes before a warm session",
  );
  assert.deepEqual(order({ profiles, funding, order: { p: ["p:a", "p:b"] } }), ["p:a", "p:b"]);
});

test("a call that begins with what costs money crosses nothing", () => {
  const never: Crossing = { closed: "crossing_never" };
  const profiles = [oauth("p:o"), profile("p:k"), profile("q:k")];
  assert.deepEqual(order({ profiles }, { models: [P, Q], crossing: never }), ["p:o"]);
  assert.deepEqual(order({ profiles }, { models: [Q, P], crossing: never }), ["q:k", "p:o", "p:k"]);
  assert.deepEqual(order({ profiles, order: { p: ["p:k", "p:o"] } }, { models: [P, Q], crossing: never }), [
    "p:k",
    "p:o",
    "q:k",
  ]);
  assert.deepEqual(order({ profiles }, { models: [P, Q], crossing: never, pin: "p:k" }), ["p:k", "q:k"]);
  const noneLeft = { profiles: [profile("p:o", { type: "oauth", problem: "login_needed" }), profile("p:k")] };
  assert.deepEqual(order(noneLeft, { crossing: never }), [], "a login that has ended is passed over as well");
  const prepared = prepare(snapshot({ profiles }));
  assert.deepEqual(
    explain(prepared, { models: [P, Q], crossing: { closed: "crossing_budget", until: NOW + 5 } }, NOW),
    [
      { ref: P, profileId: "p:k", code: "crossing_budget", until: NOW + 5 },
      { ref: Q, profileId: "q:k", code: "crossing_budget", until: NOW + 5 },
    ],
  );
});

const arbitraryWindow = fc.record({
  used: fc.constantFrom(10, 96, 100),
  resetsAt: fc.constantFrom(null, NOW - 1, NOW + HOUR, NOW + 2 * HOUR),
  scope: fc.constantFrom("*", "m1", "*m*"),
  exhausted: fc.constantFrom(undefined, false),
});
const RUNNING = { scope: "*", lane: "cooldown", reason: "rate_limit", until: NOW + HOUR } as const;
const BARS = {
  told: { ...RUNNING, since: NOW - HOUR },
  guessed: { ...RUNNING, since: NOW - 30_000, guessed: true },
  "just now": { ...RUNNING, since: NOW - 29_999, guessed: true },
} satisfies Record<string, Bar>;

const arbitraryEntry = fc
  .record({
    name: fc.integer({ min: 0, max: 12 }),
    provider: fc.constantFrom("p", "q"),
    type: fc.constantFrom<AuthProfile["type"]>("oauth", "token", "api_key", "none"),
    source: fc.constantFrom<AuthProfile["source"]>("store", "store", "env", "config"),
    funding: fc.option(fc.constantFrom<Funding>(...FUNDINGS), { nil: undefined }),
    windows: fc.array(arbitraryWindow, { maxLength: 2 }),
    lastUsed: fc.constantFrom(0, 5, 9),
    inFlight: fc.integer({ min: 0, max: 9 }),
    age: fc.constantFrom(undefined, 0, 3000, 60_000),
    barred: fc.constantFrom(undefined, undefined, "told", "guessed", "just now"),
  })
  .map(({ name, provider, type, source, funding, windows, lastUsed, inFlight, age, barred }) => {
    const bars: Bar[] = barred ? [BARS[barred as keyof typeof BARS]] : [];
    const found = windows.map(({ exhausted, ...rest }) =>
      window({ ...rest, ...(exhausted === undefined ? {} : { exhausted }) }),
    );
    return {
      profile: profile(`${provider}:${name}`, { type, source }),
      funding,
      health: { ...withWindows(...found), bars, lastUsed },
      load: { inFlight, rampFrom: age === undefined ? 0 : NOW - age },
    };
  });
const arbitraryGiven = fc
  .uniqueArray(arbitraryEntry, { maxLength: 14, selector: ({ profile: { id } }) => id })
  .chain((entries) => {
    const ids = entries.map((entry) => entry.profile.id).filter((id) => id.startsWith("p:"));
    return fc.option(fc.shuffledSubarray(ids), { nil: undefined, freq: 3 }).map((explicit): Given => ({
      profiles: entries.map((entry) => entry.profile),
      health: Object.fromEntries(entries.map((entry) => [entry.profile.id, entry.health])),
      load: Object.fromEntries(entries.map((entry) => [entry.profile.id, entry.load])),
      funding: Object.fromEntries(
        entries.flatMap((entry) => (entry.funding ? [[entry.profile.id, entry.funding]] : [])),
      ),
      order: explicit ? { p: explicit } : {},
    }));
  });
const arbitraryRequest = fc.record(
  {
    models: fc.shuffledSubarray([P, Q, { provider: "p", model: "m2" }], { minLength: 1 }),
    sticky: fc.constantFrom("p:1", "p:2", "q:3"),
    pin: fc.constantFrom("p:1", "q:3"),
    crossing: fc.constantFrom<Crossing>({}, { closed: "crossing_never" }),
  },
  { requiredKeys: ["models"] },
);

test("property: the scan picks what the comparator puts first, and so on to the last", () => {
  fc.assert(
    fc.property(arbitraryGiven, arbitraryRequest, (given, request) => {
      const prepared = prepare(snapshot(given));
      const walked: string[] = [];
      let resorted = false;
      for (;;) {
        const attempt = next(prepared, request, { ...START, tried: new Set(walked) }, NOW);
        if (!attempt) break;
        const { ref, candidate } = attempt;
        const lastResort = !usable(candidate, ref, NOW);
        assert.ok(lastResort || !resorted, "a guess is tested only when nothing else is left");
        resorted = lastResort;
        const rivals = prepared.candidates
          .get(ref.provider)!
          .filter((one) => usable(one, ref, NOW, lastResort))
          .filter((one) => !walked.includes(attemptKey({ ref, candidate: one })))
          .filter((one) => !(request.crossing?.closed && crosses(prepared, request, one)))
          .filter((one) => ref !== request.models[0] || !request.pin || one.profile.id === request.pin);
        const [best] = rivals.toSorted((a, b) => compare(a, b, request.sticky, ref.model, NOW));
        assert.equal(candidate, best);
        walked.push(attemptKey(attempt));
      }
      assert.deepEqual([...plan(prepared, request, NOW)].map(attemptKey), walked);
    }),
    { numRuns: 1500 },
  );
});

test("property: with `never` no call that begins flat comes to cost money, and each that could have is told", () => {
  fc.assert(
    fc.property(arbitraryGiven, arbitraryRequest, (given, asked) => {
      const request: PlanRequest = { ...asked, crossing: { closed: "crossing_never" } };
      const prepared = prepare(snapshot(given));
      const planned = [...plan(prepared, request, NOW)].map(attemptKey);
      const open = [...plan(prepared, asked.crossing ? { ...asked, crossing: {} } : asked, NOW)];
      const flat = beginsFlat(prepared, request);
      const expected = open.filter(({ candidate }) => !flat || !candidate.metered).map(attemptKey);
      assert.deepEqual(planned, expected);
      const told = explain(prepared, request, NOW)
        .filter(({ code }) => code === "crossing_never")
        .map(({ ref, profileId }) => `${ref.provider}/${ref.model} ${profileId}`);
      for (const attempt of open)
        if (!planned.includes(attemptKey(attempt))) assert.ok(told.includes(attemptKey(attempt)));
    }),
    { numRuns: 1000 },
  );
});

test("property: whatever is foreseen, an explicit order stays exact", () => {
  fc.assert(
    fc.property(arbitraryGiven, arbitraryRequest, (given, { sticky }) => {
      const explicit = given.order?.["p"];
      if (!explicit) return;
      const planned = [
        ...plan(prepare(snapshot(given)), { models: [P], ...(sticky ? { sticky } : {}) }, NOW),
      ];
      for (const free of [true, false]) {
        const places: number[] = planned
          .filter(({ candidate, ref }) => usable(candidate, ref, NOW) === free)
          .map(({ candidate }) => explicit.indexOf(candidate.profile.id));
        assert.deepEqual(
          places,
          places.toSorted((a, b) => a - b),
        );
        assert.ok(!places.includes(-1));
      }
    }),
    { numRuns: 500 },
  );
});

test("property: a profile that is ramped gets calls, and never more than it is allowed while others are free", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 0, max: 80 }),
      fc.integer({ min: 0, max: 25_000 }),
      fc.integer({ min: 1, max: 400 }),
      (others, busy, age, calls) => {
        const ids = Array.from({ length: others }, (_, n) => `p:${n}`);
        const loads = new Map(
          ids.map((id) => [id, { inFlight: busy, lastStarted: NOW, rampFrom: 0, testing: NO_TESTS }]),
        );
        const fresh = { inFlight: 0, lastStarted: 0, rampFrom: NOW - age, testing: NO_TESTS };
        loads.set("p:new", fresh);
        const profiles = [...ids, "p:new"].map(oauth);
        const prepared = prepare({ profiles, order: new Map(), health: new Map(), load: loads });
        for (let n = 0; n < calls; n++) {
          const attempt = next(prepared, { models: [P] }, START, NOW)!;
          const load = loads.get(attempt.candidate.profile.id)!;
          load.inFlight++;
          load.lastStarted = NOW;
        }
        const share = Math.ceil((calls + busy * others) / (others + 1));
        assert.ok(fresh.inFlight <= Math.min(rampAllows(NOW - age, NOW), share));
        assert.ok(fresh.inFlight >= Math.min(rampAllows(NOW - age, NOW), share - 1, calls));
      },
    ),
    { numRuns: 300 },
  );
});
