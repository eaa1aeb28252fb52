// Which agents hold a copy of a login. Reading every agent's store for every refresh costs more than the refresh
// once there are many agents, so what was read is remembered for a while.
import type { AgentId } from "../core/ids.ts";
import { tokenOf } from "../store/families.ts";
import type { RefreshToken, Store } from "../store/store.ts";

/** A copy made since reads as the newest all the same, and is repaired by the next write of its agent. */
const REMEMBERED_MS = 5 * 60_000;

export class LoginCopies {
  readonly #store: () => Store;
  readonly #agents: () => readonly AgentId[];
  #held: Map<AgentId, Set<string>> = new Map();
  #readAt = -Infinity;
  #reading: Promise<void> | undefined;

  constructor(store: () => Store, agents: () => readonly AgentId[]) {
    this.#store = store;
    this.#agents = agents;
  }

  /** Who held the token that was spent, and holds what came for it. Never rejects: what cannot be read holds none. */
  async holdersOf(spent: RefreshToken, refresh: string): Promise<readonly AgentId[]> {
    if (performance.now() - this.#readAt > REMEMBERED_MS)
      await (this.#reading ??= this.#read().finally(() => (this.#reading = undefined)));
    const newest = keyOf({ ...spent, refresh });
    return [...this.#held].flatMap(([agent, tokens]) => {
      if (tokens.delete(keyOf(spent))) tokens.add(newest);
      return tokens.has(newest) ? [agent] : [];
    });
  }

  async #read(): Promise<void> {
    const held = new Map<AgentId, Set<string>>();
    // One after another: calls of clients read the stores as well.
    for (const agent of this.#agents()) held.set(agent, await this.#tokensOf(agent));
    this.#held = held;
    this.#readAt = performance.now();
  }

  async #tokensOf(agent: AgentId): Promise<Set<string>> {
    try {
      const { state } = await this.#store().read(agent);
      const tokens = state.profiles.map(({ credential }) => tokenOf(credential));
      return new Set(tokens.flatMap((token) => (token ? [keyOf(token)] : [])));
    } catch {
      return new Set();
    }
  }
}

const keyOf = ({ provider, refresh }: RefreshToken): string => `${provider} ${refresh}`;
