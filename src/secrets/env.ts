// What stands where a secret is wanted: the secret itself, `${NAME}`, `$NAME`, the name of a variable, or a SecretRef.
// Nothing is opened here: files and programs were asked before (`resolve.ts`). Forms: fidelity spec §7, §8.
import type { SecretRef } from "../core/credential.ts";
import type { RefValues, SecretProviders } from "../core/secret-ref.ts";
import { aliasFault, refFault, refKey } from "../core/secret-ref.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export type ResolvedSecret =
  | { readonly found: string }
  /** It is written down, but cannot be had now. `unresolved` names what to set, `why` says more if more is known. */
  | { readonly unresolved: string; readonly why?: string; readonly unread?: true }
  | { readonly absent: true };

const VARIABLE_NAME = /^[A-Z][A-Z0-9_]{0,127}$/;
const SHORTHAND = /^\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))$/;

const NONE: SecretProviders = new Map();

/** The alias of a variable that is named without a reference. No allowlist holds for it, as for no config value. */
const BARE = "";

/** The reference that a text is: a shorthand, or the name of a variable. `undefined` for a secret. */
export function variableIn(text: string): SecretRef | undefined {
  const trimmed = text.trim();
  const shorthand = SHORTHAND.exec(trimmed);
  if (shorthand) return { source: "env", provider: BARE, id: shorthand[1] ?? shorthand[2]! };
  // `apiKey: "OPENAI_API_KEY"` names the variable; no provider issues keys of that form.
  const isName = VARIABLE_NAME.test(trimmed) && trimmed.includes("_");
  return isName ? { source: "env", provider: BARE, id: trimmed } : undefined;
}

/** The reference that stands where a secret is wanted, however it is written; `undefined` for a secret, or nothing. */
export const referenceIn = (input: string | SecretRef | undefined): SecretRef | undefined =>
  typeof input === "string" ? variableIn(input) : input;

/** A config value that holds a secret or says where it is. */
export function resolveSecretInput(
  input: string | SecretRef | undefined,
  env: Environment,
  providers: SecretProviders = NONE,
  values?: RefValues,
): ResolvedSecret {
  const ref = referenceIn(input);
  if (ref) return resolveSecretRef(ref, env, providers, values);
  const text = typeof input === "string" ? input.trim() : "";
  return text === "" ? { absent: true } : { found: text };
}

/** A reference: as it is known in memory, else, for a variable, as it is set. */
function resolveSecretRef(
  ref: SecretRef,
  env: Environment,
  providers: SecretProviders = NONE,
  values?: RefValues,
): ResolvedSecret {
  const known = values?.get(refKey(ref));
  // Programs end what they print with a line break, also inside of JSON.
  if (known?.value) return { found: known.value.reveal().trim() };
  const unresolved = `${ref.source}:${ref.id}`;
  if (known?.problem !== undefined) return { unresolved, why: known.problem };
  if (ref.source !== "env") return { unresolved, unread: true };
  const read = readVariable(ref, env, providers);
  return "found" in read ? read : { unresolved, why: read.problem };
}

/** The variable of an env reference, blanks around it left out. */
export function readVariable(
  ref: SecretRef,
  env: Environment,
  providers: SecretProviders,
): { readonly found: string } | { readonly problem: string } {
  const fault = ref.provider === BARE ? undefined : (refFault(ref) ?? aliasFault(ref, providers));
  if (fault !== undefined) return { problem: fault };
  const value = env[ref.id]?.trim();
  return value ? { found: value } : { problem: `the environment variable ${ref.id} is not set` };
}
