// The model that a provider's credentials are probed with (fidelity spec §3, "Probe model").
import type { Config } from "../config/config.ts";
import { defaultModelOf, modelNamesOf } from "../config/model-names.ts";
import type { AgentId, ProviderId } from "../core/ids.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { resolveModelRef } from "../core/model-ref.ts";
import { findProvider } from "../providers/all.ts";

export type ProbeModels = (provider: ProviderId) => Promise<ModelRef | undefined>;

/**
 * The provider's first model among default, fallbacks and allowlist; else one that the config lists; else a
 * cheap one that is built in.
 *
 * @param agent the agent that was named, if one was
 */
export function probeModels(config: Config, agent: AgentId | undefined): ProbeModels {
  const chosen = chosenModels(config, agent);
  return async (provider) => {
    const ref = chosen.find((model) => model.provider === provider);
    if (ref) return ref;
    const model = config.providers.get(provider)?.models[0]?.id ?? (await builtInModel(config, provider));
    return model === undefined ? undefined : { provider, model };
  };
}

function chosenModels(config: Config, agent: AgentId | undefined): ModelRef[] {
  const { resolved, fallbacks } = defaultModelOf(config, agent);
  const names = modelNamesOf(config);
  const listed = [...config.models.keys()].flatMap((text) => {
    if (text.endsWith("/*")) return [];
    try {
      return [resolveModelRef(text, names).ref];
    } catch {
      // Status names the broken entry; it is no model to ask.
      return [];
    }
  });
  return [resolved.ref, ...fallbacks, ...listed];
}

async function builtInModel(config: Config, provider: ProviderId): Promise<string | undefined> {
  if (config.modelsMode === "replace") return undefined;
  const known = findProvider(provider);
  const model = known?.probeModel ?? known?.defaultModel;
  if (model !== undefined) return model;
  const { catalogModels } = await import("../providers/catalog.ts");
  return (await catalogModels(known?.id ?? provider))[0]?.id;
}
