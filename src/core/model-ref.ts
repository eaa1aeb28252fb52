// Model references: `provider/model`, split at the first slash; aliases; bare ids.
// Rules: requirements 002 "Notes"; fidelity spec §6.
import { AccessError } from "./errors.ts";
import type { ProviderId } from "./ids.ts";

export interface ModelRef {
  readonly provider: ProviderId;
  readonly model: string;
}

/** What configuration says about models, as far as references need it. */
export interface ModelNames {
  /** alias as written → `provider/model` */
  readonly aliases: ReadonlyMap<string, string>;
  /** Configured providers (`models.providers`) in order, with the model ids each lists. */
  readonly configured: ReadonlyMap<ProviderId, readonly string[]>;
  /** Those of which the config lists only some models, to say more about them: a built-in provider's. */
  readonly partlyListed?: ReadonlySet<ProviderId>;
  /** Provider of the default model; a bare id that nothing else explains belongs to it. */
  readonly defaultProvider: ProviderId;
}

/** Used when nothing is configured at all (fidelity spec §2.1). */
export const BUILT_IN_DEFAULT: ModelRef = { provider: "openai", model: "gpt-5.5" };

export const formatModelRef = (ref: ModelRef): string => `${ref.provider}/${ref.model}`;

export const sameModelRef = (a: ModelRef, b: ModelRef): boolean =>
  a.provider === b.provider && a.model === b.model;

/**
 * `provider/model` to its parts; `undefined` for a bare id. The provider is lower-cased, the model kept.
 *
 * @throws AccessError `bad_input` when a part is empty
 */
export function splitModelRef(text: string): ModelRef | undefined {
  const trimmed = text.trim();
  const slash = trimmed.indexOf("/");
  if (trimmed !== "" && slash === -1) return undefined;
  const provider = trimmed.slice(0, slash).trim().toLowerCase();
  const model = trimmed.slice(slash + 1).trim();
  if (slash > 0 && provider && model) return { provider, model };
  throw new AccessError("bad_input", `"${text}" is not a model reference. Use provider/model or an alias.`);
}

export type ResolvedRef = { readonly ref: ModelRef; readonly warning?: string };

/**
 * A reference as a person or client wrote it, to a model: alias (case ignored), then `provider/model`,
 * then the one configured provider that lists the bare id, then the default provider with a warning.
 *
 * @throws AccessError `bad_input`
 */
export function resolveModelRef(text: string, names: ModelNames): ResolvedRef {
  const target = aliasTarget(text.trim(), names);
  const ref = splitModelRef(target ?? text);
  if (ref) return { ref };
  const id = (target ?? text).trim();
  const listing = [...names.configured].filter(([, models]) => models.includes(id));
  if (listing.length === 1) return { ref: { provider: listing[0]![0], model: id } };
  const guess = { provider: names.defaultProvider, model: id };
  return {
    ref: guess,
    warning: `"${id}" names no provider; read as ${formatModelRef(guess)}. Write provider/model instead.`,
  };
}

/**
 * The default model. A default whose provider lists models, but not this one, becomes the first
 * configured model: a removed model must not stay the default.
 */
export function resolveDefaultModel(text: string | undefined, names: ModelNames): ResolvedRef {
  if (text === undefined || text.trim() === "") return { ref: firstConfigured(names) ?? BUILT_IN_DEFAULT };
  const resolved = resolveModelRef(text, names);
  if (names.partlyListed?.has(resolved.ref.provider)) return resolved;
  const listed = names.configured.get(resolved.ref.provider);
  if (!listed || listed.length === 0 || listed.includes(resolved.ref.model)) return resolved;
  const first = firstConfigured(names)!;
  return {
    ref: first,
    warning: `The default model ${formatModelRef(resolved.ref)} is not among the models of ${resolved.ref.provider}; using ${formatModelRef(first)}.`,
  };
}

function firstConfigured(names: ModelNames): ModelRef | undefined {
  for (const [provider, models] of names.configured) if (models[0]) return { provider, model: models[0] };
  return undefined;
}

function aliasTarget(text: string, names: ModelNames): string | undefined {
  const exact = names.aliases.get(text);
  if (exact) return exact;
  const lower = text.toLowerCase();
  for (const [alias, target] of names.aliases) if (alias.toLowerCase() === lower) return target;
  return undefined;
}
