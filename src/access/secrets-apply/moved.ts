// The secrets that a plan moved, and where each can be had now: what an old place holds may go only where the same
// secret still reaches whoever used that place. Pure.
import type { Config } from "../../config/config.ts";
import type { AgentId, ProfileId, ProviderId } from "../../core/ids.ts";
import { MAIN_AGENT } from "../../core/ids.ts";
import { findProvider, PROVIDERS } from "../../providers/all.ts";
import { environmentKeys } from "../../providers/env-keys.ts";
import type { Standing } from "./standing.ts";

export interface Moved {
  readonly value: string;
  readonly standing: Standing;
}

export interface Cover {
  readonly moved: readonly Moved[];
  readonly config: Config;
  /** main's stored order of a provider */
  readonly order: ReadonlyMap<ProviderId, readonly ProfileId[]>;
}

/** All that is to vanish from copies. */
export const valuesOf = (moved: readonly Moved[]): ReadonlySet<string> =>
  new Set(moved.map(({ value }) => value));

/** Whether `value` reaches the calls of `agent` (all agents when left out) to `provider` from where it is now. */
export function reaches(
  { moved, config, order }: Cover,
  value: string,
  provider: ProviderId,
  agent?: AgentId,
): boolean {
  return moved.some(({ value: own, standing: { target, provider: of } }) => {
    if (own !== value || of !== provider) return false;
    if (target.kind === "config") return target.path.endsWith(".apiKey");
    if (target.agentId !== MAIN_AGENT && target.agentId !== agent) return false;
    return isListed({ config, order }, provider, target.profileId);
  });
}

function isListed({ config, order }: Omit<Cover, "moved">, provider: ProviderId, id: ProfileId): boolean {
  const explicit = order.get(provider) ?? config.order.get(provider);
  if (explicit) return explicit.includes(id);
  const named = [...config.profiles].filter(([, profile]) => profile.provider === provider);
  return named.length === 0 || named.some(([each]) => each === id);
}

const GATEWAY: Readonly<Record<string, string>> = {
  OPENCLAW_GATEWAY_TOKEN: "gateway.auth.token",
  OPENCLAW_GATEWAY_PASSWORD: "gateway.auth.password",
};

/** Whether all that a variable gives is had elsewhere. A variable that gives nothing to any provider is kept. */
export function variableIsCovered(cover: Cover, name: string, text: string): boolean {
  const place = GATEWAY[name];
  const value = text.trim();
  if (place !== undefined)
    return cover.moved.some(
      ({ value: own, standing: { target } }) =>
        own === value && target.kind === "config" && target.path === place,
    );
  const ids = [...new Set([...PROVIDERS.map(({ id }) => id), ...cover.config.providers.keys()])];
  const given = ids.flatMap((id) =>
    environmentKeys(findProvider(id) ?? { id, env: [] }, { [name]: value }).map((key) => ({
      id,
      value: key.value,
    })),
  );
  return given.length > 0 && given.every((each) => reaches(cover, each.value, each.id));
}

/** The header of a provider in the config that holds the same. */
export const coversHeader = (
  { moved }: Cover,
  provider: ProviderId,
  header: string,
  value: string,
): boolean =>
  moved.some(
    ({ value: own, standing: { target } }) =>
      own === value &&
      target.kind === "config" &&
      target.path === `models.providers.${provider}.headers.${header}`,
  );
