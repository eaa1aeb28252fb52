// Receipts in their own database: newest 50,000 or about 50 MB (DESIGN, "State"). No secret is in them.
import type { DatabaseSync } from "node:sqlite";
import type { Receipt, ReceiptStore } from "../core/receipt.ts";
import type { ReceiptPage, ReceiptQuery } from "../core/receipt-query.ts";
import { isWanted } from "../core/receipt-query.ts";
import type { ReceiptText } from "./receipt-text.ts";
import { textOf } from "./receipt-text.ts";
import { readFault, writeFault } from "./faults.ts";
import { inSnapshot, readDatabase } from "./read-database.ts";
import { Turns } from "./turns.ts";
import { patiently, transact, WriteConnections } from "./write-database.ts";

/** `total`: length of all receipts ever appended, this one included; differences say what a range holds. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS access_receipts (
    id INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL, at INTEGER NOT NULL,
    total INTEGER NOT NULL, receipt_json TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS access_receipts_run ON access_receipts (run_id)`;

export interface ReceiptOptions {
  /** `<globalDir>/access.sqlite` */
  readonly file: string;
  readonly mostRows?: number;
  readonly mostBytes?: number;
}

export interface ClosableReceiptStore extends ReceiptStore {
  /** One transaction for all of them. @throws AccessError `store_unwritable` */
  appendTexts(receipts: readonly ReceiptText[]): Promise<void>;
  close(): Promise<void>;
}

const MOST_ROWS = 50_000;
const MOST_BYTES = 50_000_000;

export function openReceiptStore(options: ReceiptOptions): ClosableReceiptStore {
  return new SqliteReceipts(options);
}

class SqliteReceipts implements ClosableReceiptStore {
  readonly #file: string;
  readonly #mostRows: number;
  readonly #mostBytes: number;
  readonly #connections = new WriteConnections();
  readonly #turns = new Turns();

  constructor({ file, mostRows = MOST_ROWS, mostBytes = MOST_BYTES }: ReceiptOptions) {
    this.#file = file;
    this.#mostRows = mostRows;
    this.#mostBytes = mostBytes;
  }

  append(receipts: readonly Receipt[]): Promise<void> {
    return this.appendTexts(receipts.map(textOf));
  }

  appendTexts(receipts: readonly ReceiptText[]): Promise<void> {
    return this.#turns.take("", async () => {
      if (receipts.length === 0) return;
      try {
        await patiently(() => this.#insert(receipts));
      } catch (error) {
        throw writeFault(this.#file, error, "receipts");
      }
    });
  }

  /** @throws AccessError `store_unreadable` */
  find(runId: string | "last"): Promise<Receipt | undefined> {
    return this.#read(selecting(runId));
  }

  /** @throws AccessError `store_unreadable` */
  async page(query: ReceiptQuery): Promise<ReceiptPage> {
    return (await this.#read((db) => selectPage(db, query))) ?? { receipts: [] };
  }

  async #read<T>(select: (db: DatabaseSync) => T | undefined): Promise<T | undefined> {
    try {
      return await patiently(() => {
        const open = this.#connections.current(this.#file);
        return open ? inSnapshot(open, select) : readDatabase(this.#file, select);
      });
    } catch (error) {
      throw readFault(this.#file, error, "receipts");
    }
  }

  async close(): Promise<void> {
    await this.#turns.end();
    this.#connections.closeAll();
  }

  #insert(receipts: readonly ReceiptText[]): void {
    const db = this.#connections.obtain(this.#file);
    transact(db, "NORMAL", () => {
      if (!hasTable(db)) db.exec(SCHEMA);
      const insert = db.prepare(
        "INSERT INTO access_receipts (run_id, at, total, receipt_json) VALUES (?, ?, ?, ?)",
      );
      let { total } = newest(db);
      for (const { runId, at, json } of receipts) {
        total += json.length;
        insert.run(runId, at, total, json);
      }
      this.#prune(db, receipts.length);
    });
  }

  /** Removes the oldest beyond the limits, at most about two for each one added: bounded, and it catches up. */
  #prune(db: DatabaseSync, added: number): void {
    const { id, total } = newest(db);
    db.prepare(
      `DELETE FROM access_receipts WHERE id IN (SELECT id FROM access_receipts ORDER BY id LIMIT ?)
       AND (id <= ? OR total <= ?)`,
    ).run(2 * added + 16, id - this.#mostRows, total - this.#mostBytes);
  }
}

const hasTable = (db: DatabaseSync): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'access_receipts_run'").get() !== undefined;

function newest(db: DatabaseSync): { id: number; total: number } {
  const row = db.prepare("SELECT id, total FROM access_receipts ORDER BY id DESC LIMIT 1").get();
  return { id: Number(row?.["id"] ?? 0), total: Number(row?.["total"] ?? 0) };
}

/** Plain successes are written later than the rest, so the newest run is not always the last row. */
const NEWEST = `SELECT receipt_json FROM
  (SELECT at, receipt_json FROM access_receipts WHERE at < ? ORDER BY id DESC LIMIT 2000)
  ORDER BY at DESC LIMIT ?`;

const selecting =
  (runId: string) =>
  (db: DatabaseSync): Receipt | undefined => {
    if (!hasTable(db)) return undefined;
    const row =
      runId === "last"
        ? db.prepare(NEWEST).get(Number.MAX_SAFE_INTEGER, 1)
        : db.prepare("SELECT receipt_json FROM access_receipts WHERE run_id = ?").get(runId);
    return row && receiptIn(row);
  };

/** More are not looked through for one page: others wait for the store meanwhile. */
const MOST_SEEN = 5000;
const MOST = Number.MAX_SAFE_INTEGER;

function selectPage(db: DatabaseSync, query: ReceiptQuery): ReceiptPage | undefined {
  if (!hasTable(db)) return undefined;
  const { limit, cursor = MOST, before = MOST, where = {} } = query;
  const rows = db.prepare(
    "SELECT id, receipt_json FROM access_receipts WHERE id <= ? AND at < ? ORDER BY id DESC",
  );
  const receipts: Receipt[] = [];
  let seen = 0;
  for (const row of rows.iterate(cursor, before)) {
    if (receipts.length === limit || seen++ === MOST_SEEN)
      return { receipts: newestFirst(receipts), next: Number(row["id"]) };
    const receipt = receiptIn(row);
    if (isWanted(receipt, where)) receipts.push(receipt);
  }
  return { receipts: newestFirst(receipts) };
}

/** Plain successes are written later than the rest. */
const newestFirst = (receipts: readonly Receipt[]): Receipt[] => receipts.toSorted((a, b) => b.at - a.at);

const receiptIn = (row: Record<string, unknown>): Receipt =>
  JSON.parse(String(row["receipt_json"])) as Receipt;
