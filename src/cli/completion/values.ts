// Candidates for a value, from what is on disk. Whatever cannot be read has no candidates: a shell that
// completes is no place for an error.
import type { CommandDeps } from "../../access/open-deps.ts";
import type { Config } from "../../config/config.ts";
import { SHELLS } from "./shells.ts";
import type { Proposal, TypedFlags, ValueKind, Values } from "./propose.ts";

type Source = (
  deps: CommandDeps,
  partial: string,
  typed: TypedFlags,
) => readonly Proposal[] | Promise<readonly Proposal[]>;

export const valuesFrom =
  (deps: () => Promise<CommandDeps>): Values =>
  async (kind, partial, typed) => {
    try {
      return await SOURCES[kind](await deps(), partial, typed);
    } catch {
      return [];
    }
  };

const SOURCES: Readonly<Record<ValueKind, Source>> = {
  agent: (deps) => deps.config().agents.map(({ id, name }) => proposal(id, name)),
  provider: async (deps) => [
    ...(await import("../../providers/all.ts")).PROVIDERS.map(({ id, label }) => proposal(id, label)),
    ...[...deps.config().providers.keys()].map((text) => ({ text })),
  ],
  profile: async (deps, _, typed) => {
    const { listProfiles } = await import("../../access/auth-list.ts");
    const { profiles } = await listProfiles(deps, {
      agent: typed.get("agent"),
      provider: typed.get("provider"),
    });
    return profiles.map(({ id, type }) => proposal(id, type));
  },
  model: async (deps, partial) => [
    ...aliases(deps.config()),
    ...configuredModels(deps.config()).map((text) => ({ text })),
    ...(await knownModels(partial)),
  ],
  alias: (deps) => aliases(deps.config()),
  run: () => [proposal("last", "The newest run")],
  shell: () => SHELLS.map((text) => ({ text })),
};

const proposal = (text: string, brief: string | undefined): Proposal =>
  brief === undefined || brief === text ? { text } : { text, brief };

const aliases = (config: Config): Proposal[] =>
  [...config.models].flatMap(([ref, { alias }]) =>
    alias === undefined ? [] : [{ text: alias, brief: ref }],
  );

const configuredModels = (config: Config): string[] => [
  ...config.models.keys(),
  ...[config.defaultModel, config.imageModel].flatMap(({ primary, fallbacks = [] }) => [
    ...(primary === undefined ? [] : [primary]),
    ...fallbacks,
  ]),
  ...[...config.providers.values()].flatMap(({ id, models }) => models.map((model) => `${id}/${model.id}`)),
];

/** Of a provider that was typed, all; before that the providers. */
async function knownModels(partial: string): Promise<Proposal[]> {
  const provider = /^([^/]+)\//.exec(partial)?.[1]?.toLowerCase();
  if (provider === undefined) {
    const { PROVIDERS } = await import("../../providers/all.ts");
    return PROVIDERS.map(({ id, label }) => ({ text: `${id}/`, brief: label }));
  }
  const { catalogModels } = await import("../../providers/catalog.ts");
  return (await catalogModels(provider)).map(({ id, name }) => proposal(`${provider}/${id}`, name));
}
