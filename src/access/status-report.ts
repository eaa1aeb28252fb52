// What `models status` says, as one value: `--json` prints it as it is, people get it rendered.
// Keys and their meaning: fidelity spec §2.1-2.3; `warnings` and `todo` are ours.
import type { CredentialType, IneligibleCode } from "../core/credential.ts";
import type { ProbeReport } from "./probe.ts";
import type { CrossingReport } from "./status-crossing.ts";
import type { UsageReport } from "./usage-report.ts";

export interface StatusReport {
  readonly configPath: string;
  readonly agentDir: string;
  /** only when an agent was named */
  readonly agentId?: string;
  /** as configured */
  readonly defaultModel: string;
  /** `provider/model` */
  readonly resolvedDefault: string;
  readonly fallbacks: readonly string[];
  readonly imageModel: string | null;
  readonly imageFallbacks: readonly string[];
  /** alias → `provider/model` */
  readonly aliases: Readonly<Record<string, string>>;
  /** keys of `agents.defaults.models` */
  readonly allowed: readonly string[];
  readonly auth: AuthReport;
  /** What is left of the plans; absent while nothing is known of any. Ours. */
  readonly usage?: UsageReport;
  /** How credentials are paid for, where calls could move from flat classes to metered ones. Ours. */
  readonly crossing?: CrossingReport;
  /** Faults found on reading, one sentence each. */
  readonly warnings: readonly string[];
  /** What is wrong with providers in use, and what to type. */
  readonly todo: readonly Todo[];
}

export interface AuthReport {
  readonly storePath: string;
  readonly shellEnvFallback: { readonly enabled: boolean; readonly appliedKeys: readonly string[] };
  /** `anthropic (2)`: number of OAuth and token profiles */
  readonly providersWithOAuth: readonly string[];
  readonly missingProvidersInUse: readonly string[];
  readonly runtimeAuthRoutes: readonly RuntimeRoute[];
  readonly providers: readonly ProviderRow[];
  readonly unusableProfiles: readonly UnusableRow[];
  /** Bars that have ended and that no call has disproved: the next one tests the profile. Ours; absent when none. */
  readonly testing?: readonly TestingRow[];
  readonly oauth: {
    readonly warnAfterMs: number;
    readonly profiles: readonly ProfileHealthRow[];
    readonly providers: readonly ProviderHealthRow[];
  };
  /** only with `--probe` */
  readonly probes?: ProbeReport;
}

export interface RuntimeRoute {
  readonly provider: string;
  readonly runtime: string;
  readonly authProvider: string;
  readonly status: "missing" | "usable";
  readonly effective: Effective;
}

export interface Effective {
  /** `synthetic`: a plugin says that it needs no credential; the detail is its marker */
  readonly kind: "profiles" | "env" | "models.json" | "aws-sdk" | "synthetic" | "missing";
  readonly detail: string;
}

export interface ProviderRow {
  readonly provider: string;
  readonly effective: Effective;
  readonly profiles: {
    readonly count: number;
    readonly oauth: number;
    readonly token: number;
    readonly apiKey: number;
    /** `id=<mask>`, in store order */
    readonly labels: readonly string[];
  };
  readonly env?: { readonly value: string; readonly source: string };
  readonly modelsJson?: { readonly value: string; readonly source: string };
}

export interface UnusableRow {
  readonly profileId: string;
  readonly provider: string;
  readonly kind: "cooldown" | "disabled";
  readonly reason: string;
  /** the only model that is barred; absent when the whole profile is */
  readonly model?: string;
  /** the usage window that is used up, if that is why; ours */
  readonly window?: string;
  /** ms since epoch */
  readonly until: number;
  readonly remainingMs: number;
}

export interface TestingRow {
  readonly profileId: string;
  readonly provider: string;
  readonly reason: string;
  /** the only model that was barred; absent when the whole profile was */
  readonly model?: string;
  /** ms since epoch */
  readonly endedAt: number;
}

export type HealthStatus = "ok" | "expiring" | "expired" | "missing" | "static";

export interface ProfileHealthRow {
  readonly profileId: string;
  readonly provider: string;
  readonly type: CredentialType;
  readonly status: HealthStatus;
  readonly reasonCode?: IneligibleCode;
  /** Why no call uses it although it has not expired; ours. `status` does not open references. */
  readonly problem?: "unresolved_ref" | "ineligible_profile" | "login_needed";
  /** ms since epoch */
  readonly expiresAt?: number;
  readonly remainingMs?: number;
  readonly source: "store";
  readonly label: string;
}

export interface ProviderHealthRow {
  readonly provider: string;
  readonly status: HealthStatus;
  readonly profiles: readonly ProfileHealthRow[];
  /** those that a call would use, best first; all of the order when none can be used */
  readonly effectiveProfiles: readonly ProfileHealthRow[];
  readonly expiresAt?: number;
  readonly remainingMs?: number;
}

export interface Todo {
  readonly provider: string;
  readonly problem: string;
  /** the command that mends it, or a sentence where no command does */
  readonly remedy: string;
  /** another way, in words */
  readonly otherwise?: string;
}

/** The report, and the exit code of `--check`: 0 all well, 1 something in use is missing, 2 it soon will be. */
export interface StatusAnswer {
  readonly report: StatusReport;
  readonly check: 0 | 1 | 2;
}
