// Client keys for the gateway: kept by the store's thread; what is decided stays on this side.
import type { ClientKeyStore } from "./client-keys.ts";
import { basisOfKeys } from "./client-keys.ts";
import type { AskThread } from "./thread-protocol.ts";

/**
 * @param ask asks the thread, which lives and ends with the store
 * @param watch calls back soon after anyone changed the keys
 */
export function keysThrough(ask: AskThread, watch: ClientKeyStore["watch"]): ClientKeyStore {
  return {
    keys: () => ask("clientKeys", {}),
    usage: () => ask("keyUsage", {}),
    addUse: (uses) => ask("addKeyUse", { uses }),
    watch,
    async update(decide) {
      let keys = await ask("clientKeys", {});
      for (;;) {
        const outcome = await ask("commitKeys", { put: decide(keys), basis: basisOfKeys(keys) });
        if (!outcome.moved) return;
        keys = outcome.moved;
      }
    },
    close: async () => undefined,
  };
}
