// Write connections, transactions, and patience with other writers (dependencies.md, traps 4, 9, 10).
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isBusy } from "./faults.ts";
import { BUSY_TIMEOUT_MS } from "./read-database.ts";

/** Keeping a file open saves opening it; more than this many are not. */
const MOST_OPEN = 8;
/** Longest that a caller waits for other writers. */
const PATIENCE_MS = 30_000;

/** Durable before it is acknowledged, or safe against a kill but not against a power cut. */
export type Durability = "FULL" | "NORMAL";

interface Connection {
  readonly db: DatabaseSync;
  /** device and inode: a file that was replaced must not be written through the old one */
  readonly identity: string;
}

/** Open databases by path, least recently used first. */
export class WriteConnections {
  readonly #open = new Map<string, Connection>();

  /** The open connection to the file that stands at `file` now, if there is one. */
  current(file: string): DatabaseSync | undefined {
    return this.#current(file)?.db;
  }

  #current(file: string): Connection | undefined {
    const connection = this.#open.get(file);
    if (!connection || connection.identity === identityOf(file)) return connection;
    this.#close(file);
    return undefined;
  }

  /** A connection for writing; creates folders (700) and file (600) where they are missing. */
  obtain(file: string): DatabaseSync {
    const connection = this.#current(file) ?? opened(file);
    this.#open.delete(file);
    this.#open.set(file, connection);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MOST_OPEN && oldest !== undefined) this.#close(oldest);
    return connection.db;
  }

  closeAll(): void {
    for (const file of this.#open.keys()) this.#close(file);
  }

  #close(file: string): void {
    this.#open.get(file)?.db.close();
    this.#open.delete(file);
  }
}

function opened(file: string): Connection {
  const db = openForWriting(file);
  return { db, identity: identityOf(file)! };
}

function identityOf(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}`;
}

/** Opens a WAL database, creating it with modes 700 and 600. @throws what SQLite or the file system says */
export function openForWriting(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (statSync(file, { throwIfNoEntry: false })) makePrivate(file);
  else createPrivate(file);
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    // secure_delete: a replaced secret must not stay behind in free pages.
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Sidecars take their mode from the file, so it is right before SQLite sees it. `wx`: a file that exists
 * must not be opened here, since closing it would drop the locks SQLite holds on it in this process.
 */
function createPrivate(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o600));
    chmodSync(file, 0o600);
  } catch (error) {
    if (!existsSync(file)) throw error;
  }
}

/** Credentials that others on the machine could read are closed to them. */
function makePrivate(file: string): void {
  for (const each of [file, `${file}-wal`, `${file}-shm`]) {
    const stat = statSync(each, { throwIfNoEntry: false });
    if (stat && stat.mode & 0o077) chmodSync(each, 0o600);
  }
}

/** as they are set */
const durabilities = new WeakMap<DatabaseSync, Durability>();

/** Runs `body` in one write transaction; rolls back whatever it throws. `body` may not wait. */
export function transact<T>(db: DatabaseSync, durability: Durability, body: () => T): T {
  if (durabilities.get(db) !== durability) db.exec(`PRAGMA synchronous = ${durability}`);
  durabilities.set(db, durability);
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = body();
    db.exec("COMMIT");
    return result;
  } finally {
    if (db.isTransaction) db.exec("ROLLBACK");
  }
}

/** Best effort: a removed secret still stands in old pages of the WAL, until this or a later checkpoint. */
export function forgetOldPages(db: DatabaseSync): void {
  try {
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  } catch {
    // The removal itself is durable; a reader or a full disk only keeps the old pages for now.
  }
}

/** Tries again, at random short intervals, while others hold the lock. The last fault is thrown as it is. */
export async function patiently<T>(work: () => T): Promise<T> {
  let giveUp: number | undefined;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      giveUp ??= performance.now() + PATIENCE_MS;
      if (performance.now() > giveUp) throw error;
    }
    await new Promise((retry) => setTimeout(retry, 2 + Math.random() * 20));
  }
}
