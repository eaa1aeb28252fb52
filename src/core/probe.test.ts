import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthProfile } from "./credential.ts";
import type { FailureKind } from "./failure/failure.ts";
import type { Snapshot } from "./plan/candidate.ts";
import { probeStatus, probeTargets, reasonText } from "./probe.ts";

const NOW = 1_700_000_000_000;

const profile = (id: string, more: Partial<AuthProfile> = {}): AuthProfile => ({
  id,
  provider: id.split(":")[0]!,
  type: "api_key",
  source: "store",
  owner: "main",
  generation: "g",
  ...more,
});
const fromEnv = (provider: string, id: string) => profile(id, { provider, source: "env" });
const fromConfig = (provider: string, more: Partial<AuthProfile> = {}) =>
  profile(`config:${provider}`, { provider, source: "config", ...more });

const snapshot = (profiles: readonly AuthProfile[], order: Record<string, string[]> = {}): Snapshot => ({
  profiles,
  order: new Map(Object.entries(order)),
  health: new Map(),
});
const ALL = { profileIds: [] };
const idsOf = (profiles: readonly AuthProfile[], filter = ALL as Parameters<typeof probeTargets>[1]) =>
  probeTargets(snapshot(profiles), filter, NOW).map((target) => target.profile.id);

test("stored profiles hide the environment, and that the config; one row of either", () => {
  const everything = [
    profile("b:2"),
    profile("b:1"),
    fromEnv("b", "env:B#1"),
    fromEnv("a", "env:A_KEYS#1"),
    fromEnv("a", "env:A_KEYS#2"),
    fromConfig("a"),
    fromConfig("c"),
  ];
  assert.deepEqual(idsOf(everything), ["env:A_KEYS#1", "b:2", "b:1", "config:c"]);
});

test("a server that wants no credential has none to probe", () => {
  assert.deepEqual(idsOf([fromConfig("ollama", { type: "none" })]), []);
});

test("a filter by provider or by profile", () => {
  const some = [profile("a:1"), profile("b:1"), profile("b:2"), fromEnv("c", "env:C#1")];
  assert.deepEqual(idsOf(some, { provider: "b", profileIds: [] }), ["b:1", "b:2"]);
  assert.deepEqual(idsOf(some, { profileIds: ["b:2", "a:1"] }), ["a:1", "b:2"]);
  assert.deepEqual(idsOf(some, { provider: "a", profileIds: ["b:2"] }), []);
  assert.deepEqual(idsOf(some, { provider: "nosuch", profileIds: [] }), []);
});

test("what is not worth a call says why, the order first", () => {
  const profiles = [
    profile("a:good"),
    profile("a:left-out", { problem: "missing_credential" }),
    profile("a:empty", { problem: "missing_credential" }),
    profile("a:past", { type: "token", expiresAt: NOW }),
    profile("a:login", { type: "oauth", expiresAt: NOW, refreshable: true }),
    profile("a:ref", { problem: "unresolved_ref" }),
  ];
  const order = { a: profiles.map(({ id }) => id).filter((id) => id !== "a:left-out") };
  const reasons = probeTargets(snapshot(profiles, order), ALL, NOW).map(({ reason }) => reason);
  assert.deepEqual(reasons, [
    undefined,
    "excluded_by_auth_order",
    "missing_credential",
    "expired",
    undefined,
    "unresolved_ref",
  ]);
});

test("a failure's bucket", () => {
  const buckets: [FailureKind, number | undefined, string][] = [
    ["auth", 401, "auth"],
    ["auth_permanent", 403, "auth"],
    ["rate_limit", 429, "rate_limit"],
    ["billing", 429, "rate_limit"],
    ["billing", 402, "billing"],
    ["overloaded", 503, "rate_limit"],
    ["server_error", 500, "timeout"],
    ["timeout", undefined, "timeout"],
    ["format", 400, "format"],
    ["model_not_found", 404, "format"],
    ["unknown", 418, "unknown"],
  ];
  for (const [kind, status, bucket] of buckets)
    assert.equal(probeStatus({ kind, ...(status === undefined ? {} : { status }) }), bucket, kind);
});

test("the two fixed parts that scripts read", () => {
  const [first, second] = reasonText("expired").split("\n");
  assert.equal(first, "Auth profile credentials are missing or expired.");
  assert.match(second!, /^↳ Auth reason \[expired\]: ./);
});
