// What a person means by a model in a conversation: a number of the list, an alias, a reference, each with or without
// a profile behind `@`.
import type { LiveAgent } from "../../access/live-agent.ts";
import { isKnown } from "../../access/provider-route.ts";
import type { Config } from "../../config/config.ts";
import { defaultModelOf, modelNamesOf } from "../../config/model-names.ts";
import { AccessError } from "../../core/errors.ts";
import type { ProfileId } from "../../core/ids.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import { formatModelRef, resolveModelRef, sameModelRef, splitModelRef } from "../../core/model-ref.ts";

export interface Wanted {
  readonly model: ModelRef;
  readonly profile?: ProfileId;
}

/** A row of `/model list`. */
export interface ListedModel {
  readonly ref: ModelRef;
  readonly alias?: string;
}

/** What is configured for an agent, each once: its own models first, then those with a name, then all that are listed. */
export function listedModels(config: Config, { id, prepared }: LiveAgent): ListedModel[] {
  const { resolved, fallbacks } = defaultModelOf(config, id);
  const named = [...config.models].flatMap(([text]) => refsIn(text));
  const listed = [...config.providers.values()].flatMap(({ id: provider, models }) =>
    models.map(({ id: model }) => ({ provider, model })),
  );
  const rows: ListedModel[] = [];
  for (const ref of [resolved.ref, ...fallbacks, ...named, ...listed]) {
    const isAsked = ref === resolved.ref || (prepared.candidates.get(ref.provider)?.length ?? 0) > 0;
    if (!isAsked || rows.some((row) => sameModelRef(row.ref, ref))) continue;
    const alias = config.models.get(formatModelRef(ref))?.alias;
    rows.push({ ref, ...(alias ? { alias } : {}) });
  }
  return rows;
}

function refsIn(text: string): ModelRef[] {
  try {
    const ref = splitModelRef(text);
    return ref ? [ref] : [];
  } catch {
    return [];
  }
}

const LONGEST_NAME = 500;

/**
 * @param shown the list that the person saw; the one of now when left out
 * @throws AccessError `bad_input`, `unknown_model`, `unknown_profile`
 */
export function wantedIn(text: string, config: Config, live: LiveAgent, shown?: readonly ModelRef[]): Wanted {
  if (text.length > LONGEST_NAME)
    throw new AccessError("bad_input", `No model has a name of ${text.length} characters. See /model list.`);
  const { model, profile } = splitProfile(text.trim(), live);
  const ref = /^\d+$/.test(model) ? numbered(Number(model), config, live, shown) : namedModel(model, config);
  if (profile === undefined) return { model: ref };
  const found = live.view.snapshot.profiles.find(({ id }) => id === profile);
  const others = live.view.snapshot.profiles.filter(({ provider }) => provider === ref.provider);
  if (found?.provider === ref.provider) return { model: ref, profile };
  const known =
    others.length === 0
      ? `There is none of ${ref.provider}`
      : `Use one of: ${others.map(({ id }) => id).join(", ")}`;
  throw new AccessError("unknown_profile", `${profile} is no profile of ${ref.provider}. ${known}.`);
}

/** Names of models may hold an `@` themselves. */
function splitProfile(text: string, live: LiveAgent): { model: string; profile?: string } {
  const at = text.lastIndexOf("@");
  const behind = text.slice(at + 1).trim();
  if (at <= 0 || behind === "") return { model: text };
  const isProfile = behind.includes(":") || live.view.snapshot.profiles.some(({ id }) => id === behind);
  return isProfile ? { model: text.slice(0, at).trim(), profile: behind } : { model: text };
}

function numbered(
  n: number,
  config: Config,
  live: LiveAgent,
  shown: readonly ModelRef[] | undefined,
): ModelRef {
  const present = listedModels(config, live).map(({ ref }) => ref);
  const ref = (shown ?? present)[n - 1];
  if (!ref) throw new AccessError("unknown_model", `There is no model ${n} in the list. See /model list.`);
  if (present.some((each) => sameModelRef(each, ref))) return ref;
  throw new AccessError(
    "unknown_model",
    `${formatModelRef(ref)}, number ${n} of the list that was shown, is not in it any more. See /model list.`,
  );
}

function namedModel(text: string, config: Config): ModelRef {
  const names = modelNamesOf(config);
  const { ref } = resolveModelRef(text, names);
  const listed = names.partlyListed?.has(ref.provider) ? undefined : names.configured.get(ref.provider);
  if (!isKnown(config, ref.provider))
    throw new AccessError(
      "unknown_model",
      `Nothing is known of a provider ${ref.provider}. See /model list.`,
    );
  if (!listed || listed.length === 0 || listed.includes(ref.model)) return ref;
  throw new AccessError(
    "unknown_model",
    `${ref.provider} lists no model "${ref.model}". It has: ${listed.slice(0, 20).join(", ")}.`,
  );
}
