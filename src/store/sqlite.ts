// The store on SQLite: one database per agent, the file that OpenClaw uses too.
// Rows: fidelity spec §1.1. Rules: DESIGN, "Never broken" 3-6 and "State".
import type { DatabaseSync } from "node:sqlite";
import type { CooldownPolicy } from "../core/health.ts";
import { DEFAULT_COOLDOWNS } from "../core/health.ts";
import type { AgentId } from "../core/ids.ts";
import type { AgentRows, Draft, Meaning } from "./draft.ts";
import {
  applyChange,
  assertTouched,
  interpret,
  isChanged,
  isUnstored,
  observe,
  sliceOf,
  stateOf,
} from "./draft.ts";
import { readFault, writeFault } from "./faults.ts";
import { generationOf, InstallKey } from "./generation.ts";
import { giveBack, takeLease } from "./lease.ts";
import { thisProcess } from "./process-identity.ts";
import { inSnapshot, readDatabase, realFile } from "./read-database.ts";
import { hashText, loadRows, saveDraft } from "./rows.ts";
import { ensureSchema } from "./schema.ts";
import type { AgentState, Change, HealthChange, Lease, Reading, Slice, Store, Touch } from "./store.ts";
import { Turns } from "./turns.ts";
import { watchDatabase } from "./watch.ts";
import type { Durability } from "./write-database.ts";
import { patiently, transact, WriteConnections } from "./write-database.ts";

/** Where the files lie; the part of the program's paths that a store needs. */
export interface StorePaths {
  readonly globalDir: string;
  agentDatabase(agent: AgentId): string;
}

export interface SqliteOptions {
  readonly paths: StorePaths;
  /** ms since epoch */
  readonly now: () => number;
  readonly cooldowns?: CooldownPolicy;
}

export function openSqliteStore(options: SqliteOptions): Store {
  return new SqliteStore(options);
}

export const EMPTY_STATE: AgentState = {
  profiles: [],
  order: new Map(),
  health: new Map(),
  lastGood: new Map(),
  warnings: [],
};

class SqliteStore implements Store {
  readonly #options: SqliteOptions;
  readonly #installKey: InstallKey;
  readonly #connections = new WriteConnections();
  readonly #turns = new Turns();
  readonly #watches = new Set<() => void>();

  constructor(options: SqliteOptions) {
    this.#options = options;
    this.#installKey = new InstallKey(options.paths.globalDir);
  }

  async read(agent: AgentId): Promise<Reading> {
    const file = this.#options.paths.agentDatabase(agent);
    const rows = await this.#load(file);
    if (!rows) return { version: "none", state: EMPTY_STATE };
    const { key, warning } = this.#installKey.current();
    const state = stateOf(interpret(rows, this.#meaning(key, this.#options.now())));
    const version = versionOf(rows, key);
    const warnings = [...(warning ? [warning] : []), ...state.warnings].map((text) => `${file}: ${text}`);
    return { version, state: { ...state, warnings } };
  }

  async update(agent: AgentId, touch: Touch, decide: (slice: Slice) => Change | undefined): Promise<boolean> {
    const asked = fencedOff(decide);
    let removes = false;
    try {
      // A change that turns out to be none must not create a file.
      if (!this.#exists(agent) && !asked({ profiles: new Map(), order: new Map() })) return false;
      const wrote = await this.#write(agent, "FULL", (draft, meaning) => {
        const change = asked(sliceOf(stateOf(draft), touch));
        if (!change) return false;
        assertTouched(touch, change);
        applyChange(draft, change, meaning);
        removes = [...(change.profiles?.values() ?? [])].includes(null);
        return isChanged(draft);
      });
      if (removes) this.#connections.current(this.#options.paths.agentDatabase(agent))?.exec(FORGET_PAGES);
      return wrote;
    } catch (error) {
      throw error instanceof Thrown ? error.what : error;
    }
  }

  async applyHealth(changes: readonly HealthChange[]): Promise<void> {
    const byAgent = Map.groupBy(changes, (change) => change.agent);
    await Promise.all([...byAgent].map(([agent, own]) => this.#settle(agent, own)));
  }

  async lease(agent: AgentId, name: string, owner: string): Promise<Lease | { readonly heldBy: string }> {
    const self = thisProcess();
    return this.#transaction(agent, "FULL", (db, now) => {
      ensureSchema(db, agent, now);
      return takeLease(db, name, owner, self, now);
    });
  }

  async release(agent: AgentId, lease: Lease): Promise<void> {
    if (!this.#exists(agent)) return;
    await this.#transaction(agent, "FULL", (db, now) => {
      ensureSchema(db, agent, now);
      giveBack(db, lease);
    });
  }

  watch(agents: readonly AgentId[], onChange: (agent: AgentId) => void): () => void {
    const { paths } = this.#options;
    const stops = agents.map((agent) => watchDatabase(paths.agentDatabase(agent), () => onChange(agent)));
    const stop = () => {
      for (const each of stops) each();
      this.#watches.delete(stop);
    };
    this.#watches.add(stop);
    return stop;
  }

  async close(): Promise<void> {
    for (const stop of this.#watches) stop();
    await this.#turns.end();
    this.#connections.closeAll();
  }

  async #load(file: string): Promise<AgentRows | undefined> {
    try {
      return await patiently(() => {
        const open = this.#connections.current(file);
        return open ? inSnapshot(open, loadRows) : readDatabase(file, loadRows);
      });
    } catch (error) {
      throw readFault(file, error);
    }
  }

  async #settle(agent: AgentId, changes: readonly HealthChange[]): Promise<void> {
    if (!this.#exists(agent) && !changes.some(({ profileId }) => isUnstored(profileId))) return;
    const policy = this.#options.cooldowns ?? DEFAULT_COOLDOWNS;
    await this.#write(agent, "NORMAL", (draft, { now }, db) => {
      ensureSchema(db, agent, now);
      const news = markApplied(db, changes, now);
      for (const change of news) observe(draft, change, policy);
      return news.length > 0;
    });
  }

  /** One transaction around load, change and save; saves only when `change` says so, and returns that. */
  #write(
    agent: AgentId,
    durability: Durability,
    change: (draft: Draft, meaning: Meaning, db: DatabaseSync) => boolean,
  ): Promise<boolean> {
    return this.#transaction(agent, durability, (db, now) => {
      const meaning = this.#meaning(this.#installKey.current().key, now);
      const draft = interpret(loadRows(db), meaning);
      if (!change(draft, meaning, db)) return false;
      ensureSchema(db, agent, now);
      saveDraft(db, draft, now);
      return true;
    });
  }

  #transaction<T>(
    agent: AgentId,
    durability: Durability,
    body: (db: DatabaseSync, now: number) => T,
  ): Promise<T> {
    const file = this.#options.paths.agentDatabase(agent);
    const work = () => {
      this.#installKey.publish();
      const db = this.#connections.obtain(file);
      return transact(db, durability, () => body(db, this.#options.now()));
    };
    return this.#turns.take(agent, async () => {
      try {
        return await patiently(work);
      } catch (error) {
        throw writeFault(file, error);
      }
    });
  }

  #exists(agent: AgentId): boolean {
    return realFile(this.#options.paths.agentDatabase(agent)) !== undefined;
  }

  #meaning(key: Buffer, now: number): Meaning {
    return { generationOf: (credential) => generationOf(key, credential), hash: hashText, now };
  }
}

/** Carries what `decide` threw past the translation of the store's own faults. */
class Thrown extends Error {
  readonly what: unknown;
  constructor(what: unknown) {
    super("decide threw", { cause: what });
    this.what = what;
  }
}

function fencedOff(decide: (slice: Slice) => Change | undefined): typeof decide {
  return (slice) => {
    try {
      return decide(slice);
    } catch (error) {
      throw new Thrown(error);
    }
  };
}

/** A removed secret still stands in old pages of the WAL. Best effort: a reader may keep them for now. */
const FORGET_PAGES = "PRAGMA wal_checkpoint(TRUNCATE)";

/** Writers that were silent for this long are forgotten: they number anew under a new name. */
const WRITER_KEPT_MS = 7 * 24 * 60 * 60 * 1000;

/** The changes that were not applied before; from now on they were. */
function markApplied(db: DatabaseSync, changes: readonly HealthChange[], now: number): HealthChange[] {
  const highest = new Map<string, number>();
  const select = db.prepare("SELECT seq FROM access_applied WHERE writer = ?");
  const fresh = changes.filter(({ writer, seq }) => {
    const applied = highest.get(writer) ?? Number(select.get(writer)?.["seq"] ?? 0);
    highest.set(writer, Math.max(applied, seq));
    return seq > applied;
  });
  if (fresh.length === 0) return [];
  const upsert = db.prepare("INSERT OR REPLACE INTO access_applied VALUES (?, ?, ?)");
  for (const [writer, seq] of highest) upsert.run(writer, seq, now);
  db.prepare("DELETE FROM access_applied WHERE updated_at < ?").run(now - WRITER_KEPT_MS);
  return fresh;
}

/** Equal exactly when everything that a reading shows was equal: the key matters for generations. */
function versionOf(rows: AgentRows, key: Buffer): string {
  const { store, state, storeLeft, stateLeft, health, written } = rows;
  const shown = [store, state, storeLeft, stateLeft, [...health], [...written], key.toString("base64")];
  return hashText(JSON.stringify(shown));
}
