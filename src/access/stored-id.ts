// Whether an agent can use a stored profile of exactly this id: OpenClaw's rows may hold ids of any form.
import type { ProfileId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { Deps } from "./deps.ts";
import { chooseAgent } from "./read-view.ts";

/** @throws AccessError `unknown_agent`, `config_invalid`, `store_unreadable` */
export async function isStoredId(deps: Deps, named: string | undefined, id: ProfileId): Promise<boolean> {
  for (const agent of new Set([chooseAgent(deps.config(), named), MAIN_AGENT])) {
    const { state } = await deps.store().read(agent, "facts");
    if (state.profiles.some((profile) => profile.id === id)) return true;
  }
  return false;
}
