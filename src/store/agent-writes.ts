// How a store changes an agent's database: one transaction around load, change and save, and what follows from it in
// the databases of others.
import type { DatabaseSync } from "node:sqlite";
import type { CooldownPolicy } from "../core/health.ts";
import type { ChangeNote } from "../core/history.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { AgentFiles, CredentialRows } from "./agent-files.ts";
import { markApplied } from "./applied.ts";
import { applyChange, assertTouched, observe } from "./change.ts";
import { joinRenewals } from "./change-family.ts";
import type { Opening } from "./codec.ts";
import type { Draft, Meaning } from "./draft.ts";
import { hashRow, interpret, isChanged, isUnstored, sliceOf, stateOf } from "./draft.ts";
import { providersOfRemoved, tokenOf } from "./families.ts";
import { forgetMaterial, loadFamilies } from "./family-rows.ts";
import { itemsOf } from "./history.ts";
import { purgeHistory, rememberItems } from "./history-rows.ts";
import type { Renewal } from "./renewed-elsewhere.ts";
import { tokensOf } from "./row-tokens.ts";
import { loadStore, saveDraft } from "./rows.ts";
import { ensureSchema } from "./schema.ts";
import type { AgentState, Change, HealthChange, Slice, Touch } from "./store.ts";
import type { Durability } from "./write-database.ts";
import { forgetOldPages } from "./write-database.ts";

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

export interface AgentWritesOptions {
  /** as the config says now */
  readonly cooldowns: () => CooldownPolicy;
  /** whose stores may hold copies of a login, besides main's */
  readonly agents: () => Iterable<AgentId>;
}

export class AgentWrites {
  readonly #files: AgentFiles;
  readonly #options: AgentWritesOptions;

  constructor(files: AgentFiles, options: AgentWritesOptions) {
    this.#files = files;
    this.#options = options;
  }

  async change(
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
    if (wrote && gone.length > 0 && this.#files.exists(MAIN_AGENT)) await this.#forgetMaterial(gone);
    const open = this.#files.connection(agent);
    if (removes && open) forgetOldPages(open);
    return wrote;
  }

  async settle(agent: AgentId, changes: readonly HealthChange[]): Promise<void> {
    if (!this.#files.exists(agent) && !changes.some(({ profileId }) => isUnstored(profileId))) return;
    const policy = this.#options.cooldowns();
    const settle: Alter = (draft, { now }, db) => {
      ensureSchema(db, agent, now);
      const news = markApplied(db, changes, now);
      for (const change of news) observe(draft, change, policy);
      return news.length > 0;
    };
    await this.#write(agent, "NORMAL", settle, "handy");
  }

  /**
   * Remembers what other programs did to logins. The tokens that they spent are seen in passing only: when an old
   * row comes back, nobody else can tell.
   */
  async remember(agent: AgentId): Promise<void> {
    if (!this.#files.exists(agent)) return;
    try {
      const meaning = this.#files.meaningFor(agent);
      const draft = await this.#files.load(agent, "handy", (db) =>
        interpret(this.#files.rowsIn(db, agent, meaning, "handy"), meaning),
      );
      if (draft && isWorthANote(draft)) await this.#write(agent, "NORMAL", isWorthANote, "handy");
    } catch {
      // A file that cannot be read or written now; whoever wants something of it is told.
    }
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
    const wrote = await this.#files.transaction(agent, durability, opening, (db, now) => {
      const meaning = this.#files.meaningFor(agent, now);
      const draft = interpret(this.#files.rowsIn(db, agent, meaning, opening, touched), meaning);
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
    const open = sealsPlain && this.#files.connection(agent);
    if (wrote && open) forgetOldPages(open);
    return wrote;
  }

  /** Families lie with main. What fails here was no part of what the caller asked for. */
  async #joinInMain(renewals: readonly Renewal[]): Promise<void> {
    const join = this.#files.transaction(MAIN_AGENT, "NORMAL", "handy", (db, now) => {
      ensureSchema(db, MAIN_AGENT, now);
      joinRenewals(db, renewals, this.#files.meaningFor(MAIN_AGENT, now));
    });
    await join.catch(() => undefined);
  }

  /** A row of any agent may be all that stands for a login, also an old one that was written back. */
  async #forgetMaterial(providers: readonly ProviderId[]): Promise<void> {
    const fingerprintsIn = (agent: AgentId, rows: CredentialRows | undefined): string[] => {
      if (!rows) return [];
      const meaning = this.#files.meaningFor(agent);
      return tokensOf(meaning.credentialsIn(rows).profiles.values()).map(meaning.fingerprintOf);
    };
    const agents = [...this.#options.agents()];
    const loads = agents.map((each) => this.#files.load(each, "handy", loadStore));
    const stores = await Promise.all(loads).catch(() => undefined);
    // One that cannot be read may hold a copy.
    if (!stores) return;
    const others = agents.flatMap((each, n) => fingerprintsIn(each, stores[n]));
    await this.#files.transaction(MAIN_AGENT, "FULL", "handy", (db) => {
      const families = loadFamilies(db, [...others, ...fingerprintsIn(MAIN_AGENT, loadStore(db))]);
      const held = new Set([...families.values()].map(({ id }) => id));
      for (const provider of providers) forgetMaterial(db, provider, held);
    });
    const open = this.#files.connection(MAIN_AGENT);
    if (open) forgetOldPages(open);
  }
}
