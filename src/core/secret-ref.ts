// SecretRefs: where a secret lies, written down in its place. Grammar, provider blocks and limits: fidelity spec §8.
import type { SecretRef } from "./credential.ts";
import type { Secret } from "./secret.ts";

/** Rules of `id` by source. */
export const REF_IDS = {
  env: { pattern: /^[A-Z][A-Z0-9_]{0,127}$/, rule: "must be the name of a variable, such as OPENAI_API_KEY" },
  file: {
    pattern: /^(value|(\/([^~/]|~[01])*)+)$/,
    rule: 'must be a JSON pointer such as /openai/key, or "value"',
  },
  exec: {
    pattern: /^(?!(.*\/)?\.{1,2}(\/|$))[A-Za-z0-9][A-Za-z0-9._:/#-]{0,255}$/,
    rule: "must be letters, digits and . _ : / # - without . or .. as a part",
  },
} as const;

/** A name in `secrets.providers` that a reference may have. */
export const ALIAS = {
  pattern: /^[a-z][a-z0-9_-]{0,63}$/,
  rule: "must be small letters, digits, _ and -, at most 64, a letter first",
} as const;

export interface EnvProvider {
  readonly source: "env";
  /** the only variables that may be read through it; absent for all */
  readonly allowlist?: readonly string[];
}

export interface FileProvider {
  readonly source: "file";
  readonly path: string;
  readonly mode: "json" | "singleValue";
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly allowInsecurePath: boolean;
}

export interface ExecProvider {
  readonly source: "exec";
  /** absolute */
  readonly command: string;
  readonly args: readonly string[];
  /** all that the program gets, with those of our own that `passEnv` names */
  readonly env: Readonly<Record<string, string>>;
  readonly passEnv: readonly string[];
  readonly timeoutMs: number;
  readonly noOutputTimeoutMs: number;
  readonly maxOutputBytes: number;
  /** Plain text is no answer. */
  readonly jsonOnly: boolean;
  readonly allowSymlinkCommand: boolean;
  readonly trustedDirs?: readonly string[];
  readonly allowInsecurePath: boolean;
}

/** A block that is written and cannot be used: what refers to it stays unresolved. */
export interface UnusableProvider {
  readonly source: "unusable";
  readonly problem: string;
}

export type SecretProvider = EnvProvider | FileProvider | ExecProvider | UnusableProvider;

/** `secrets.providers` by alias. */
export type SecretProviders = ReadonlyMap<string, SecretProvider>;

/** `secrets.resolution`. */
export interface ResolutionLimits {
  /** providers that are asked at once */
  readonly maxProviderConcurrency: number;
  readonly maxRefsPerProvider: number;
  /** of one question to a program */
  readonly maxBatchBytes: number;
}

export const DEFAULT_LIMITS: ResolutionLimits = {
  maxProviderConcurrency: 4,
  maxRefsPerProvider: 512,
  maxBatchBytes: 256 * 1024,
};

/** The alias that reads the environment without an entry of its own. */
export const IMPLICIT_ALIAS = "default";

/** What is known of a reference in memory. With both, the value is the last good one. */
export interface RefState {
  readonly value?: Secret;
  /** why it cannot be had now; no secret in it */
  readonly problem?: string;
}

/** By `refKey`. A reference that is not in it was not asked for. */
export type RefValues = ReadonlyMap<string, RefState>;

/** One reference in one text: also its name for people. */
export const refKey = ({ source, provider, id }: SecretRef): string =>
  // Rows of other programs may leave parts out.
  `${source}:${provider ?? ""}:${id ?? ""}`;

/** What is wrong with a reference before anybody is asked; `undefined` for one that is well formed. Pure. */
export function refFault({ source, provider, id }: SecretRef): string | undefined {
  const rules = Object.hasOwn(REF_IDS, source) ? REF_IDS[source] : undefined;
  if (!rules) return `its source "${source}" is not env, file or exec`;
  // Rows of other programs may leave it out.
  if (!ALIAS.pattern.test(provider ?? "")) return `its provider ${ALIAS.rule}`;
  return rules.pattern.test(id) ? undefined : `its id ${rules.rule}`;
}

/**
 * Why a reference may not be read through its alias, or `undefined`. An alias that nobody defined reads nothing, and
 * an allowlist is exact. Pure.
 */
export function aliasFault(ref: SecretRef, providers: SecretProviders): string | undefined {
  const { source, provider: alias, id } = ref;
  const block = providers.get(alias);
  if (!block)
    return source === "env" && alias === IMPLICIT_ALIAS
      ? undefined
      : `secrets.providers.${alias} is not defined`;
  if (block.source === "unusable") return `secrets.providers.${alias} cannot be used: ${block.problem}`;
  if (block.source !== source)
    return `secrets.providers.${alias} is of source ${block.source}, not ${source}`;
  const isListed = block.source !== "env" || (block.allowlist?.includes(id) ?? true);
  return isListed ? undefined : `${id} is not in the allowlist of secrets.providers.${alias}`;
}

const FIRST_RETRY_MS = 5000;
const LONGEST_RETRY_MS = 5 * 60_000;

/** How long a reference that failed is left alone. @param failures in a row, 1 or more */
export const retryDelayMs = (failures: number): number =>
  Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10));

/** Starts that a program is asked at, one as the other. */
const FREE_STARTS = 5;
const COUNTED_FOR_MS = 10 * 60_000;
const FIRST_HOLD_MS = 10_000;

/**
 * From when on a start of the gateway may ask a program again: a restart loop must not exhaust a secret manager, and
 * no value is kept on disk for it. Pure.
 *
 * @param starts times at which earlier starts asked, ms since epoch
 */
export function mayAskAt(starts: readonly number[], now: number): number {
  const recent = starts.filter((at) => at <= now && at > now - COUNTED_FOR_MS);
  if (recent.length < FREE_STARTS) return now;
  const hold = Math.min(LONGEST_RETRY_MS, FIRST_HOLD_MS * 2 ** Math.min(recent.length - FREE_STARTS, 10));
  return Math.max(now, Math.max(...recent) + hold);
}

/** The starts worth remembering. */
export const recentStarts = (starts: readonly number[], now: number): readonly number[] =>
  starts.filter((at) => at <= now && at > now - COUNTED_FOR_MS).slice(-2 * FREE_STARTS);
