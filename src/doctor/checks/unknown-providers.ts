// Providers that are neither built in nor configured: nothing can be sent there.
import type { Config } from "../../config/config.ts";
import type { ProviderId } from "../../core/ids.ts";
import { nearest } from "../../core/nearest.ts";
import { findProvider, PROVIDERS } from "../../providers/all.ts";
import type { Check } from "../check.ts";
import type { World } from "../world.ts";

export const unknownProviders: Check = {
  id: "core/doctor/unknown-providers",
  look(world) {
    const config = world.config.usable;
    if (!config) return [];
    return namedProviders(world, config)
      .filter(({ provider }) => !findProvider(provider) && !config.providers.has(provider))
      .map(({ provider, path, what }) => {
        const known = [...PROVIDERS.map(({ id }) => id), ...config.providers.keys()];
        const near = nearest(provider, known);
        return {
          severity: "warning",
          path,
          message: `${what} names the provider "${provider}", which is neither built in nor under models.providers.`,
          fixHint: near ? `Did you mean ${near}?` : `Add models.providers.${provider}, or remove it.`,
        };
      });
  },
};

interface Named {
  readonly provider: ProviderId;
  readonly path: string;
  readonly what: string;
}

function namedProviders(world: World, config: Config): Named[] {
  const stored = [...world.agents.values()].flatMap((agent) =>
    [...agent.profiles].map(([id, { provider }]) => ({
      provider,
      path: agent.database,
      what: `${id} of agent ${agent.id}`,
    })),
  );
  const profiles = [...config.profiles].map(([id, { provider }]) => ({
    provider,
    path: `auth.profiles.${id}`,
    what: `auth.profiles.${id}`,
  }));
  const orders = [...config.order.keys()].map((provider) => ({
    provider,
    path: `auth.order.${provider}`,
    what: "auth.order",
  }));
  return [...stored, ...profiles, ...orders, ...modelRefs(config)];
}

function modelRefs(config: Config): Named[] {
  const choices = [
    ["agents.defaults.model", config.defaultModel] as const,
    ["agents.defaults.imageModel", config.imageModel] as const,
    ...config.agents.map(
      ({ id, model }) => [`agents.list (${id}).model`, model ?? { isString: false }] as const,
    ),
  ];
  const refs = choices.flatMap(([path, { primary, fallbacks = [] }]) =>
    [...(primary === undefined ? [] : [primary]), ...fallbacks].map((ref) => ({ path, ref })),
  );
  const table = [...config.models.keys()].map((ref) => ({ path: "agents.defaults.models", ref }));
  return [...refs, ...table].flatMap(({ path, ref }) => {
    const slash = ref.indexOf("/");
    const provider = ref.slice(0, Math.max(slash, 0)).trim().toLowerCase();
    return provider === "" ? [] : [{ provider, path, what: `The model "${ref}"` }];
  });
}
