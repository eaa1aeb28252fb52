// Keys that the environment holds for a provider, in the order they are tried.
// Priority: requirements 004, "API key rotation behaviour"; fidelity spec §7.

type Environment = Readonly<Record<string, string | undefined>>;

/** The part of a provider that names its variables. */
export interface EnvironmentNames {
  readonly id: string;
  readonly env: readonly string[];
}

export interface EnvironmentKey {
  readonly variable: string;
  /** Position within the variable, from 1: a list variable holds several keys. */
  readonly n: number;
  readonly value: string;
}

/** Variables that show that a cloud login exists, but hold no key that could be sent. */
const POINTERS: ReadonlySet<string> = new Set(["AWS_PROFILE", "GOOGLE_APPLICATION_CREDENTIALS"]);

/** Shared by several Google products, so it comes after every variable meant for this one. */
const LAST_RESORT = "GOOGLE_API_KEY";

/**
 * The provider's keys, best first. A set `OPENCLAW_LIVE_<P>_KEY` is the only key; else `<P>_API_KEYS`, the
 * provider's own variables, `<P>_API_KEY_*`. Blank values and repeated keys are left out. Pure.
 */
export function environmentKeys(provider: EnvironmentNames, env: Environment): EnvironmentKey[] {
  const prefixes = prefixesOf(provider);
  const live = prefixes.map((prefix) => `OPENCLAW_LIVE_${prefix}_KEY`).find((name) => env[name]?.trim());
  if (live) return [{ variable: live, n: 1, value: env[live]!.trim() }];
  const seen = new Set<string>();
  const fresh = (key: EnvironmentKey) => !seen.has(key.value) && seen.add(key.value);
  return [
    ...prefixes.flatMap((prefix) => listedKeys(`${prefix}_API_KEYS`, env)),
    ...variablesOf(provider, prefixes, env).flatMap((name) => singleKey(name, env)),
  ].filter(fresh);
}

/** The entry of `env` that shows a login without holding a key: `A+B` with both set, or a pointer. */
export const environmentMarker = (provider: EnvironmentNames, env: Environment): string | undefined =>
  provider.env.find((entry) => !isKeyVariable(entry) && entry.split("+").every((name) => env[name]?.trim()));

/** A variable of `provider` that holds, or would be taken for, a key of `other`. */
export function claimedVariable(provider: EnvironmentNames, other: EnvironmentNames): string | undefined {
  const theirs = prefixesOf(other);
  const own = [...provider.env, ...prefixesOf(provider).map((prefix) => `${prefix}_API_KEY`)];
  return own.find(
    (name) =>
      name.startsWith("OPENCLAW_") ||
      theirs.some((prefix) => name.startsWith(`${prefix}_API_KEY`)) ||
      other.env.some((entry) => entry.split("+").includes(name)),
  );
}

const isKeyVariable = (entry: string): boolean => !entry.includes("+") && !POINTERS.has(entry);

/** `<P>` of the variable names: from the id, and from the provider's first variable (`GEMINI` for google). */
function prefixesOf({ id, env }: EnvironmentNames): string[] {
  const fromId = id.toUpperCase().replace(/[^A-Z0-9]/g, "_");
  const first = /^(\w+)_API_KEY$/.exec(env[0] ?? "")?.[1];
  return first === undefined || first === fromId ? [fromId] : [first, fromId];
}

function variablesOf(provider: EnvironmentNames, prefixes: readonly string[], env: Environment): string[] {
  const own = [...provider.env.filter(isKeyVariable), ...prefixes.map((prefix) => `${prefix}_API_KEY`)];
  const numbered = prefixes.flatMap((prefix) => numberedVariables(`${prefix}_API_KEY_`, env));
  const names = [...own.filter((name) => name !== LAST_RESORT), ...numbered];
  return own.includes(LAST_RESORT) ? [...names, LAST_RESORT] : names;
}

const numberedVariables = (start: string, env: Environment): string[] =>
  Object.keys(env)
    .filter((name) => name.startsWith(start) && name.length > start.length)
    .map((name) => ({ name, number: Number(name.slice(start.length)) }))
    .toSorted(byNumberThenName)
    .map(({ name }) => name);

type Numbered = { readonly name: string; readonly number: number };

/** `_2` before `_10`, both before `_WORK`. Not `localeCompare`: loading locale data costs milliseconds. */
const byNumberThenName = (a: Numbered, b: Numbered): number =>
  Number(Number.isNaN(a.number)) - Number(Number.isNaN(b.number)) ||
  a.number - b.number ||
  (a.name < b.name ? -1 : 1);

const singleKey = (variable: string, env: Environment): EnvironmentKey[] => {
  const value = env[variable]?.trim();
  return value ? [{ variable, n: 1, value }] : [];
};

const listedKeys = (variable: string, env: Environment): EnvironmentKey[] =>
  (env[variable] ?? "")
    .split(/[,;\s]+/)
    .filter(Boolean)
    .map((value, index) => ({ variable, n: index + 1, value }));
