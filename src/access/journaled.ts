// A store whose updates go into the history, as one change.
import type { ChangeNote } from "../core/history.ts";
import type { Store } from "../store/store.ts";

/** `store` with `note` on every update that brings none of its own; `null` keeps an update out of the history. */
export function journaled(store: Store, note: () => ChangeNote): Store {
  return {
    read: (agent, depth) => store.read(agent, depth),
    history: (agent) => store.history(agent),
    update: (agent, touch, decide, own) =>
      store.update(agent, touch, decide, own === undefined ? note() : own),
    family: (token) => store.family(token),
    updateFamily: (token, decide) => store.updateFamily(token, decide),
    applyHealth: (changes) => store.applyHealth(changes),
    lease: (agent, name, owner) => store.lease(agent, name, owner),
    release: (agent, lease) => store.release(agent, lease),
    watch: (agents, onChange) => store.watch(agents, onChange),
    close: () => store.close(),
  };
}
