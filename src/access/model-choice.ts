// The commands that choose models: `models set`, `set-image`, `aliases`, `fallbacks`, `image-fallbacks`.
// What each writes: fidelity spec §6 and §11.1.
import type { Config, ModelChoice } from "../config/config.ts";
import { modelNamesOf } from "../config/model-names.ts";
import { AccessError } from "../core/errors.ts";
import { RENAMED_PROVIDERS } from "../core/ids.ts";
import type { ResolvedRef } from "../core/model-ref.ts";
import { formatModelRef, resolveModelRef } from "../core/model-ref.ts";
import type { Edit } from "./config-edit.ts";
import { writeConfig } from "./config-edit.ts";
import type { CommandDeps } from "./open-deps.ts";

/** Which choice is meant: the key under `agents.defaults`. */
export type Slot = "model" | "imageModel";

export interface ChoiceReport {
  readonly slot: Slot;
  readonly primary: string | null;
  readonly fallbacks: readonly string[];
  readonly configPath: string;
  readonly changed: boolean;
  readonly warnings: readonly string[];
}

export interface AliasReport {
  readonly aliases: Readonly<Record<string, string>>;
}

/** @throws AccessError `bad_input`, `config_invalid`, `config_conflict` */
export async function setPrimary(deps: CommandDeps, slot: Slot, text: string): Promise<ChoiceReport> {
  const warnings = new Set<string>();
  let ref = "";
  const written = await writeConfig(deps, (config) => {
    ref = readRef(config, withoutProfile(text, warnings), warnings);
    return [...primaryEdits(config, slot, ref), ...listedEdits(config, ref)];
  });
  await addHint(deps, ref, warnings);
  return choiceReport(written.config, slot, written.changed, warnings);
}

/** Any model may be chosen; one that nobody knows gets a word. */
async function addHint(deps: CommandDeps, ref: string, warnings: Set<string>): Promise<void> {
  const { modelHint } = await import("./model-hint.ts");
  const hint = modelHint(deps, ref);
  if (hint !== undefined) warnings.add(hint);
}

/** A profile behind `@` is a matter of sessions: the config names none. */
function withoutProfile(text: string, warnings: Set<string>): string {
  const suffix = /@([^@/\s]+:[^@/\s]+)$/.exec(text.trim());
  if (!suffix) return text;
  warnings.add(
    `@${suffix[1]} was left out: a model in the config names no profile. To prefer it: openclaw models auth order set`,
  );
  return text.trim().slice(0, -suffix[0].length);
}

/** @throws AccessError `bad_input` when it is the primary already */
export async function addFallback(deps: CommandDeps, slot: Slot, text: string): Promise<ChoiceReport> {
  const warnings = new Set<string>();
  let ref = "";
  const written = await writeConfig(deps, (config) => {
    ref = readRef(config, withoutProfile(text, warnings), warnings);
    const { primary, fallbacks = [] } = choiceOf(config, slot);
    if (primary !== undefined && canonical(config, primary) === ref)
      throw new AccessError(
        "bad_input",
        `${ref} is the ${NAMES[slot]} already; as its own fallback it does nothing.`,
      );
    if (fallbacks.some((listed) => canonical(config, listed) === ref)) return [];
    return [...fallbackEdits(config, slot, [...fallbacks, ref]), ...listedEdits(config, ref)];
  });
  await addHint(deps, ref, warnings);
  return choiceReport(written.config, slot, written.changed, warnings);
}

/** @throws AccessError `unknown_model` when it is not listed */
export async function removeFallback(deps: CommandDeps, slot: Slot, text: string): Promise<ChoiceReport> {
  const warnings = new Set<string>();
  const written = await writeConfig(deps, (config) => {
    const ref = readRef(config, text, warnings);
    const { fallbacks = [] } = choiceOf(config, slot);
    const left = fallbacks.filter((listed) => canonical(config, listed) !== ref);
    if (left.length < fallbacks.length) return fallbackEdits(config, slot, left);
    const listed = fallbacks.join(", ") || "none";
    throw new AccessError(
      "unknown_model",
      `${ref} is not among the fallbacks of the ${NAMES[slot]} (${listed}).`,
    );
  });
  return choiceReport(written.config, slot, written.changed, warnings);
}

export async function clearFallbacks(deps: CommandDeps, slot: Slot): Promise<ChoiceReport> {
  const written = await writeConfig(deps, (config) => fallbackEdits(config, slot, []));
  return choiceReport(written.config, slot, written.changed, []);
}

export const readChoice = (deps: CommandDeps, slot: Slot): ChoiceReport =>
  choiceReport(deps.config(), slot, false, []);

export function readAliases(deps: CommandDeps): AliasReport {
  return { aliases: Object.fromEntries(aliasEntries(deps.config())) };
}

const aliasEntries = (config: Config): [string, string][] =>
  [...config.models].flatMap(([ref, { alias }]) => (alias === undefined ? [] : [[alias, ref]]));

const ALIAS = /^[A-Za-z0-9._:-]+$/;

/** @throws AccessError `bad_input` when the name cannot be one or names another model */
export async function addAlias(
  deps: CommandDeps,
  name: string,
  text: string,
): Promise<AliasReport & { warnings: string[] }> {
  const alias = name.trim();
  if (!ALIAS.test(alias))
    throw new AccessError("bad_input", `"${name}" is not an alias. Use letters, digits and . _ : - only.`);
  const warnings = new Set<string>();
  let ref = "";
  const written = await writeConfig(deps, (config) => {
    ref = readRef(config, withoutProfile(text, warnings), warnings);
    const taken = findAlias(config, alias);
    if (taken && canonical(config, taken[1]) !== ref)
      throw new AccessError(
        "bad_input",
        `The alias ${taken[0]} names ${taken[1]}. Remove it first: openclaw models aliases remove ${taken[0]}`,
      );
    return [{ path: [...MODELS, listedKey(config, ref) ?? ref, "alias"], value: alias }];
  });
  await addHint(deps, ref, warnings);
  return { aliases: Object.fromEntries(aliasEntries(written.config)), warnings: [...warnings] };
}

/** @throws AccessError `bad_input` for an alias that does not exist */
export async function removeAlias(deps: CommandDeps, name: string): Promise<AliasReport> {
  const written = await writeConfig(deps, (config) => {
    const found = findAlias(config, name.trim());
    if (!found)
      throw new AccessError("bad_input", `There is no alias "${name}". See: openclaw models aliases list`);
    return [{ path: [...MODELS, found[1], "alias"], value: undefined }];
  });
  return { aliases: Object.fromEntries(aliasEntries(written.config)) };
}

/** The alias as written; looked up without regard to case, as references are. */
function findAlias(config: Config, name: string): [string, string] | undefined {
  const entries = aliasEntries(config);
  return (
    entries.find(([alias]) => alias === name) ??
    entries.find(([alias]) => alias.toLowerCase() === name.toLowerCase())
  );
}

const MODELS = ["agents", "defaults", "models"] as const;
const NAMES = { model: "default model", imageModel: "image model" } as const satisfies Record<Slot, string>;

const choiceOf = (config: Config, slot: Slot): ModelChoice =>
  slot === "model" ? config.defaultModel : config.imageModel;

/** What a person typed, as `provider/model`. Renamed providers get their present name, with a note. */
function readRef(config: Config, text: string, warnings: Set<string>): string {
  const resolved = resolveModelRef(text, modelNamesOf(config));
  const { ref, note } = renamed(resolved);
  for (const warning of [resolved.warning, note]) if (warning !== undefined) warnings.add(warning);
  return formatModelRef(ref);
}

function renamed({ ref }: ResolvedRef): { ref: ResolvedRef["ref"]; note?: string } {
  const provider = RENAMED_PROVIDERS[ref.provider];
  if (provider === undefined) return { ref };
  return { ref: { ...ref, provider }, note: `The provider ${ref.provider} is now called ${provider}.` };
}

/** A reference from the config in the one form that compares; a broken one stays as it is. */
function canonical(config: Config, text: string): string {
  try {
    return formatModelRef(resolveModelRef(text, modelNamesOf(config)).ref);
  } catch {
    return text;
  }
}

export const listedKey = (config: Config, ref: string): string | undefined =>
  [...config.models.keys()].find((key) => canonical(config, key) === ref);

/** The entry in `agents.defaults.models` that every chosen model has. */
export const listedEdits = (config: Config, ref: string): Edit[] =>
  listedKey(config, ref) === undefined ? [{ path: [...MODELS, ref], value: {} }] : [];

/** A choice written as a string becomes an object, which can hold fallbacks too. */
export function primaryEdits(config: Config, slot: Slot, ref: string): Edit[] {
  const path = ["agents", "defaults", slot];
  if (choiceOf(config, slot).isString) return [{ path, value: { primary: ref } }];
  return [{ path: [...path, "primary"], value: ref }];
}

export function fallbackEdits(config: Config, slot: Slot, fallbacks: readonly string[]): Edit[] {
  const path = ["agents", "defaults", slot];
  const { isString, primary } = choiceOf(config, slot);
  if (isString) return [{ path, value: { ...(primary === undefined ? {} : { primary }), fallbacks } }];
  return [{ path: [...path, "fallbacks"], value: fallbacks }];
}

function choiceReport(
  config: Config,
  slot: Slot,
  changed: boolean,
  warnings: Iterable<string>,
): ChoiceReport {
  const { primary, fallbacks = [] } = choiceOf(config, slot);
  return {
    slot,
    primary: primary ?? null,
    fallbacks,
    configPath: config.path,
    changed,
    warnings: [...warnings],
  };
}
