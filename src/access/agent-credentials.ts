// What a new agent can use from the start: everything of `main`, read through. Profiles of another default
// agent stay with it; which of them the new one may have as its own follows OpenClaw's rules of portability.
import { AccessError, messageOf } from "../core/errors.ts";
import type { AgentId, ProfileId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import { isPortable } from "../core/portable.ts";
import type { StoredProfile } from "../store/store.ts";
import type { Deps } from "./deps.ts";
import { defaultAgent } from "./read-view.ts";

export interface NewAgentCredentials {
  /** profiles of `main`, which are never copied */
  readonly inherited: readonly ProfileId[];
  /** profiles of the default agent, which is not `main`: the new agent does not see them */
  readonly notInherited: readonly {
    readonly id: ProfileId;
    readonly agent: AgentId;
    /** can be stored once more for the new agent; else it signs in on its own */
    readonly portable: boolean;
  }[];
}

export async function credentialsOfNewAgent(
  deps: Deps,
): Promise<{ readonly credentials: NewAgentCredentials; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const read = async (agent: AgentId): Promise<readonly StoredProfile[]> => {
    try {
      return (await deps.store().read(agent, "facts")).state.profiles;
    } catch (error) {
      if (!(error instanceof AccessError && error.code === "store_unreadable")) throw error;
      warnings.push(messageOf(error));
      return [];
    }
  };
  const inherited = (await read(MAIN_AGENT)).map(({ id }) => id);
  const agent = defaultAgent(deps.config());
  const own = agent === MAIN_AGENT ? [] : await read(agent);
  const notInherited = own
    .filter(({ id }) => !inherited.includes(id))
    .map(({ id, credential }) => ({ id, agent, portable: isPortable(credential) }));
  return { credentials: { inherited, notInherited }, warnings };
}
