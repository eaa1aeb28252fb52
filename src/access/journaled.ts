// A store whose updates go into the history, as one change, and which takes no reference in place of a login.
import { oauthRefFault } from "../core/credential.ts";
import { AccessError } from "../core/errors.ts";
import type { ChangeNote } from "../core/history.ts";
import type { Change, Store } from "../store/store.ts";

/** `store` with `note` on every update that brings none of its own; `null` keeps an update out of the history. */
export function journaled(store: Store, note: () => ChangeNote): Store {
  return {
    read: (agent, depth) => store.read(agent, depth),
    history: (agent) => store.history(agent),
    update: (agent, touch, decide, own) =>
      store.update(
        agent,
        touch,
        (current) => withoutLoginRefs(decide(current)),
        own === undefined ? note() : own,
      ),
    family: (token) => store.family(token),
    updateFamily: (token, decide) => store.updateFamily(token, decide),
    applyHealth: (changes) => store.applyHealth(changes),
    lease: (agent, name, owner) => store.lease(agent, name, owner),
    release: (agent, lease) => store.release(agent, lease),
    watch: (agents, onChange) => store.watch(agents, onChange),
    close: () => store.close(),
  };
}

/** @throws AccessError `bad_input`; nothing is written then */
function withoutLoginRefs(change: Change | undefined): Change | undefined {
  for (const [id, credential] of change?.profiles ?? []) {
    const fault = credential && oauthRefFault(credential);
    if (fault) throw new AccessError("bad_input", `${id} is not stored: ${fault}. Log in instead.`);
  }
  return change;
}
