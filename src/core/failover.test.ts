import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AuthProfile } from "./credential.ts";
import { decide, pauseBeforeSame } from "./failover.ts";
import type { Failure, FailureKind } from "./failure/failure.ts";
import { settle } from "./health.ts";
import type { ModelRef } from "./model-ref.ts";
import type { Prepared } from "./plan/prepare.ts";
import type { Walk } from "./plan/walk.ts";
import { next } from "./plan/next.ts";
import { prepare, withHealth } from "./plan/prepare.ts";
import { START } from "./plan/walk.ts";

const NOW = 1_800_000_000_000;
const profile = (id: string, source: AuthProfile["source"] = "store"): AuthProfile => ({
  id: source === "env" ? `env:P_API_KEYS#${id.split(":")[1]}` : id,
  provider: id.split(":")[0]!,
  type: "api_key",
  source,
  owner: "main",
  generation: "g",
});
const failureOf = (kind: FailureKind): Failure => ({
  kind,
  scope: kind === "format" || kind === "context_overflow" ? "request" : "model",
  rotateKey: kind === "rate_limit",
  message: kind,
});

/** Walks a plan against an oracle that knows how each profile answers; gives the calls in order. */
function walkThrough(
  profiles: AuthProfile[],
  models: ModelRef[],
  answers: (id: string, model: string) => FailureKind | "ok",
) {
  let prepared: Prepared = prepare({ profiles, order: new Map(), health: new Map() });
  let walk: Walk = START;
  const calls: string[] = [];
  const failures = new Map<string, Failure[]>();
  for (;;) {
    const attempt = next(prepared, { models }, walk, NOW);
    if (!attempt) return { calls, answered: false };
    const { id } = attempt.candidate.profile;
    const { provider, model } = attempt.ref;
    calls.push(`${id} ${model}`);
    const answer = answers(id, `${provider}/${model}`);
    if (answer === "ok") return { calls, answered: true };
    const failure = failureOf(answer);
    const event = { kind: "failure" as const, model, at: NOW, failure };
    prepared = withHealth(prepared, attempt.candidate.profile, settle(attempt.candidate.health, event));
    const name = `${provider}/${model}`;
    failures.set(name, [...(failures.get(name) ?? []), failure]);
    const step = decide(attempt, failure, walk, failures.get(name)!);
    if (step.do === "stop") return { calls, answered: false };
    walk = step.walk;
  }
}

const M = (ref: string): ModelRef => ({ provider: ref.split("/")[0]!, model: ref.split("/")[1]! });
const always = (kind: FailureKind | "ok") => () => kind;

test("one rotation on rate limits, then the fallback; what was skipped comes last", () => {
  const profiles = ["p:a", "p:b", "p:c", "q:a"].map((id) => profile(id));
  const onlyC = (id: string) => (id === "p:c" ? "ok" : "rate_limit");
  assert.deepEqual(walkThrough(profiles, [M("p/m1"), M("q/m1")], onlyC).calls, [
    "p:a m1",
    "p:b m1",
    "q:a m1",
    "p:c m1",
  ]);
});

test("without a fallback every key is tried", () => {
  const profiles = ["p:a", "p:b", "p:c"].map((id) => profile(id));
  assert.deepEqual(walkThrough(profiles, [M("p/m1")], always("rate_limit")).calls, [
    "p:a m1",
    "p:b m1",
    "p:c m1",
  ]);
});

test("auth failures try every key before the fallback", () => {
  const profiles = ["p:a", "p:b", "p:c", "q:a"].map((id) => profile(id));
  const calls = walkThrough(profiles, [M("p/m1"), M("q/m1")], (id) => (id === "q:a" ? "ok" : "auth")).calls;
  assert.deepEqual(calls, ["p:a m1", "p:b m1", "p:c m1", "q:a m1"]);
});

test("a refused payload goes to the fallback model, not to the next key; an overflow goes nowhere", () => {
  const profiles = ["p:a", "p:b", "q:a"].map((id) => profile(id));
  const models = [M("p/m1"), M("q/m1")];
  assert.deepEqual(walkThrough(profiles, models, (id) => (id === "q:a" ? "ok" : "format")).calls, [
    "p:a m1",
    "q:a m1",
  ]);
  assert.deepEqual(walkThrough(profiles, models, always("context_overflow")).calls, ["p:a m1"]);
});

test("inside a list of environment keys only rate limits move to the next one", () => {
  const profiles = [profile("p:a"), profile("p:1", "env"), profile("p:2", "env")];
  const calls = (kind: FailureKind) => walkThrough(profiles, [M("p/m1")], always(kind)).calls;
  assert.deepEqual(calls("rate_limit"), ["p:a m1", "env:P_API_KEYS#1 m1", "env:P_API_KEYS#2 m1"]);
  assert.deepEqual(calls("auth"), ["p:a m1", "env:P_API_KEYS#1 m1"]);
});

test("property: a healthy candidate in the plan is always reached", () => {
  const kinds: FailureKind[] = [
    "rate_limit",
    "overloaded",
    "timeout",
    "server_error",
    "auth",
    "auth_permanent",
    "billing",
    "model_not_found",
    "unknown",
  ];
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom("p:a", "p:b", "p:c", "p:d", "q:a", "q:b", "r:a"), { minLength: 1 }),
      fc.shuffledSubarray(["p/m1", "p/m2", "q/m1", "r/m1"], { minLength: 1 }),
      fc.infiniteStream(fc.constantFrom(...kinds)),
      fc.nat(),
      (names, models, failures, pick) => {
        const profiles = names.map((id) => profile(id));
        const refs = models.map(M);
        const pairs = refs.flatMap((ref) =>
          names
            .filter((id) => id.startsWith(`${ref.provider}:`))
            .map((id) => `${id} ${ref.provider}/${ref.model}`),
        );
        if (pairs.length === 0) return;
        const healthyPair = pairs[pick % pairs.length]!;
        // The healthy profile is healthy for all its models: a bar of one must not hide it.
        const healthy = healthyPair.split(" ")[0]!;
        const answers = (id: string) => (id === healthy ? ("ok" as const) : failures.next().value!);
        assert.ok(walkThrough(profiles, refs, answers).answered, healthyPair);
      },
    ),
    { numRuns: 500 },
  );
});

test("the same credential is asked again only where that can help", () => {
  const failure = (kind: FailureKind, extra: Partial<Failure> = {}): Failure => ({
    ...failureOf(kind),
    ...extra,
  });
  const cases: [string, Failure, number, number, number | undefined][] = [
    ["first pause", failure("server_error"), 0, 30_000, 500],
    ["second pause", failure("server_error"), 1, 30_000, 1000],
    ["never a third", failure("server_error"), 2, 30_000, undefined],
    ["not against the provider's word", failure("overloaded", { noRetry: true }), 0, 30_000, undefined],
    ["not for a wrong key", failure("auth"), 0, 30_000, undefined],
    ["not for a limit without a time", failure("rate_limit"), 0, 30_000, undefined],
    ["as the limit says", failure("rate_limit", { retryAt: NOW + 1500 }), 0, 30_000, 1500],
    [
      "not beyond the client's patience",
      failure("rate_limit", { retryAt: NOW + 60_000 }),
      0,
      30_000,
      undefined,
    ],
  ];
  for (const [name, given, again, patience, expected] of cases) {
    assert.equal(pauseBeforeSame(given, again, patience, NOW), expected, name);
  }
});
