// What a sealed database says of its key: which it is, and where it lies. Never the key.
import type { DatabaseSync } from "node:sqlite";
import { AccessError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { isObject, parseObject } from "../../core/json.ts";
import type { Derivation } from "./box.ts";

export type KeyPlace =
  | { readonly kind: "file"; readonly id: string; readonly path: string }
  | ({ readonly kind: "passphrase"; readonly id: string } & Derivation);

export interface SealHeader {
  /** part of the place of each value */
  readonly agent: string;
  readonly key: KeyPlace;
  /** ms since epoch */
  readonly since: number;
  /** The key, sealed with the one before it, until every database has it: for programs that run meanwhile. */
  readonly handedOver?: string;
}

const ROW = "seal";

/** @throws AccessError `store_unreadable` */
export function readHeader(db: DatabaseSync): SealHeader {
  const text = db.prepare("SELECT value FROM access_meta WHERE meta_key = ?").get(ROW)?.["value"];
  const header = parseHeader(parseObject(String(text ?? "")));
  if (header) return header;
  const remedy = "Restore the database from a backup that was made since it was sealed.";
  throw new AccessError(
    "store_unreadable",
    `The row "${ROW}" of access_meta is missing or damaged. ${remedy}`,
  );
}

function parseHeader(value: JsonObject | undefined): SealHeader | undefined {
  const key = value?.["key"];
  if (!isObject(key) || typeof value?.["agent"] !== "string" || typeof key["id"] !== "string")
    return undefined;
  const numbers = (["n", "r", "p"] as const).every((name) => Number.isSafeInteger(key[name]));
  const known =
    key["kind"] === "file"
      ? typeof key["path"] === "string"
      : key["kind"] === "passphrase" && typeof key["salt"] === "string" && numbers;
  return known ? (value as unknown as SealHeader) : undefined;
}

export function writeHeader(db: DatabaseSync, header: SealHeader): void {
  const put = "INSERT OR REPLACE INTO access_meta (meta_key, value) VALUES (?, ?)";
  db.prepare(put).run(ROW, JSON.stringify(header));
}

export function createSealedTable(db: DatabaseSync): void {
  db.exec(
    `CREATE TABLE IF NOT EXISTS access_sealed (
       profile_id TEXT NOT NULL PRIMARY KEY, generation TEXT NOT NULL, entry_json TEXT NOT NULL,
       updated_at INTEGER NOT NULL)`,
  );
}

export function dropSeal(db: DatabaseSync): void {
  db.exec(`DROP TABLE access_sealed; DELETE FROM access_meta WHERE meta_key IN ('${ROW}', '${CHANGES}')`);
}

const CHANGES = "seal_changes";

/** Counts changes of what is sealed. */
export function countChange(db: DatabaseSync): void {
  db.prepare(
    `INSERT INTO access_meta VALUES ('${CHANGES}', '1')
     ON CONFLICT (meta_key) DO UPDATE SET value = CAST(value AS INTEGER) + 1`,
  ).run();
}

export const changesSoFar = (db: DatabaseSync): string =>
  String(db.prepare(`SELECT value FROM access_meta WHERE meta_key = '${CHANGES}'`).get()?.["value"] ?? 0);
