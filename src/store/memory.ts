// The store in memory. Plain, it is for tests; "remote", it behaves as a database on another machine would:
// conflicts make `decide` run again, answers take time, notices of changes get lost. What it holds: memory-database.ts.
import { setTimeout as sleep } from "node:timers/promises";
import type { Family, FamilyChange, MachineTime } from "../core/family.ts";
import type { CooldownPolicy } from "../core/health.ts";
import { DEFAULT_COOLDOWNS } from "../core/health.ts";
import type { ChangeNote } from "../core/history.ts";
import type { AgentId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import { assertTouched } from "./change.ts";
import { sliceOf } from "./draft.ts";
import { providersOfRemoved } from "./families.ts";
import { forgettable } from "./history.ts";
import { machineTime } from "./machine-clock.ts";
import { MemoryDatabase } from "./memory-database.ts";
import { giveBack, remember, takeLease } from "./memory-record.ts";
import type {
  AgentState,
  Change,
  HealthChange,
  HistoryEntry,
  Lease,
  Reading,
  RefreshToken,
  Slice,
  Store,
  Touch,
} from "./store.ts";
import { Turns } from "./turns.ts";

/** How a remote database misbehaves. Rates are probabilities. */
export interface Remote {
  /** 0 ≤ r < 1, seeded by the caller */
  readonly random: () => number;
  readonly conflictRate: number;
  /** longest delay of one round trip */
  readonly delayMs: number;
  readonly lostNoticeRate: number;
}

export interface MemoryOptions {
  /** ms since epoch */
  readonly now: () => number;
  readonly cooldowns?: CooldownPolicy;
  readonly remote?: Remote;
  /** Stores opened on the same database see each other's writes. */
  readonly database?: MemoryDatabase;
  readonly machine?: () => MachineTime;
}

/** Watchers must not rely on notices: versions are compared this often as well. */
const LOOK_EVERY_MS = 200;

export function openMemoryStore(options: MemoryOptions): Store {
  return new MemoryStore(options);
}

class MemoryStore implements Store {
  readonly #options: MemoryOptions;
  readonly #database: MemoryDatabase;
  readonly #turns = new Turns();
  readonly #watches = new Set<() => void>();

  constructor(options: MemoryOptions) {
    this.#options = options;
    this.#database = options.database ?? new MemoryDatabase();
  }

  async read(agent: AgentId): Promise<Reading> {
    await this.#trip();
    const version = String(this.#database.versionOf(agent));
    return { version, state: structuredClone(this.#stateOf(agent)) };
  }

  update(
    agent: AgentId,
    touch: Touch,
    decide: (slice: Slice) => Change | undefined,
    note?: ChangeNote | null,
  ): Promise<boolean> {
    return this.#turns.take(agent, async () => {
      for (;;) {
        await this.#trip();
        const slice = structuredClone(sliceOf(this.#stateOf(agent), touch));
        const change = decide(slice);
        if (!change) return false;
        assertTouched(touch, change);
        if (this.#conflicts()) continue;
        const wrote = this.#database.apply(agent, structuredClone(change));
        for (const provider of providersOfRemoved(change, slice)) this.#database.forgetMaterial(provider);
        const purged = this.#remember(agent, slice, change, wrote ? note : null);
        return wrote || purged;
      }
    });
  }

  async history(agent: AgentId): Promise<readonly HistoryEntry[]> {
    await this.#trip();
    const entries = this.#database.historyOf(agent);
    const old = forgettable(entries, this.#options.now());
    return structuredClone(entries.filter(({ change }) => !old.has(change)));
  }

  /** Returns whether anything was purged. */
  #remember(agent: AgentId, before: Slice, change: Change, note: ChangeNote | null | undefined): boolean {
    const profiles = [...before.profiles.keys(), ...(change.profiles?.keys() ?? [])];
    const after = sliceOf(this.#stateOf(agent), { profiles, providers: [...(change.order?.keys() ?? [])] });
    const record = this.#database.record(agent);
    return remember(record, { change, note, before, after }, this.#options.now());
  }

  async family(token: RefreshToken): Promise<Family> {
    await this.#trip();
    return structuredClone(this.#database.familyOf(token));
  }

  updateFamily(token: RefreshToken, decide: (family: Family) => FamilyChange | undefined): Promise<Family> {
    return this.#turns.take(MAIN_AGENT, async () => {
      for (;;) {
        await this.#trip();
        const family = this.#database.familyOf(token);
        const change = decide(structuredClone(family));
        if (!change) return family;
        if (this.#conflicts()) continue;
        const main = this.#stateOf(MAIN_AGENT);
        return structuredClone(this.#database.changeFamily(token, family, structuredClone(change), main));
      }
    });
  }

  async applyHealth(changes: readonly HealthChange[]): Promise<void> {
    const byAgent = Map.groupBy(changes, (change) => change.agent);
    await Promise.all(
      [...byAgent].map(([agent, own]) =>
        this.#turns.take(agent, async () => {
          await this.#trip();
          this.#database.settle(agent, own, this.#options.cooldowns ?? DEFAULT_COOLDOWNS);
        }),
      ),
    );
  }

  async lease(agent: AgentId, name: string, owner: string): Promise<Lease | { readonly heldBy: string }> {
    await this.#trip();
    return takeLease(this.#database.record(agent), name, owner);
  }

  async release(agent: AgentId, lease: Lease): Promise<void> {
    await this.#trip();
    giveBack(this.#database.record(agent), lease);
  }

  watch(agents: readonly AgentId[], onChange: (agent: AgentId) => void): () => void {
    const versions = new Map(agents.map((agent) => [agent, this.#database.versionOf(agent)]));
    const look = (agent: AgentId) => {
      const version = this.#database.versionOf(agent);
      if (!versions.has(agent) || versions.get(agent) === version) return;
      versions.set(agent, version);
      queueMicrotask(() => onChange(agent));
    };
    const notice = (agent: AgentId) => {
      const { remote } = this.#options;
      if (!remote || remote.random() >= remote.lostNoticeRate) look(agent);
    };
    const timer = setInterval(() => agents.forEach(look), LOOK_EVERY_MS).unref();
    this.#database.watchers.add(notice);
    const stop = () => {
      clearInterval(timer);
      this.#database.watchers.delete(notice);
      this.#watches.delete(stop);
    };
    this.#watches.add(stop);
    return stop;
  }

  async close(): Promise<void> {
    for (const stop of this.#watches) stop();
    await this.#turns.end();
  }

  async #trip(): Promise<void> {
    const { remote } = this.#options;
    if (remote) await sleep(remote.random() * remote.delayMs);
  }

  #stateOf(agent: AgentId): AgentState {
    const { now, machine = machineTime } = this.#options;
    return this.#database.stateOf(agent, { now: now(), machine: machine() });
  }

  #conflicts(): boolean {
    const { remote } = this.#options;
    return remote !== undefined && remote.random() < remote.conflictRate;
  }
}
