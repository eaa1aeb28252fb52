// A receipt holds enough to decide again: whatever was picked is picked from it once more.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import type { AuthProfile } from "../credential.ts";
import type { Bar, Health } from "../health.ts";
import { FUNDINGS } from "../funding.ts";
import { HEALTHY } from "../health.ts";
import { formatModelRef } from "../model-ref.ts";
import type { Load, Snapshot } from "../plan/candidate.ts";
import { explain } from "../plan/explain.ts";
import { next } from "../plan/next.ts";
import { plan } from "../plan/plan.ts";
import { prepare } from "../plan/prepare.ts";
import type { Attempt, PlanRequest } from "../plan/walk.ts";
import { START } from "../plan/walk.ts";
import type { Receipt } from "../receipt.ts";
import type { UsageReading } from "../usage-window.ts";
import {
  candidateRecord,
  countLeftOver,
  keptCandidates,
  loadOf,
  MOST_CANDIDATES,
  omittedRecords,
} from "./record.ts";
import { decisionOf } from "./replay.ts";
import { whatIf } from "./what-if.ts";

const NOW = 1_000_000;
const BEGUN = NOW - 40;

/** What the gateway keeps of a run that began with `picked`, as it comes back from disk. */
function receiptOf(given: Snapshot, request: PlanRequest, picked: Attempt | undefined): Receipt {
  const prepared = prepare(given);
  const kept = keptCandidates(prepared, request, picked?.candidate.profile.id);
  const omitted = omittedRecords(prepared, given, request, MOST_CANDIDATES - kept.length);
  const more = countLeftOver(prepared, request, kept.length);
  const { joinsTests: _, crossing, sticky, ...asked } = request;
  const receipt: Receipt = {
    runId: "r",
    at: BEGUN,
    agent: "main",
    protocol: "openai-completions",
    requested: "x",
    ...asked,
    ...(sticky === undefined ? {} : { sticky }),
    ...(crossing?.closed === undefined ? {} : { crossingClosed: crossing }),
    models: request.models.map(formatModelRef),
    outcome: picked ? "ok" : "failed",
    status: 200,
    durationMs: 50,
    attempts: picked
      ? [
          {
            model: formatModelRef(picked.ref),
            profileId: picked.candidate.profile.id,
            startedMs: NOW - BEGUN,
            endedMs: 50,
            outcome: "ok",
          },
        ]
      : [],
    ...(picked ? {} : { decidedMs: NOW - BEGUN }),
    candidates: kept.map((candidate) => candidateRecord(candidate, request)),
    ...(more === 0 ? {} : { more }),
    ...(omitted.length === 0 ? {} : { omitted }),
    load: loadOf(kept, NOW - 60_000),
    leftOut: explain(prepared, request, NOW),
  };
  return JSON.parse(JSON.stringify(receipt)) as Receipt;
}

const MODELS = [
  { provider: "p", model: "m1" },
  { provider: "q", model: "m1" },
  { provider: "p", model: "m2/with slash" },
];
const SCOPES = ["*", "m1", "m2/with slash", "*m*", "other"];
const arbitraryTime = fc.constantFrom(0, 1, NOW - 1, NOW, NOW + 1, NOW + 1e6);
const arbitraryBar: fc.Arbitrary<Bar> = fc.record({
  scope: fc.constantFrom(...SCOPES),
  lane: fc.constantFrom("cooldown" as const, "disabled" as const),
  reason: fc.constantFrom("rate_limit" as const, "billing" as const),
  since: fc.constantFrom(0, NOW - 5, NOW + 1e9),
  until: arbitraryTime,
});
const arbitraryProfile = fc.record(
  {
    n: fc.nat(200),
    provider: fc.constantFrom("p", "q"),
    type: fc.constantFrom("oauth" as const, "token" as const, "api_key" as const, "none" as const),
    source: fc.constantFrom("store" as const, "env" as const, "config" as const),
    expiresAt: arbitraryTime,
    refreshable: fc.boolean(),
    loginNeeded: fc.constant(true as const),
    problem: fc.constantFrom("unresolved_ref" as const, "missing_credential" as const),
  },
  { requiredKeys: ["n", "provider", "type", "source"] },
);
const profileOf = ({ n, ...rest }: { n: number; provider: string } & Partial<AuthProfile>): AuthProfile =>
  ({ id: `${rest.provider}:${n}`, owner: "main", generation: `g${n}`, ...rest }) as AuthProfile;
const arbitraryUsage: fc.Arbitrary<UsageReading> = fc
  .array(
    fc.record({
      label: fc.constant("5h"),
      used: fc.constantFrom(10, 96, 100),
      limit: fc.constant(100),
      unit: fc.constant("percent"),
      resetsAt: fc.constantFrom(null, NOW - 1, NOW + 1, NOW + 3_600_000),
      scope: fc.constantFrom(...SCOPES),
      source: fc.constant("endpoint" as const),
      readAt: fc.constantFrom(0, NOW - 10),
    }),
    { maxLength: 2 },
  )
  .map((windows) => ({ windows, source: "endpoint", readAt: NOW - 10, plan: "pro" }));
const arbitraryHealth: fc.Arbitrary<Health> = fc
  .record(
    { bars: fc.array(arbitraryBar, { maxLength: 2 }), lastUsed: fc.nat(5), usage: arbitraryUsage },
    { requiredKeys: ["bars"] },
  )
  .map((some) => ({ ...HEALTHY, ...some }));
const arbitraryLoad: fc.Arbitrary<Load> = fc.record({
  inFlight: fc.nat(5),
  rampFrom: fc.constantFrom(0, NOW - 100_000, NOW - 19_999, NOW - 3000, NOW),
  lastStarted: fc.nat(5),
  testing: fc.subarray(SCOPES, { maxLength: 2 }),
});

function snapshotsOf(most: number): fc.Arbitrary<Snapshot> {
  const entry = fc.record({
    profile: arbitraryProfile.map(profileOf),
    health: arbitraryHealth,
    load: arbitraryLoad,
    funding: fc.option(fc.constantFrom(...FUNDINGS), { nil: undefined }),
  });
  return fc
    .uniqueArray(entry, { maxLength: most, selector: ({ profile }) => profile.id, size: "max" })
    .chain((entries) => {
      const idsOf = (provider: string) =>
        entries.flatMap(({ profile }) => (profile.provider === provider ? [profile.id] : []));
      const orderOf = (provider: string) =>
        fc
          .option(fc.shuffledSubarray([...idsOf(provider), `${provider}:ghost`]), { nil: undefined })
          .map((ids) => (ids ? [[provider, ids] as const] : []));
      return fc.tuple(orderOf("p"), orderOf("q")).map(([p, q]) => ({
        profiles: entries.map(({ profile }) => profile),
        order: new Map([...p, ...q]),
        health: new Map(entries.map(({ profile, health }) => [profile.id, health])),
        funding: new Map(entries.flatMap(({ profile, funding }) => (funding ? [[profile.id, funding]] : []))),
        load: new Map(entries.map(({ profile, load }) => [profile.id, load])),
      }));
    });
}

const arbitraryRequest: fc.Arbitrary<PlanRequest> = fc.record(
  {
    models: fc.shuffledSubarray(MODELS, { minLength: 1 }),
    pin: fc.nat(20).map((n) => `p:${n}`),
    sticky: fc.nat(20).map((n) => `p:${n}`),
    joinsTests: fc.constant(true),
    crossing: fc.constantFrom(
      {},
      { closed: "crossing_never" as const },
      { closed: "crossing_budget" as const, until: NOW + 9 },
    ),
  },
  { requiredKeys: ["models"] },
);

const nameOf = ({ ref, candidate }: Attempt): string => `${formatModelRef(ref)} ${candidate.profile.id}`;
const replayed = (receipt: Receipt) => {
  const { snapshot, request, now } = decisionOf(receipt);
  return { prepared: prepare(snapshot), request, now };
};

describe("a receipt's inputs", () => {
  for (const [most, runs] of [
    [20, 1500],
    [200, 60],
  ] as const)
    test(`property: among ${most}, what was picked is picked from the receipt as well`, () => {
      fc.assert(
        fc.property(snapshotsOf(most), arbitraryRequest, (given, asked) => {
          const picked = next(prepare(given), asked, START, NOW);
          const receipt = receiptOf(given, asked, picked);
          assert.ok(receipt.candidates.length + (receipt.omitted?.length ?? 0) <= MOST_CANDIDATES);
          const { prepared, request, now } = replayed(receipt);
          const again = next(prepared, request, START, now);
          assert.equal(again && nameOf(again), picked && nameOf(picked));
          const { asItWas, asIf, notes } = whatIf(receipt, []);
          assert.deepEqual(asIf, asItWas);
          assert.equal(notes.length, receipt.more === undefined ? 0 : 1);
        }),
        { numRuns: runs },
      );
    });

  test("property: where all are kept, the whole plan and the reasons are the same", () => {
    fc.assert(
      fc.property(snapshotsOf(20), arbitraryRequest, (given, asked) => {
        const before = prepare(given);
        const { prepared, request, now } = replayed(receiptOf(given, asked, next(before, asked, START, NOW)));
        const same = { ...asked, joinsTests: request.joinsTests === true };
        assert.deepEqual(
          [...plan(prepared, request, now)].map(nameOf),
          [...plan(before, same, NOW)].map(nameOf),
        );
        assert.deepEqual(
          (explain(prepared, request, now) as unknown[]).toSorted(byText),
          (JSON.parse(JSON.stringify(explain(before, same, NOW))) as unknown[]).toSorted(byText),
        );
      }),
      { numRuns: 500 },
    );
  });
});

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
