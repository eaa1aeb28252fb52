// The program as it will be once the draft is written, in memory alone: so that a credential can be tried before
// anything is stored. Reads go through to the disk, writes go nowhere.
import type { StoredLogin } from "../access/login/keep.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import { readDocument } from "../config/document.ts";
import { AccessError } from "../core/errors.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import type { AgentState, Depth, Reading, Store, StoredProfile } from "../store/store.ts";
import type { Draft } from "./draft.ts";
import { draftConfig } from "./draft.ts";

/** @throws AccessError `config_invalid` when the config could not be used afterwards */
export function rehearsed(deps: CommandDeps, draft: Draft): CommandDeps {
  const written = deps.config();
  const config = draftConfig(written, readDocument(written.path), draft);
  const logins = draft.sources.flatMap(({ source }) => (source.login ? [source.login] : []));
  const store = withLogins(deps.store(), draft.agent, logins);
  return { ...deps, config: () => config, store: () => store };
}

const refuse = async (): Promise<never> => {
  throw new AccessError("internal", "Nothing is written before it was agreed to.");
};

function withLogins(store: Store, agent: AgentId, logins: readonly StoredLogin[]): Store {
  return {
    read: async (id: AgentId, depth?: Depth) => {
      const reading = await store.read(id, depth);
      return id === agent ? joined(reading, logins) : reading;
    },
    history: (id) => store.history(id),
    family: (token) => store.family(token),
    update: refuse,
    updateFamily: refuse,
    // What a try says of a credential is told to the person, and no more.
    applyHealth: async () => undefined,
    lease: refuse,
    release: refuse,
    watch: () => () => undefined,
    close: async () => undefined,
  };
}

function joined({ version, state }: Reading, logins: readonly StoredLogin[]): Reading {
  const ids = new Set(logins.map(({ profileId }) => profileId));
  const added = logins.map(({ profileId: id, credential }): StoredProfile => ({
    id,
    credential,
    generation: `draft:${id}`,
  }));
  const health = new Map([...state.health].filter(([id]) => !ids.has(id)));
  const profiles = [...state.profiles.filter(({ id }) => !ids.has(id)), ...added];
  const next: AgentState = { ...state, profiles, health, order: ordered(state.order, logins) };
  return { version: `${version}+draft`, state: next };
}

/** A new login goes to the front of its provider's order, as it will when it is stored. */
function ordered(order: AgentState["order"], logins: readonly StoredLogin[]): AgentState["order"] {
  const next = new Map<ProviderId, readonly ProfileId[]>(order);
  for (const { profileId, credential } of logins) {
    const ids = next.get(credential.provider);
    if (ids) next.set(credential.provider, [profileId, ...ids.filter((id) => id !== profileId)]);
  }
  return next;
}
