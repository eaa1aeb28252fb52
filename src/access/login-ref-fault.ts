// A profile that the config calls a login, and whose stored credential is a reference: refused when it is written.
import { valueAt } from "../config/config-path.ts";
import { oauthRefFault } from "../core/credential.ts";
import type { AgentId, ProfileId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { Deps } from "./deps.ts";

/** Why the config may not become `after`; `undefined` when it may. Stores are read only where a login is new in it. */
export async function loginRefFault(
  deps: Deps,
  before: JsonObject,
  after: JsonObject,
): Promise<string | undefined> {
  const known = loginsIn(before);
  const added = new Set(loginsIn(after).filter((id) => !known.includes(id)));
  if (added.size === 0) return undefined;
  const agents = agentsOf(deps);
  for (const agent of agents) {
    // A store that cannot be read is no reason to leave the config as it is.
    const read = await deps
      .store()
      .read(agent, "facts")
      .catch(() => undefined);
    for (const { id, credential } of read?.state.profiles ?? []) {
      const fault = added.has(id) ? oauthRefFault(credential, "oauth") : undefined;
      if (fault !== undefined) return `auth.profiles.${id}.mode: ${fault} (profile ${id} of agent ${agent}).`;
    }
  }
  return undefined;
}

function loginsIn(document: JsonObject): ProfileId[] {
  const profiles = valueAt(document, ["auth", "profiles"]);
  return Object.entries(isObject(profiles) ? profiles : {}).flatMap(([id, entry]) =>
    isObject(entry) && entry["mode"] === "oauth" ? [id] : [],
  );
}

/** None for a config that cannot be used: it may be in the middle of being mended. */
function agentsOf(deps: Deps): AgentId[] {
  try {
    return [...new Set([MAIN_AGENT, ...deps.config().agents.map(({ id }) => id)])];
  } catch {
    return [];
  }
}
