// The databases of a store, one per agent, and what is read out of one: who opens them, in which transaction, with
// which key, and what its rows mean.
import type { DatabaseSync } from "node:sqlite";
import type { Credential } from "../core/credential.ts";
import type { MachineTime } from "../core/family.ts";
import type { AgentId, ProfileId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { Codec, Opening, SealedRow } from "./codec.ts";
import { digestIn, isStandIn, NotReady, prepared } from "./codec.ts";
import type { AgentRows, Credentials, Meaning } from "./draft.ts";
import { readCredentials } from "./draft.ts";
import { loadFamilies } from "./family-rows.ts";
import { isBusy, readFault, writeFault } from "./faults.ts";
import type { GenerationKey } from "./generation.ts";
import { fingerprintOf, generationOf, InstallKey } from "./generation.ts";
import { machineTime } from "./machine-clock.ts";
import { inSnapshot, readDatabase, realFile } from "./read-database.ts";
import { rememberedTokens, tokensOf } from "./row-tokens.ts";
import { loadRows } from "./rows.ts";
import type { SealPlaces } from "./seal/places.ts";
import { Seals } from "./seals.ts";
import { Turns } from "./turns.ts";
import type { Durability } from "./write-database.ts";
import { patiently, transact, WriteConnections } from "./write-database.ts";

/** Where the files lie; the part of the program's paths that a store needs. */
export interface StorePaths {
  readonly globalDir: string;
  agentDatabase(agent: AgentId): string;
}

export interface AgentFilesOptions {
  readonly paths: StorePaths;
  /** ms since epoch */
  readonly now: () => number;
  /** the clock that nobody sets; another one in tests */
  readonly machine?: () => MachineTime;
  /** where the key of a sealed database is looked for, besides where it says */
  readonly seal?: () => SealPlaces;
}

/** The part of the rows in which there are credentials. */
export type CredentialRows = Pick<AgentRows, "store" | "sealed">;

interface LastRead {
  readonly file: string;
  readonly store: string | undefined;
  readonly sealed: SealedRow | undefined;
  readonly key: GenerationKey;
  readonly credentials: Credentials;
  /** of its refresh tokens, by profile */
  fingerprints?: readonly string[];
}

export class AgentFiles {
  readonly #options: AgentFilesOptions;
  readonly #installKey: InstallKey;
  readonly #connections = new WriteConnections();
  readonly #turns = new Turns();
  /** Most transactions find the credentials as the last one left them. */
  #lastRead: LastRead | undefined;
  readonly #seals: Seals;

  constructor(options: AgentFilesOptions) {
    this.#options = options;
    this.#installKey = new InstallKey(options.paths.globalDir);
    this.#seals = new Seals({
      places: () => options.seal?.() ?? {},
      mainFile: () => this.pathOf(MAIN_AGENT),
      installKey: () => this.#installKey.current().key,
    });
  }

  pathOf(agent: AgentId): string {
    return this.#options.paths.agentDatabase(agent);
  }

  exists(agent: AgentId): boolean {
    return realFile(this.pathOf(agent)) !== undefined;
  }

  /** The open connection, if there is one. */
  connection(agent: AgentId): DatabaseSync | undefined {
    return this.#connections.current(this.pathOf(agent));
  }

  /** What generations and fingerprints are made with; `warning` when it is not the one that should be there. */
  installKey(): ReturnType<InstallKey["current"]> {
    return this.#installKey.current();
  }

  /** Waits for the transactions that were begun. */
  async close(): Promise<void> {
    await this.#turns.end();
    this.#connections.closeAll();
  }

  /** Reads in one snapshot; `undefined` when there is no database. */
  async load<T>(
    agent: AgentId,
    opening: Opening,
    load: (db: DatabaseSync, codec: Codec | undefined) => T,
  ): Promise<T | undefined> {
    const file = this.pathOf(agent);
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

  /** Transactions of one agent take turns. `now` is when it has the lock. */
  transaction<T>(
    agent: AgentId,
    durability: Durability,
    opening: Opening,
    body: (db: DatabaseSync, now: number, codec: Codec | undefined) => T,
  ): Promise<T> {
    const file = this.pathOf(agent);
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

  /** @param touched profiles whose sealed material is wanted */
  rowsIn(
    db: DatabaseSync,
    agent: AgentId,
    meaning: Meaning,
    opening: Opening,
    touched: readonly ProfileId[] = [],
  ): AgentRows {
    const rows = loadRows(db, touched, this.#lastRead?.sealed);
    const remembered = rememberedTokens(rows).map(meaning.fingerprintOf);
    const fingerprints = [...this.#fingerprintsIn(rows, meaning), ...remembered];
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
      const file = this.pathOf(MAIN_AGENT);
      const open = this.#connections.current(file);
      return (open ? inSnapshot(open, read) : readDatabase(file, read)) ?? new Map();
    } catch (error) {
      if (isBusy(error) || error instanceof NotReady) throw error;
      return new Map();
    }
  }

  #fingerprintsIn(rows: CredentialRows, meaning: Meaning): readonly string[] {
    const { profiles } = meaning.credentialsIn(rows);
    const last = this.#lastRead!;
    return (last.fingerprints ??= tokensOf(profiles.values()).map(meaning.fingerprintOf));
  }

  meaningFor(agent: AgentId, now = this.#options.now()): Meaning {
    return this.#meaning(this.pathOf(agent), this.#installKey.current().key, now);
  }

  #meaning(file: string, key: GenerationKey, now: number): Meaning {
    const generation = (credential: Credential) => generationOf(key, credential);
    const credentialsIn = (rows: CredentialRows) => {
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
