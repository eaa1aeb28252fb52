// Families in main's file: SQL on one side, values on the other.
import type { DatabaseSync } from "node:sqlite";
import type { Family } from "../core/family.ts";
import { parseObject } from "../core/json.ts";
import { tablesOf } from "./schema.ts";

/** A login lives for months, a family row for as long as it is used; these many of each are enough. */
const MOST_FAMILIES = 1000;
const MOST_FINGERPRINTS = 1000;

/** Families of some refresh tokens, by fingerprint; those not known are left out. */
export function loadFamilies(db: DatabaseSync, fingerprints: readonly string[]): ReadonlyMap<string, Family> {
  if (fingerprints.length === 0 || !tablesOf(db).has("access_refresh_tokens")) return new Map();
  const rows = db
    .prepare(
      `SELECT fingerprint, spent, id, family_json FROM access_refresh_tokens JOIN access_families ON id = family
       WHERE fingerprint IN (SELECT value FROM json_each(?))`,
    )
    .all(JSON.stringify(fingerprints));
  return new Map(
    rows.flatMap((row) => {
      const known = parseObject(String(row["family_json"]));
      const family = { ...known, id: String(row["id"]), spent: row["spent"] === 1 };
      return known ? [[String(row["fingerprint"]), family as Family]] : [];
    }),
  );
}

/** @param newest fingerprint of the family's newest refresh token, where it is another one than `asked` */
export function saveFamily(
  db: DatabaseSync,
  { id, spent, ...known }: Family,
  asked: string,
  newest: string | undefined,
  now: number,
): void {
  db.prepare("INSERT OR REPLACE INTO access_families VALUES (?, ?, ?)").run(id, JSON.stringify(known), now);
  const remember = db.prepare(
    `INSERT INTO access_refresh_tokens VALUES (?, ?, ?, ?)
     ON CONFLICT (fingerprint) DO UPDATE SET family = excluded.family, spent = excluded.spent`,
  );
  remember.run(asked, id, Number(spent || newest !== undefined), now);
  if (newest !== undefined) remember.run(newest, id, 0, now);
}

/** Keeps the tables bounded. Never on the way from an answer to its commit. */
export function forgetOldFamilies(db: DatabaseSync, family: string): void {
  db.prepare(
    `DELETE FROM access_refresh_tokens WHERE family = ? AND rowid NOT IN (SELECT rowid FROM access_refresh_tokens
     WHERE family = ? ORDER BY rowid DESC LIMIT ${MOST_FINGERPRINTS})`,
  ).run(family, family);
  if (Number(db.prepare("SELECT count(*) AS n FROM access_families").get()?.["n"]) <= MOST_FAMILIES) return;
  db.exec(
    `DELETE FROM access_families WHERE id NOT IN
       (SELECT id FROM access_families ORDER BY updated_at DESC LIMIT ${MOST_FAMILIES});
     DELETE FROM access_refresh_tokens WHERE family NOT IN (SELECT id FROM access_families)`,
  );
}
