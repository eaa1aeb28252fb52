// Secrets that name an environment variable: `${NAME}`, `$NAME`, a bare variable name, or an env SecretRef.
// Forms: fidelity spec §7 "Config apiKey", §8.
import type { SecretRef } from "../core/credential.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export type ResolvedSecret =
  | { readonly found: string }
  /** It is written down, but cannot be had now. `place` names what to set. */
  | { readonly unresolved: string }
  | { readonly absent: true };

const VARIABLE_NAME = /^[A-Z][A-Z0-9_]{0,127}$/;
const SHORTHAND = /^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))$/;

/** An entry of `secrets.providers`, as far as env references need it. */
export interface SecretProvider {
  readonly source: string;
  /** the only variables that may be read through it; absent for all */
  readonly allowlist?: readonly string[];
}

/** By alias. */
export type SecretProviders = ReadonlyMap<string, SecretProvider>;

const NONE: SecretProviders = new Map();
/** The alias that reads the environment without an entry of its own. */
const IMPLICIT = "default";

/** A config value that holds a secret or says where it is. */
export function resolveSecretInput(
  input: string | SecretRef | undefined,
  env: Environment,
  providers: SecretProviders = NONE,
): ResolvedSecret {
  if (input === undefined) return { absent: true };
  if (typeof input !== "string") return resolveSecretRef(input, env, providers);
  const text = input.trim();
  if (text === "") return { absent: true };
  const shorthand = SHORTHAND.exec(text);
  if (shorthand) return fromVariable(shorthand[1] ?? shorthand[2]!, env);
  // `apiKey: "OPENAI_API_KEY"` names the variable; no provider issues keys of that form.
  if (VARIABLE_NAME.test(text) && text.includes("_")) return fromVariable(text, env);
  return { found: text };
}

/** A SecretRef. Only `env` is read here; files and programs come with the runtime of issue "Secrets". */
export function resolveSecretRef(
  ref: SecretRef,
  env: Environment,
  providers: SecretProviders = NONE,
): ResolvedSecret {
  return ref.source === "env" && mayRead(ref, providers)
    ? fromVariable(ref.id, env)
    : { unresolved: `${ref.source}:${ref.id}` };
}

/** An alias that nobody defined reads nothing, and an allowlist is exact (fidelity spec §8). */
export function mayRead({ provider, id }: SecretRef, providers: SecretProviders): boolean {
  const entry = providers.get(provider);
  if (!entry) return provider === IMPLICIT;
  return entry.source === "env" && (entry.allowlist?.includes(id) ?? true);
}

function fromVariable(name: string, env: Environment): ResolvedSecret {
  const value = env[name]?.trim();
  return value ? { found: value } : { unresolved: `env:${name}` };
}
