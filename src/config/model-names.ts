// What the config says about models: names for references, and the model an agent uses (fidelity spec §6.4).
import { AccessError, messageOf } from "../core/errors.ts";
import type { AgentId, ProviderId } from "../core/ids.ts";
import type { ModelNames, ModelRef, ResolvedRef } from "../core/model-ref.ts";
import { BUILT_IN_DEFAULT, resolveDefaultModel, resolveModelRef } from "../core/model-ref.ts";
import type { Config, ModelChoice } from "./config.ts";

/** Names for `resolveModelRef`. Of two models with one alias the first in the file has it. */
export function modelNamesOf(config: Config): ModelNames {
  const aliases = new Map<string, string>();
  for (const [ref, { alias }] of config.models) if (alias && !aliases.has(alias)) aliases.set(alias, ref);
  const configured = new Map<ProviderId, readonly string[]>();
  for (const [id, { models }] of config.providers)
    configured.set(
      id,
      models.map((model) => model.id),
    );
  const names = {
    aliases,
    configured,
    partlyListed: partlyListed(config),
    defaultProvider: BUILT_IN_DEFAULT.provider,
  };
  return { ...names, defaultProvider: defaultProvider(config, names) };
}

/** An entry without an address speaks of a provider that is built in, and adds to what is known of it. */
const partlyListed = (config: Config): ReadonlySet<ProviderId> =>
  new Set(
    [...config.providers.values()]
      .filter(({ baseUrl }) => config.modelsMode === "merge" && baseUrl === undefined)
      .map(({ id }) => id),
  );

function defaultProvider(config: Config, names: ModelNames): ProviderId {
  try {
    return resolveDefaultModel(config.defaultModel.primary, names).ref.provider;
  } catch {
    return names.defaultProvider;
  }
}

export interface DefaultModel {
  /** as written; absent when none was */
  readonly text?: string;
  readonly resolved: ResolvedRef;
  readonly fallbacks: readonly ModelRef[];
  /** The agent names this model and no fallbacks: nothing else may answer in its place. */
  readonly strict: boolean;
  /** One sentence for each fallback that cannot be read and was left out, or was guessed. */
  readonly warnings: readonly string[];
}

/**
 * The model of an agent, or that of `agents.defaults`. An agent that names its own model has only the
 * fallbacks that it names itself.
 *
 * @throws AccessError `unknown_agent`; `config_invalid` when the default model is no model reference
 */
export function defaultModelOf(config: Config, agentId?: AgentId): DefaultModel {
  const own = agentId === undefined ? undefined : agentChoice(config, agentId);
  const names = modelNamesOf(config);
  const ownPrimary = own?.primary !== undefined;
  const text = own?.primary ?? config.defaultModel.primary;
  const written = own?.fallbacks ?? (ownPrimary ? [] : (config.defaultModel.fallbacks ?? []));
  return {
    ...(text === undefined ? {} : { text }),
    resolved: resolvePrimary(config, text, names),
    ...resolveFallbacks(written, names),
    strict: ownPrimary && own.fallbacks === undefined,
  };
}

function agentChoice(config: Config, agentId: AgentId): ModelChoice | undefined {
  const agent = config.agents.find(({ id }) => id === agentId);
  if (agent) return agent.model;
  const known = config.agents.map(({ id }) => id).join(", ");
  throw new AccessError("unknown_agent", `There is no agent "${agentId}". Configured agents: ${known}.`);
}

function resolvePrimary(config: Config, text: string | undefined, names: ModelNames): ResolvedRef {
  try {
    return resolveDefaultModel(text, names);
  } catch (error) {
    throw new AccessError("config_invalid", `${config.path}, default model: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function resolveFallbacks(
  written: readonly string[],
  names: ModelNames,
): Pick<DefaultModel, "fallbacks" | "warnings"> {
  const fallbacks: ModelRef[] = [];
  const warnings: string[] = [];
  for (const text of written) {
    try {
      const { ref, warning } = resolveModelRef(text, names);
      fallbacks.push(ref);
      if (warning) warnings.push(warning);
    } catch (error) {
      warnings.push(`A fallback was left out: ${messageOf(error)}`);
    }
  }
  return { fallbacks, warnings };
}
