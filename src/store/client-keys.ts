// Client keys and what each has used. Keys lie in a file of their own, durable before they are acknowledged; their
// use is written behind into access.sqlite, beside the receipts. Only digests are stored.
import type { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import type { ClientKey, KeyLimits } from "../core/client-key.ts";
import { AccessError } from "../core/errors.ts";
import type { KeyUse } from "../core/key-use.ts";
import { NO_USE } from "../core/key-use.ts";
import type { FileOf } from "./faults.ts";
import { readFault, writeFault } from "./faults.ts";
import { canonicalJson } from "./json.ts";
import { readDatabase } from "./read-database.ts";
import { Turns } from "./turns.ts";
import { watchDatabase } from "./watch.ts";
import { patiently, transact, WriteConnections } from "./write-database.ts";

/** What one process saw a key use since it last told. */
export interface KeyUseChange {
  readonly id: string;
  /** `2026-11-21` */
  readonly day: string;
  readonly use: KeyUse;
  /** ms since epoch */
  readonly lastUsedAt: number;
}

/** What is recorded of a key, by everyone. */
export interface KeyUsage {
  readonly total: KeyUse;
  readonly lastUsedAt?: number;
  /** by day (`2026-11-21`) and month (`2026-11`): the present ones and a few before */
  readonly periods: ReadonlyMap<string, KeyUse>;
}

/** What a running gateway asks of it. */
export type GatewayKeyStore = Pick<ClientKeyStore, "keys" | "usage" | "addUse" | "watch">;

/** Where client keys are kept. */
export interface ClientKeyStore {
  /** In the order in which they were made. Creates nothing. @throws AccessError `store_unreadable` */
  keys(): Promise<readonly ClientKey[]>;
  /**
   * Durable when the promise resolves. `decide` sees the stored keys, is synchronous and pure, may run again, and
   * says which to put in the place of those with their ids.
   *
   * @throws AccessError `store_unwritable`, `store_unreadable`; or whatever `decide` throws, with nothing written
   */
  update(decide: (keys: readonly ClientKey[]) => readonly ClientKey[]): Promise<void>;
  /** By key id. Creates nothing. @throws AccessError `store_unreadable` */
  usage(): Promise<ReadonlyMap<string, KeyUsage>>;
  /** Adds up, and says what is recorded of these keys then. A kill may lose what was not written yet. */
  addUse(changes: readonly KeyUseChange[]): Promise<ReadonlyMap<string, KeyUsage>>;
  /** Calls back soon after anyone changed the keys. Returns the way to stop. */
  watch(onChange: () => void): () => void;
  close(): Promise<void>;
}

const KEYS = `CREATE TABLE IF NOT EXISTS access_client_keys (
  id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL UNIQUE, created_at INTEGER NOT NULL,
  expires_at INTEGER, revoked_at INTEGER, models_json TEXT, limits_json TEXT NOT NULL)`;
/** `period`: a day, a month, or `total`. */
const USE = `CREATE TABLE IF NOT EXISTS access_key_use (
  id TEXT NOT NULL, period TEXT NOT NULL, requests INTEGER NOT NULL, input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL, nano_dollars INTEGER NOT NULL, unpriced INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL, PRIMARY KEY (id, period))`;

/** Days and months that are kept of each key. */
const MOST_DAYS = 62;
const MOST_MONTHS = 24;
const TOTAL = "total";

/** Equal for equal keys. */
export const basisOfKeys = (keys: readonly ClientKey[]): string => canonicalJson(keys);

export function openClientKeyStore(globalDir: string): ClientKeyStore {
  return new SqliteClientKeys(globalDir);
}

class SqliteClientKeys implements ClientKeyStore {
  readonly #keys: string;
  readonly #use: string;
  readonly #connections = new WriteConnections();
  readonly #turns = new Turns();

  constructor(globalDir: string) {
    this.#keys = join(globalDir, "client-keys.sqlite");
    this.#use = join(globalDir, "access.sqlite");
  }

  keys(): Promise<readonly ClientKey[]> {
    return this.#read(this.#keys, selectKeys, []);
  }

  usage(): Promise<ReadonlyMap<string, KeyUsage>> {
    return this.#read(this.#use, (db) => selectUse(db), new Map<string, KeyUsage>());
  }

  update(decide: (keys: readonly ClientKey[]) => readonly ClientKey[]): Promise<void> {
    return this.#write(this.#keys, "FULL", KEYS, (db) => {
      const put = db.prepare(`INSERT OR REPLACE INTO access_client_keys
        (id, name, digest, created_at, expires_at, revoked_at, models_json, limits_json) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
      for (const key of decide(selectKeys(db)))
        put.run(
          key.id,
          key.name,
          key.digest,
          key.createdAt,
          key.expiresAt ?? null,
          key.revokedAt ?? null,
          key.models ? JSON.stringify(key.models) : null,
          JSON.stringify(key.limits),
        );
    });
  }

  addUse(changes: readonly KeyUseChange[]): Promise<ReadonlyMap<string, KeyUsage>> {
    return this.#write(this.#use, "NORMAL", USE, (db) => {
      const add =
        db.prepare(`INSERT INTO access_key_use VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
        requests = requests + excluded.requests, input_tokens = input_tokens + excluded.input_tokens,
        output_tokens = output_tokens + excluded.output_tokens, nano_dollars = nano_dollars + excluded.nano_dollars,
        unpriced = unpriced + excluded.unpriced, last_used_at = max(last_used_at, excluded.last_used_at)`);
      for (const { id, day, use, lastUsedAt } of changes)
        for (const period of [day, day.slice(0, 7), TOTAL])
          add.run(
            id,
            period,
            use.requests,
            use.inputTokens,
            use.outputTokens,
            use.nanoDollars,
            use.unpriced,
            lastUsedAt,
          );
      const ids = new Set(changes.map(({ id }) => id));
      for (const id of ids) prune(db, id);
      return selectUse(db, ids);
    });
  }

  watch(onChange: () => void): () => void {
    return watchDatabase(this.#keys, onChange);
  }

  async close(): Promise<void> {
    await this.#turns.end();
    this.#connections.closeAll();
  }

  #holds(file: string): FileOf {
    return file === this.#keys ? "keys" : "receipts";
  }

  async #read<T>(file: string, read: (db: DatabaseSync) => T, none: T): Promise<T> {
    try {
      return (await patiently(() => readDatabase(file, read))) ?? none;
    } catch (error) {
      throw readFault(file, error, this.#holds(file));
    }
  }

  #write<T>(file: string, durability: "FULL" | "NORMAL", schema: string, work: (db: DatabaseSync) => T) {
    return this.#turns.take(file, async () => {
      try {
        return await patiently(() => {
          const db = this.#connections.obtain(file);
          return transact(db, durability, () => {
            db.exec(schema);
            return work(db);
          });
        });
      } catch (error) {
        throw error instanceof AccessError ? error : writeFault(file, error, this.#holds(file));
      }
    });
  }
}

const hasTable = (db: DatabaseSync, table: string): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").get(table) !== undefined;

function selectKeys(db: DatabaseSync): ClientKey[] {
  if (!hasTable(db, "access_client_keys")) return [];
  const rows = db.prepare("SELECT * FROM access_client_keys ORDER BY created_at, rowid").all();
  return rows.map((row) => ({
    id: String(row["id"]),
    name: String(row["name"]),
    digest: String(row["digest"]),
    createdAt: Number(row["created_at"]),
    ...(row["expires_at"] === null ? {} : { expiresAt: Number(row["expires_at"]) }),
    ...(row["revoked_at"] === null ? {} : { revokedAt: Number(row["revoked_at"]) }),
    ...(row["models_json"] === null ? {} : { models: JSON.parse(String(row["models_json"])) as string[] }),
    limits: JSON.parse(String(row["limits_json"])) as KeyLimits,
  }));
}

function selectUse(db: DatabaseSync, ids?: ReadonlySet<string>): ReadonlyMap<string, KeyUsage> {
  if (!hasTable(db, "access_key_use")) return new Map();
  const usage = new Map<string, { total: KeyUse; lastUsedAt?: number; periods: Map<string, KeyUse> }>();
  const take = (row: Readonly<Record<string, unknown>>) => {
    const id = String(row["id"]);
    const one = usage.get(id) ?? { total: NO_USE, periods: new Map<string, KeyUse>() };
    usage.set(id, one);
    if (row["period"] !== TOTAL) return void one.periods.set(String(row["period"]), useOf(row));
    one.total = useOf(row);
    one.lastUsedAt = Number(row["last_used_at"]);
  };
  if (!ids) for (const row of db.prepare("SELECT * FROM access_key_use").all()) take(row);
  const select = db.prepare("SELECT * FROM access_key_use WHERE id = ?");
  for (const id of ids ?? []) for (const row of select.all(id)) take(row);
  return usage;
}

const useOf = (row: Readonly<Record<string, unknown>>): KeyUse => ({
  requests: Number(row["requests"]),
  inputTokens: Number(row["input_tokens"]),
  outputTokens: Number(row["output_tokens"]),
  nanoDollars: Number(row["nano_dollars"]),
  unpriced: Number(row["unpriced"]),
});

function prune(db: DatabaseSync, id: string): void {
  const old = db.prepare(`DELETE FROM access_key_use WHERE id = ?1 AND period IN (
    SELECT period FROM access_key_use WHERE id = ?1 AND period <> 'total' AND length(period) = ?2
    ORDER BY period DESC LIMIT -1 OFFSET ?3)`);
  old.run(id, "2026-11-21".length, MOST_DAYS);
  old.run(id, "2026-11".length, MOST_MONTHS);
}
