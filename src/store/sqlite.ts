// The store on SQLite: one database per agent, the file that OpenClaw uses too.
// Rows: fidelity spec §1.1. Rules: DESIGN, "Never broken" 3-6 and "State".
import type { DatabaseSync } from "node:sqlite";
import type { Credential } from "../core/credential.ts";
import type { Family, FamilyChange, MachineTime } from "../core/family.ts";
import type { CooldownPolicy } from "../core/health.ts";
import { DEFAULT_COOLDOWNS } from "../core/health.ts";
import type { ChangeNote } from "../core/history.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import { markApplied } from "./applied.ts";
import { applyChange, assertTouched, observe } from "./change.ts";
import type { Codec, Opening, SealedRow } from "./codec.ts";
import { digestIn, isStandIn, NotReady, prepared } from "./codec.ts";
import type { AgentRows, Credentials, Draft, Meaning } from "./draft.ts";
import { hashRow, interpret, isChanged, isUnstored, readCredentials, sliceOf, stateOf } from "./draft.ts";
import { changeFamily, joinRenewals } from "./change-family.ts";
import { providersOfRemoved, tokenOf } from "./families.ts";
import { forgetMaterial, loadFamilies } from "./family-rows.ts";
import { isBusy, readFault, writeFault } from "./faults.ts";
import { fencedOff, unfenced } from "./fenced.ts";
import type { GenerationKey } from "./generation.ts";
import { fingerprintOf, generationOf, InstallKey } from "./generation.ts";
import { itemsOf } from "./history.ts";
import { loadHistory, purgeHistory, rememberItems } from "./history-rows.ts";
import { giveBack, heldFor, takeLease } from "./lease.ts";
import { machineTime } from "./machine-clock.ts";
import { newsOf } from "./news.ts";
import { thisProcess } from "./process-identity.ts";
import { inSnapshot, readDatabase, realFile } from "./read-database.ts";
import { loadRows, loadStore, saveDraft } from "./rows.ts";
import type { Renewal } from "./renewed-elsewhere.ts";
import { ensureSchema } from "./schema.ts";
import type { SealPlaces } from "./seal/places.ts";
import { Seals } from "./seals.ts";
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
import { Turns } from "./turns.ts";
import { versionOf } from "./version.ts";
import { watchDatabase } from "./watch.ts";
import type { Durability } from "./write-database.ts";
import { forgetOldPages, patiently, transact, WriteConnections } from "./write-database.ts";

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
  /** whose stores may hold copies of a login, besides those that were asked for */
  readonly agents?: () => readonly AgentId[];
  /** the clock that nobody sets; another one in tests */
  readonly machine?: () => MachineTime;
  /** where the key of a sealed database is looked for, besides where it says */
  readonly seal?: () => SealPlaces;
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

const EMPTY_SLICE: Slice = {
  profiles: new Map(),
  order: new Map(),
  health: new Map(),
  lastGood: new Map(),
};

interface LastRead {
  readonly file: string;
  readonly store: string | undefined;
  readonly sealed: SealedRow | undefined;
  readonly key: GenerationKey;
  readonly credentials: Credentials;
  /** of its refresh tokens, by profile */
  fingerprints?: readonly string[];
}

/** Whether another program changed a row in which there are logins. */
const isWorthANote = ({ rows, renewals, profiles }: Draft): boolean =>
  renewals.length > 0 ||
  (rows.sealed !== undefined && !rows.sealed.locked && rows.sealed.plain.size > 0) ||
  (rows.storeLeft !== hashRow(rows.store) &&
    profiles.values().some(({ credential }) => tokenOf(credential) !== undefined));

/** The state with what readers are not shown of a sealed store. */
const unshown = (draft: Draft, state: AgentState): AgentState =>
  draft.rows.sealed ? { ...state, profiles: [...draft.profiles.values()] } : state;

/** Alters a draft. Returns whether it is to be saved, or what is to be written after it. */
type Alter = (draft: Draft, meaning: Meaning, db: DatabaseSync) => boolean | (() => void);

class SqliteStore implements Store {
  readonly #options: SqliteOptions;
  readonly #installKey: InstallKey;
  readonly #connections = new WriteConnections();
  readonly #turns = new Turns();
  readonly #watches = new Set<() => void>();
  readonly #seen = new Set<AgentId>();
  /** How often this store changed credentials or order, by file. */
  readonly #updates = new Map<string, number>();
  /** Most transactions find the credentials as the last one left them. */
  #lastRead: LastRead | undefined;
  readonly #seals: Seals;

  constructor(options: SqliteOptions) {
    this.#options = options;
    this.#installKey = new InstallKey(options.paths.globalDir);
    this.#seals = new Seals({
      places: () => options.seal?.() ?? {},
      mainFile: () => options.paths.agentDatabase(MAIN_AGENT),
      installKey: () => this.#installKey.current().key,
    });
  }

  async read(agent: AgentId, depth: Depth = "secrets"): Promise<Reading> {
    this.#seen.add(agent);
    const file = this.#options.paths.agentDatabase(agent);
    const { key, warning } = this.#installKey.current();
    const meaning = this.#meaning(file, key, this.#options.now());
    const opening = depth === "facts" ? "facts" : "open";
    const rows = await this.#load(file, opening, (db) => this.#rowsIn(db, agent, meaning, opening));
    if (!rows) return { version: "none", state: EMPTY_STATE };
    const state = stateOf(interpret(rows, meaning));
    const warnings = [...(warning ? [warning] : []), ...state.warnings].map((text) => `${file}: ${text}`);
    return {
      get version() {
        return versionOf(rows, key);
      },
      state: { ...state, warnings },
    };
  }

  async history(agent: AgentId): Promise<readonly HistoryEntry[]> {
    const now = this.#options.now();
    const file = this.#options.paths.agentDatabase(agent);
    return (await this.#load(file, "open", (db) => loadHistory(db, now))) ?? [];
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
      if (!this.#exists(agent) && !asked(EMPTY_SLICE)) return false;
      const wrote = await this.#change(agent, touch, asked, note);
      if (wrote) this.#countUpdate(agent);
      return wrote;
    } catch (error) {
      throw unfenced(error);
    }
  }

  async family(token: RefreshToken): Promise<Family> {
    const asked = fingerprintOf(this.#installKey.current().key, token);
    const file = this.#options.paths.agentDatabase(MAIN_AGENT);
    const known = await this.#load(file, "open", (db, codec) => {
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
      const family = await this.#transaction(MAIN_AGENT, "FULL", "open", (db, now, codec) => {
        // Before a token is spent, not after it.
        codec?.needKey();
        const meaning = this.#meaningFor(MAIN_AGENT, now);
        const rowsOf = (ids: readonly ProfileId[]) => this.#rowsIn(db, MAIN_AGENT, meaning, "open", ids);
        return changeFamily(db, token, asked, { meaning, rowsOf });
      });
      this.#countUpdate(MAIN_AGENT);
      return family;
    } catch (error) {
      throw unfenced(error);
    }
  }

  #countUpdate(agent: AgentId): void {
    const file = this.#options.paths.agentDatabase(agent);
    this.#updates.set(file, (this.#updates.get(file) ?? 0) + 1);
  }

  async applyHealth(changes: readonly HealthChange[]): Promise<void> {
    const byAgent = Map.groupBy(changes, (change) => change.agent);
    await Promise.all([...byAgent].map(([agent, own]) => this.#settle(agent, own)));
  }

  async lease(agent: AgentId, name: string, owner: string): Promise<Lease | { readonly heldBy: string }> {
    const machine = (this.#options.machine ?? machineTime)();
    const applicant = { owner, self: thisProcess(), machine, now: this.#options.now() };
    // A look first: those who wait do not stand in the way of the one that is to write.
    const file = this.#options.paths.agentDatabase(agent);
    const heldBy = await this.#load(file, "facts", (db) => heldFor(db, name, applicant));
    if (heldBy !== undefined) return { heldBy };
    return this.#transaction(agent, "FULL", "facts", (db, now) => {
      ensureSchema(db, agent, now);
      return takeLease(db, name, applicant);
    });
  }

  async release(agent: AgentId, lease: Lease): Promise<void> {
    if (!this.#exists(agent)) return;
    // A power cut forgets it, and ends its owner: that is proof enough.
    await this.#transaction(agent, "NORMAL", "facts", (db, now) => {
      ensureSchema(db, agent, now);
      giveBack(db, lease);
    });
  }

  watch(agents: readonly AgentId[], onChange: (agent: AgentId) => void): () => void {
    const { paths } = this.#options;
    const stops = agents.map((agent) => {
      const file = paths.agentDatabase(agent);
      const isNews = newsOf(
        () => this.#connections.current(file),
        () => this.#updates.get(file) ?? 0,
      );
      void this.#remember(agent);
      return watchDatabase(file, () => {
        if (!isNews()) return;
        onChange(agent);
        void this.#remember(agent);
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
    await this.#turns.end();
    this.#connections.closeAll();
  }

  async #load<T>(
    file: string,
    opening: Opening,
    load: (db: DatabaseSync, codec: Codec | undefined) => T,
  ): Promise<T | undefined> {
    const read = (db: DatabaseSync) => load(db, this.#seals.codecIn(db, opening));
    const work = () => {
      const open = this.#connections.current(file);
      return open ? inSnapshot(open, read) : readDatabase(file, read);
    };
    try {
      return await prepared(() => patiently(work));
    } catch (error) {
      throw readFault(file, error);
    }
  }

  async #change(
    agent: AgentId,
    touch: Touch,
    decide: (slice: Slice) => Change | undefined,
    note: ChangeNote | null | undefined,
  ) {
    let removes = false;
    let gone: readonly ProviderId[] = [];
    const change: Alter = (draft, meaning, db) => {
      const state = stateOf(draft);
      const slice = sliceOf(state, touch);
      const wanted = decide(slice);
      if (!wanted) return false;
      assertTouched(touch, wanted);
      // The history keeps what is sealed as it is, opened or not.
      const before = draft.rows.sealed ? sliceOf(unshown(draft, state), touch) : slice;
      applyChange(draft, wanted, meaning);
      const purged = wanted.purge !== undefined && purgeHistory(db, wanted.purge, slice.profiles);
      gone = providersOfRemoved(wanted, before);
      removes = purged || [...(wanted.profiles?.values() ?? [])].includes(null);
      if (!isChanged(draft)) return purged;
      return () => {
        if (!note) return;
        const after = sliceOf(unshown(draft, stateOf(draft)), touch);
        rememberItems(db, note, itemsOf(wanted, before, after), meaning.now);
      };
    };
    const opening = touch.profiles?.length && !touch.facts ? "open" : "handy";
    const wrote = await this.#write(agent, "FULL", change, opening, touch.profiles);
    if (wrote && gone.length > 0 && this.#exists(MAIN_AGENT)) await this.#forgetMaterial(gone);
    const open = this.#connections.current(this.#options.paths.agentDatabase(agent));
    if (removes && open) forgetOldPages(open);
    return wrote;
  }

  /** A row of any agent may be all that stands for a login, also an old one that was written back. */
  async #forgetMaterial(providers: readonly ProviderId[]): Promise<void> {
    const fingerprintsIn = (
      file: string,
      rows: Pick<AgentRows, "store" | "sealed"> | undefined,
    ): string[] => {
      if (!rows) return [];
      const meaning = this.#meaning(file, this.#installKey.current().key, this.#options.now());
      const tokens = [...meaning.credentialsIn(rows).profiles.values()].map(({ credential }) =>
        tokenOf(credential),
      );
      return tokens.flatMap((token) => (token ? [meaning.fingerprintOf(token)] : []));
    };
    const agents = new Set([...this.#seen, ...(this.#options.agents?.() ?? [])]);
    const files = [...agents].map((agent) => this.#options.paths.agentDatabase(agent));
    const loads = files.map((each) => this.#load(each, "handy", loadStore));
    const stores = await Promise.all(loads).catch(() => undefined);
    // One that cannot be read may hold a copy.
    if (!stores) return;
    const others = files.flatMap((each, n) => fingerprintsIn(each, stores[n]));
    const file = this.#options.paths.agentDatabase(MAIN_AGENT);
    await this.#transaction(MAIN_AGENT, "FULL", "handy", (db) => {
      const families = loadFamilies(db, [...others, ...fingerprintsIn(file, loadStore(db))]);
      const held = new Set([...families.values()].map(({ id }) => id));
      for (const provider of providers) forgetMaterial(db, provider, held);
    });
    const open = this.#connections.current(file);
    if (open) forgetOldPages(open);
  }

  async #settle(agent: AgentId, changes: readonly HealthChange[]): Promise<void> {
    if (!this.#exists(agent) && !changes.some(({ profileId }) => isUnstored(profileId))) return;
    const policy = this.#options.cooldowns ?? DEFAULT_COOLDOWNS;
    const settle: Alter = (draft, { now }, db) => {
      ensureSchema(db, agent, now);
      const news = markApplied(db, changes, now);
      for (const change of news) observe(draft, change, policy);
      return news.length > 0;
    };
    await this.#write(agent, "NORMAL", settle, "handy");
  }

  /** One transaction around load, change and save; saves only when `change` says so, and returns that. */
  async #write(
    agent: AgentId,
    durability: Durability,
    change: Alter,
    opening: Opening,
    touched: readonly ProfileId[] = [],
  ): Promise<boolean> {
    let renewals: readonly Renewal[] = [];
    let sealsPlain = false;
    const wrote = await this.#transaction(agent, durability, opening, (db, now) => {
      const meaning = this.#meaningFor(agent, now);
      const draft = interpret(this.#rowsIn(db, agent, meaning, opening, touched), meaning);
      const { sealed } = draft.rows;
      sealsPlain = sealed !== undefined && !sealed.locked && sealed.plain.size > 0;
      const changed = change(draft, meaning, db);
      if (changed === false) return false;
      ensureSchema(db, agent, now);
      saveDraft(db, draft, now);
      renewals = draft.renewals;
      if (agent === MAIN_AGENT) joinRenewals(db, renewals, meaning);
      if (changed !== true) changed();
      return true;
    });
    if (wrote && renewals.length > 0 && agent !== MAIN_AGENT) await this.#joinInMain(renewals);
    const open = sealsPlain && this.#connections.current(this.#options.paths.agentDatabase(agent));
    if (wrote && open) forgetOldPages(open);
    return wrote;
  }

  /** Families lie with main. What fails here was no part of what the caller asked for. */
  async #joinInMain(renewals: readonly Renewal[]): Promise<void> {
    const join = this.#transaction(MAIN_AGENT, "NORMAL", "handy", (db, now) => {
      ensureSchema(db, MAIN_AGENT, now);
      joinRenewals(db, renewals, this.#meaningFor(MAIN_AGENT, now));
    });
    await join.catch(() => undefined);
  }

  /**
   * Remembers what other programs did to logins. The tokens that they spent are seen in passing only: when an old
   * row comes back, nobody else can tell.
   */
  async #remember(agent: AgentId): Promise<void> {
    if (!this.#exists(agent)) return;
    try {
      const file = this.#options.paths.agentDatabase(agent);
      const meaning = this.#meaningFor(agent, this.#options.now());
      const draft = await this.#load(file, "handy", (db) =>
        interpret(this.#rowsIn(db, agent, meaning, "handy"), meaning),
      );
      if (draft && isWorthANote(draft)) await this.#write(agent, "NORMAL", isWorthANote, "handy");
    } catch {
      // A file that cannot be read or written now; whoever wants something of it is told.
    }
  }

  #transaction<T>(
    agent: AgentId,
    durability: Durability,
    opening: Opening,
    body: (db: DatabaseSync, now: number, codec: Codec | undefined) => T,
  ): Promise<T> {
    const file = this.#options.paths.agentDatabase(agent);
    const work = () => {
      this.#installKey.publish();
      const db = this.#connections.obtain(file);
      return transact(db, durability, () => {
        this.#seals.begin(db, agent, this.#options.now());
        return body(db, this.#options.now(), this.#seals.codecIn(db, opening));
      });
    };
    return this.#turns.take(agent, async () => {
      try {
        return await prepared(() => patiently(work));
      } catch (error) {
        throw writeFault(file, error);
      }
    });
  }

  #rowsIn(
    db: DatabaseSync,
    agent: AgentId,
    meaning: Meaning,
    opening: Opening,
    touched: readonly ProfileId[] = [],
  ): AgentRows {
    const rows = loadRows(db, touched, this.#lastRead?.sealed);
    const fingerprints = this.#fingerprintsIn(rows, meaning);
    const load = (main: DatabaseSync) => loadFamilies(main, fingerprints);
    if (fingerprints.length === 0) return { ...rows, families: new Map() };
    return { ...rows, families: agent === MAIN_AGENT ? load(db) : this.#familiesElsewhere(opening, load) };
  }

  /** While main's file cannot be read, nothing is known of families, and no login can be refreshed either. */
  #familiesElsewhere(
    opening: Opening,
    load: (db: DatabaseSync) => AgentRows["families"],
  ): AgentRows["families"] {
    const read = (db: DatabaseSync) => {
      this.#seals.codecIn(db, opening);
      return load(db);
    };
    try {
      const file = this.#options.paths.agentDatabase(MAIN_AGENT);
      const open = this.#connections.current(file);
      return (open ? inSnapshot(open, read) : readDatabase(file, read)) ?? new Map();
    } catch (error) {
      if (isBusy(error) || error instanceof NotReady) throw error;
      return new Map();
    }
  }

  #fingerprintsIn(rows: Pick<AgentRows, "store" | "sealed">, meaning: Meaning): readonly string[] {
    const { profiles } = meaning.credentialsIn(rows);
    const last = this.#lastRead!;
    return (last.fingerprints ??= [...profiles.values()].flatMap(({ credential }) => {
      const token = tokenOf(credential);
      return token ? [meaning.fingerprintOf(token)] : [];
    }));
  }

  #meaningFor(agent: AgentId, now: number): Meaning {
    return this.#meaning(this.#options.paths.agentDatabase(agent), this.#installKey.current().key, now);
  }

  #exists(agent: AgentId): boolean {
    return realFile(this.#options.paths.agentDatabase(agent)) !== undefined;
  }

  #meaning(file: string, key: GenerationKey, now: number): Meaning {
    const generation = (credential: Credential) => generationOf(key, credential);
    const credentialsIn = (rows: Pick<AgentRows, "store" | "sealed">) => {
      const { store, sealed } = rows;
      const last = this.#lastRead;
      const same = last?.file === file && last.store === store && last.key === key && last.sealed === sealed;
      if (same) return last.credentials;
      const credentials = readCredentials(rows, generation);
      this.#lastRead = { file, store, sealed, key, credentials };
      return credentials;
    };
    const machine = this.#options.machine ?? machineTime;
    return {
      generationOf: generation,
      credentialsIn,
      // What stands for a sealed token is its fingerprint.
      fingerprintOf: (token) =>
        isStandIn(token.refresh) ? digestIn(token.refresh) : fingerprintOf(key, token),
      machine,
      now,
    };
  }
}
