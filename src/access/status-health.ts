// `auth.oauth` of the status report: how long each stored credential is good for (fidelity spec §2.3).
import { syntheticMarker } from "../providers/all.ts";
import type { AuthProfile, Credential } from "../core/credential.ts";
import type { ProfileId, ProviderId } from "../core/ids.ts";
import type { Prepared } from "../core/plan/prepare.ts";
import { plan } from "../core/plan/plan.ts";
import { prepare } from "../core/plan/prepare.ts";
import type { AgentView } from "./agent-view.ts";
import type { HealthStatus, ProfileHealthRow, ProviderHealthRow } from "./status-report.ts";

/** A credential with this much left or less is `expiring`. */
export const WARN_AFTER_MS = 24 * 60 * 60_000;

/** By provider, then id, as code units: the same on every machine. */
export const byProviderThenId =
  <T extends { readonly provider: string }>(id: (row: T) => string) =>
  (a: T, b: T) =>
    compareText(a.provider, b.provider) || compareText(id(a), id(b));

export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** One stored profile's row. Bars are no part of it: a cooling profile is as good as it was. */
export function profileHealth(
  profile: AuthProfile,
  credential: Credential,
  label: string,
  now: number,
  unread = false,
): ProfileHealthRow {
  const row = { profileId: profile.id, provider: profile.provider, type: credential.type };
  return { ...row, ...expiryOf(profile, now), ...problemOf(profile, unread), source: "store", label };
}

/** What the expiry does not tell. A reference that nobody tried counts as good. */
function problemOf(
  { problem, loginNeeded }: AuthProfile,
  unread: boolean,
): Pick<ProfileHealthRow, "problem"> {
  if (loginNeeded) return { problem: "login_needed" };
  if (problem === "unresolved_ref") return unread ? {} : { problem };
  return problem === "ineligible_profile" ? { problem } : {};
}

function expiryOf(
  profile: AuthProfile,
  now: number,
): Pick<ProfileHealthRow, "status" | "reasonCode" | "expiresAt" | "remainingMs"> {
  const { problem, expiresAt } = profile;
  if (problem === "missing_credential" || problem === "invalid_expires" || problem === "login_needed")
    return { status: "missing", reasonCode: problem };
  if (expiresAt === undefined) return { status: profile.type === "oauth" ? "ok" : "static" };
  const remainingMs = expiresAt - now;
  if (remainingMs > 0)
    return { status: remainingMs <= WARN_AFTER_MS ? "expiring" : "ok", expiresAt, remainingMs };
  const reason = profile.type === "token" ? { reasonCode: "expired" as const } : {};
  return { status: "expired", ...reason, expiresAt, remainingMs };
}

/** A provider's rows together: the status is that of the profiles a call would use. */
export function providerHealth(
  provider: ProviderId,
  profiles: readonly ProfileHealthRow[],
  order: readonly ProfileId[],
): ProviderHealthRow {
  const byId = new Map(profiles.map((row) => [row.profileId, row]));
  const effectiveProfiles = order.flatMap((id) => byId.get(id) ?? []);
  const live = effectiveProfiles.filter(isLive);
  const judged = live.length > 0 ? live : effectiveProfiles;
  const times = judged.flatMap((row) =>
    row.expiresAt === undefined ? [] : [{ expiresAt: row.expiresAt, remainingMs: row.remainingMs ?? 0 }],
  );
  const soonest = times.toSorted((a, b) => a.expiresAt - b.expiresAt)[0];
  return { provider, status: joinedStatus(judged), profiles, effectiveProfiles, ...soonest };
}

export const isLive = (row: ProfileHealthRow): boolean =>
  row.status !== "expired" && row.status !== "missing";

/** The worst of those that can expire, also beside one that cannot (seen in 2026.7.1); `static` when none can. */
function joinedStatus(rows: readonly ProfileHealthRow[]): HealthStatus {
  const statuses = new Set(rows.map((row) => row.status));
  const worst: readonly HealthStatus[] = ["expired", "expiring", "ok", "static"];
  return worst.find((status) => statuses.has(status)) ?? "missing";
}

/** What would be used once all bars have ended. */
export interface Usable {
  /** Profiles of the provider that could be used, best first. */
  of(provider: ProviderId): readonly AuthProfile[];
  /** Stored profiles of the provider in the order of a call; when none can be used, all that the order allows. */
  effectiveOrder(provider: ProviderId): ProfileId[];
}

/**
 * The same choice as a call's, with nothing cooling. References that nobody tried count as good: status starts no
 * program.
 */
export function usableWithoutBars(view: AgentView): Usable {
  const profiles = view.snapshot.profiles
    .filter(
      ({ type, provider, keptBy }) => type !== "none" || keptBy || syntheticMarker(provider) !== undefined,
    )
    .map((profile) => (view.unresolved.get(profile.id)?.unread ? withoutProblem(profile) : profile));
  const health = new Map([...view.snapshot.health].map(([id, known]) => [id, { ...known, bars: [] }]));
  const prepared = prepare({ profiles, order: view.snapshot.order, health });
  const planned = new Map<ProviderId, readonly AuthProfile[]>();
  const of = (provider: ProviderId) => {
    const known = planned.get(provider) ?? usableProfiles(prepared, provider, view.readAt);
    planned.set(provider, known);
    return known;
  };
  return { of, effectiveOrder: (provider) => effectiveOrder(prepared, provider, of(provider)) };
}

function usableProfiles(prepared: Prepared, provider: ProviderId, now: number): AuthProfile[] {
  const attempts = plan(prepared, { models: [{ provider, model: "*" }] }, now);
  return [...attempts].map((attempt) => attempt.candidate.profile);
}

function effectiveOrder(
  prepared: Prepared,
  provider: ProviderId,
  usable: readonly AuthProfile[],
): ProfileId[] {
  const stored = usable.filter((profile) => profile.source === "store");
  if (stored.length > 0) return stored.map((profile) => profile.id);
  const allowed = (prepared.candidates.get(provider) ?? []).filter(
    ({ profile }) => profile.source === "store",
  );
  return allowed
    .toSorted((a, b) => a.place - b.place || a.type - b.type || compareText(a.profile.id, b.profile.id))
    .map(({ profile }) => profile.id);
}

function withoutProblem(profile: AuthProfile): AuthProfile {
  const { problem: _, ...rest } = profile;
  return rest;
}
