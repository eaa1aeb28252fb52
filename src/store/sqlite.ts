// The store on SQLite: one database per agent, the file that OpenClaw uses too.
// Rows: fidelity spec §1.1. Rules: DESIGN, "Never broken" 3-6 and "State".
import type { Family, FamilyChange } from "../core/family.ts";
import type { CooldownPolicy } from "../core/health.ts";
import { DEFAULT_COOLDOWNS } from "../core/health.ts";
import type { ChangeNote } from "../core/history.ts";
import type { AgentId, ProfileId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { AgentFilesOptions } from "./agent-files.ts";
import { AgentFiles } from "./agent-files.ts";
import { AgentWrites } from "./agent-writes.ts";
import { interpret, stateOf } from "./draft.ts";
import { changeFamily } from "./change-family.ts";
import { loadFamilies } from "./family-rows.ts";
import { fencedOff, unfenced } from "./fenced.ts";
import { fingerprintOf } from "./generation.ts";
import { loadHistory } from "./history-rows.ts";
import { giveBack, heldFor, takeLease } from "./lease.ts";
import { machineTime } from "./machine-clock.ts";
import { newsOf } from "./news.ts";
import { thisProcess } from "./process-identity.ts";
import { ensureSchema } from "./schema.ts";
import type {
  AgentState,
  Change,
  Depth,
  HealthChange,
  HistoryEntry,
  Lease,
  Reading,
  RefreshToken,
  Slice,
  Store,
  Touch,
} from "./store.ts";
import { versionOf } from "./version.ts";
import { watchDatabase } from "./watch.ts";

export type { StorePaths } from "./agent-files.ts";

export interface SqliteOptions extends AgentFilesOptions {
  readonly cooldowns?: CooldownPolicy;
  /** whose stores may hold copies of a login, besides those that were asked for */
  readonly agents?: () => readonly AgentId[];
}

export function openSqliteStore(options: SqliteOptions): Store {
  return new SqliteStore(options);
}

const EMPTY_STATE: AgentState = {
  profiles: [],
  order: new Map(),
  health: new Map(),
  lastGood: new Map(),
  warnings: [],
};

const EMPTY_SLICE: Slice = {
  profiles: new Map(),
  order: new Map(),
  health: new Map(),
  lastGood: new Map(),
};

class SqliteStore implements Store {
  readonly #options: SqliteOptions;
  readonly #files: AgentFiles;
  readonly #writes: AgentWrites;
  readonly #watches = new Set<() => void>();
  readonly #seen = new Set<AgentId>();
  /** How often this store changed credentials or order. */
  readonly #updates = new Map<AgentId, number>();

  constructor(options: SqliteOptions) {
    this.#options = options;
    this.#files = new AgentFiles(options);
    const agents = () => new Set([...this.#seen, ...(options.agents?.() ?? [])]);
    this.#writes = new AgentWrites(this.#files, {
      agents,
      cooldowns: () => options.cooldowns ?? DEFAULT_COOLDOWNS,
    });
  }

  async read(agent: AgentId, depth: Depth = "secrets"): Promise<Reading> {
    this.#seen.add(agent);
    const files = this.#files;
    const { key, warning } = files.installKey();
    const meaning = files.meaningFor(agent);
    const opening = depth === "facts" ? "facts" : "open";
    const rows = await files.load(agent, opening, (db) => files.rowsIn(db, agent, meaning, opening));
    if (!rows) return { version: "none", state: EMPTY_STATE };
    const state = stateOf(interpret(rows, meaning));
    const warnings = [...(warning ? [warning] : []), ...state.warnings].map(
      (text) => `${files.pathOf(agent)}: ${text}`,
    );
    return {
      get version() {
        return versionOf(rows, key);
      },
      state: { ...state, warnings },
    };
  }

  async history(agent: AgentId): Promise<readonly HistoryEntry[]> {
    const now = this.#options.now();
    return (await this.#files.load(agent, "open", (db) => loadHistory(db, now))) ?? [];
  }

  async update(
    agent: AgentId,
    touch: Touch,
    decide: (slice: Slice) => Change | undefined,
    note?: ChangeNote | null,
  ): Promise<boolean> {
    const asked = fencedOff(decide);
    this.#seen.add(agent);
    try {
      // A change that turns out to be none must not create a file.
      if (!this.#files.exists(agent) && !asked(EMPTY_SLICE)) return false;
      const wrote = await this.#writes.change(agent, touch, asked, note);
      if (wrote) this.#countUpdate(agent);
      return wrote;
    } catch (error) {
      throw unfenced(error);
    }
  }

  async family(token: RefreshToken): Promise<Family> {
    const asked = fingerprintOf(this.#files.installKey().key, token);
    const known = await this.#files.load(MAIN_AGENT, "open", (db, codec) => {
      codec?.needKey();
      return loadFamilies(db, [asked]);
    });
    return known?.get(asked) ?? { id: asked, spent: false };
  }

  async updateFamily(
    token: RefreshToken,
    decide: (family: Family) => FamilyChange | undefined,
  ): Promise<Family> {
    const asked = fencedOff(decide);
    try {
      const family = await this.#files.transaction(MAIN_AGENT, "FULL", "open", (db, now, codec) => {
        // Before a token is spent, not after it.
        codec?.needKey();
        const meaning = this.#files.meaningFor(MAIN_AGENT, now);
        const rowsOf = (ids: readonly ProfileId[]) =>
          this.#files.rowsIn(db, MAIN_AGENT, meaning, "open", ids);
        return changeFamily(db, token, asked, { meaning, rowsOf });
      });
      this.#countUpdate(MAIN_AGENT);
      return family;
    } catch (error) {
      throw unfenced(error);
    }
  }

  #countUpdate(agent: AgentId): void {
    this.#updates.set(agent, (this.#updates.get(agent) ?? 0) + 1);
  }

  async applyHealth(changes: readonly HealthChange[]): Promise<void> {
    const byAgent = Map.groupBy(changes, (change) => change.agent);
    await Promise.all([...byAgent].map(([agent, own]) => this.#writes.settle(agent, own)));
  }

  async lease(agent: AgentId, name: string, owner: string): Promise<Lease | { readonly heldBy: string }> {
    const machine = (this.#options.machine ?? machineTime)();
    const applicant = { owner, self: thisProcess(), machine, now: this.#options.now() };
    // A look first: those who wait do not stand in the way of the one that is to write.
    const heldBy = await this.#files.load(agent, "facts", (db) => heldFor(db, name, applicant));
    if (heldBy !== undefined) return { heldBy };
    return this.#files.transaction(agent, "FULL", "facts", (db, now) => {
      ensureSchema(db, agent, now);
      return takeLease(db, name, applicant);
    });
  }

  async release(agent: AgentId, lease: Lease): Promise<void> {
    if (!this.#files.exists(agent)) return;
    // A power cut forgets it, and ends its owner: that is proof enough.
    await this.#files.transaction(agent, "NORMAL", "facts", (db, now) => {
      ensureSchema(db, agent, now);
      giveBack(db, lease);
    });
  }

  watch(agents: readonly AgentId[], onChange: (agent: AgentId) => void): () => void {
    const stops = agents.map((agent) => {
      const isNews = newsOf(
        () => this.#files.connection(agent),
        () => this.#updates.get(agent) ?? 0,
      );
      void this.#writes.remember(agent);
      return watchDatabase(this.#files.pathOf(agent), () => {
        if (!isNews()) return;
        onChange(agent);
        void this.#writes.remember(agent);
      });
    });
    const stop = () => {
      for (const each of stops) each();
      this.#watches.delete(stop);
    };
    this.#watches.add(stop);
    return stop;
  }

  async close(): Promise<void> {
    for (const stop of this.#watches) stop();
    await this.#files.close();
  }
}
