// What a probe of a credential found, in the words of `models status --probe`. Pure.
// Rows, statuses and reason codes: fidelity spec §3; requirements 002, "Probe status buckets".
import type { AuthProfile, IneligibleCode } from "./credential.ts";
import { eligibility } from "./credential.ts";
import type { Failure, FailureKind } from "./failure/failure.ts";
import type { ProviderId } from "./ids.ts";
import type { Snapshot } from "./plan/candidate.ts";

export type ProbeStatus =
  "ok" | "auth" | "rate_limit" | "billing" | "timeout" | "format" | "unknown" | "no_model";

/** Why a credential was not tried. */
export type ProbeReason = Exclude<IneligibleCode, "login_needed"> | "excluded_by_auth_order" | "no_model";

export interface ProbeRow {
  readonly provider: ProviderId;
  /** `provider/model`; absent when none is known */
  readonly model?: string;
  /** stored profiles only */
  readonly profileId?: string;
  readonly label: string;
  readonly source: "profile" | "env" | "models.json";
  readonly mode: "api_key" | "token" | "oauth";
  readonly status: ProbeStatus;
  readonly reasonCode?: ProbeReason;
  readonly error?: string;
  /** of the call; absent when none was made */
  readonly latencyMs?: number;
}

/** A credential to probe, or the reason why it is not worth a call. */
export interface ProbeTarget {
  readonly profile: AuthProfile;
  readonly reason?: Exclude<ProbeReason, "no_model">;
}

export interface ProbeFilter {
  readonly provider?: ProviderId | undefined;
  /** stored profiles by id; empty for all credentials */
  readonly profileIds: readonly string[];
}

/**
 * The credentials that a probe is about, by provider: all stored profiles; where there are none, the first key
 * of the environment; where there is none, the config's. Cooldowns hide nothing here.
 *
 * @param now ms since epoch
 */
export function probeTargets(snapshot: Snapshot, filter: ProbeFilter, now: number): ProbeTarget[] {
  const byProvider = Map.groupBy(snapshot.profiles, (profile) => profile.provider);
  return [...byProvider.keys()]
    .filter((provider) => filter.provider === undefined || provider === filter.provider)
    .toSorted()
    .flatMap((provider) => effectiveProfiles(byProvider.get(provider)!, filter))
    .map((profile) => ({ profile, ...reasonOf(profile, snapshot, now) }));
}

function effectiveProfiles(profiles: readonly AuthProfile[], { profileIds }: ProbeFilter): AuthProfile[] {
  const stored = profiles.filter((profile) => profile.source === "store");
  if (profileIds.length > 0) return stored.filter((profile) => profileIds.includes(profile.id));
  if (stored.length > 0) return stored;
  const first = (source: AuthProfile["source"]) =>
    profiles.find(({ source: from, type, keptBy }) => from === source && (type !== "none" || keptBy));
  const other = first("env") ?? first("config");
  return other ? [other] : [];
}

function reasonOf(profile: AuthProfile, { order }: Snapshot, now: number): Pick<ProbeTarget, "reason"> {
  const explicit = order.get(profile.provider);
  if (explicit && !explicit.includes(profile.id)) return { reason: "excluded_by_auth_order" };
  const eligible = eligibility(profile, now);
  if (eligible === "ok") return {};
  return { reason: eligible === "login_needed" ? "expired" : eligible };
}

const STATUS_OF = {
  rate_limit: "rate_limit",
  overloaded: "rate_limit",
  timeout: "timeout",
  server_error: "timeout",
  auth: "auth",
  auth_permanent: "auth",
  billing: "billing",
  model_not_found: "format",
  context_overflow: "format",
  format: "format",
  unknown: "unknown",
} as const satisfies Record<FailureKind, ProbeStatus>;

/** A 429 is a rate limit whatever its words say of quotas. */
export const probeStatus = ({ kind, status }: Pick<Failure, "kind" | "status">): ProbeStatus =>
  status === 429 ? "rate_limit" : STATUS_OF[kind];

const DETAILS = {
  missing_credential: "nothing is stored in this profile.",
  invalid_expires: "its expiry is not a time.",
  expired: "it has expired.",
  unresolved_ref: "its SecretRef cannot be resolved.",
  ineligible_profile: "it does not fit the configuration of its provider.",
  excluded_by_auth_order: "Excluded by auth.order for this provider.",
} as const satisfies Record<Exclude<ProbeReason, "no_model">, string>;

/** Scripts read the first line and the beginning of the second (fidelity spec §3, `error`). */
export const reasonText = (reason: Exclude<ProbeReason, "no_model">): string =>
  `Auth profile credentials are missing or expired.\n↳ Auth reason [${reason}]: ${DETAILS[reason]}`;
