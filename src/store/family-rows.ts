// Families in main's file: SQL on one side, values on the other.
import type { DatabaseSync } from "node:sqlite";
import type { Family, TokenSet } from "../core/family.ts";
import type { ProviderId } from "../core/ids.ts";
import { parseObject } from "../core/json.ts";
import { codecOf } from "./codec.ts";
import { tablesOf } from "./schema.ts";

/** After this long a row either holds the newest tokens as well, or nobody wants them back. */
const MATERIAL_KEPT_MS = 30 * 24 * 60 * 60 * 1000;
/** A login lives for months, a family row for as long as it is used; these many of each are enough. */
const MOST_FAMILIES = 1000;
const MOST_FINGERPRINTS = 1000;

/** Families of some refresh tokens, by fingerprint; those not known are left out. */
export function loadFamilies(db: DatabaseSync, fingerprints: readonly string[]): ReadonlyMap<string, Family> {
  if (fingerprints.length === 0 || !tablesOf(db).has("access_refresh_tokens")) return new Map();
  const rows = db
    .prepare(
      `SELECT fingerprint, spent, id, provider, family_json FROM access_refresh_tokens JOIN access_families ON id = family
       WHERE fingerprint IN (SELECT value FROM json_each(?))`,
    )
    .all(JSON.stringify(fingerprints));
  const codec = codecOf(db);
  return new Map(
    rows.flatMap((row) => {
      const stored = parseObject(String(row["family_json"]));
      const known = stored && codec ? codec.family.open(String(row["provider"]), stored) : stored;
      const family = { ...known, id: String(row["id"]), spent: row["spent"] === 1 };
      return known ? [[String(row["fingerprint"]), family as Family]] : [];
    }),
  );
}

export interface FamilyRow {
  readonly family: Family;
  readonly provider: ProviderId;
  /** fingerprints of the refresh token that was asked about, and of the newest */
  readonly asked: string;
  readonly newest: string;
}

export function saveFamily(
  db: DatabaseSync,
  { family, provider, asked, newest }: FamilyRow,
  now: number,
): void {
  const { id, spent, ...rest } = family;
  const codec = codecOf(db);
  const known = codec ? codec.family.close(provider, rest) : rest;
  db.prepare("INSERT OR REPLACE INTO access_families VALUES (?, ?, ?, ?)").run(
    id,
    provider,
    JSON.stringify(known),
    now,
  );
  const remember = db.prepare(
    `INSERT INTO access_refresh_tokens VALUES (?, ?, ?, ?)
     ON CONFLICT (fingerprint) DO UPDATE SET family = excluded.family, spent = excluded.spent`,
  );
  remember.run(asked, id, Number(spent || newest !== asked), now);
  if (newest !== asked) remember.run(newest, id, 0, now);
}

/** A token that another program spent, and what it got for it. The newest tokens that are known already stay. */
export function joinFamilies(
  db: DatabaseSync,
  { provider, asked, newest, tokens }: Omit<FamilyRow, "family"> & { readonly tokens: TokenSet },
  now: number,
): void {
  const families = loadFamilies(db, [asked, newest]);
  const [old, known] = [families.get(asked), families.get(newest)];
  if (old?.spent || (known && known.id === old?.id)) return;
  // A refresh of the new token may be under way: its family goes on under its name, and takes the old one in.
  const id = known?.id ?? old?.id ?? asked;
  if (old && id !== old.id)
    db.prepare("UPDATE access_refresh_tokens SET family = ?, spent = 1 WHERE family = ?").run(id, old.id);
  const family = { newest: tokens, ...known, id, spent: known?.spent ?? false };
  // The new token may be spent as well by now.
  saveFamily(db, { family, provider, asked, newest: family.spent ? asked : newest }, now);
}

/** Keeps the tables bounded. Never on the way from an answer to its commit. */
export function forgetOldFamilies(db: DatabaseSync, family: string, now: number): void {
  db.prepare(
    `DELETE FROM access_refresh_tokens WHERE family = ? AND rowid NOT IN (SELECT rowid FROM access_refresh_tokens
     WHERE family = ? ORDER BY rowid DESC LIMIT ${MOST_FINGERPRINTS})`,
  ).run(family, family);
  db.prepare(
    `UPDATE access_families SET family_json = json_remove(family_json, '$.newest')
     WHERE updated_at < ? AND family_json ->> '$.newest' IS NOT NULL`,
  ).run(now - MATERIAL_KEPT_MS);
  if (Number(db.prepare("SELECT count(*) AS n FROM access_families").get()?.["n"]) <= MOST_FAMILIES) return;
  db.exec(
    `DELETE FROM access_families WHERE id NOT IN
       (SELECT id FROM access_families ORDER BY updated_at DESC LIMIT ${MOST_FAMILIES});
     DELETE FROM access_refresh_tokens WHERE family NOT IN (SELECT id FROM access_families)`,
  );
}

/**
 * No tokens stay of a provider's logins that nobody holds; that they are spent stays known.
 *
 * @param held ids of families of which some row shows a token, be it a spent one
 */
export function forgetMaterial(db: DatabaseSync, provider: ProviderId, held: ReadonlySet<string>): void {
  if (!tablesOf(db).has("access_families")) return;
  const rows = db.prepare("SELECT id, family_json FROM access_families WHERE provider = ?").all(provider);
  const forget = db.prepare(
    "UPDATE access_families SET family_json = json_remove(family_json, '$.newest') WHERE id = ?",
  );
  for (const row of rows) {
    const family = parseObject(String(row["family_json"])) as Partial<Family> | undefined;
    if (family?.newest && !held.has(String(row["id"]))) forget.run(String(row["id"]));
  }
}
