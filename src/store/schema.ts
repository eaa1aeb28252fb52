// Tables of an agent's database. The first four are OpenClaw's, schema version 1 (fidelity spec §1.1);
// the prefix `access_` marks ours, which OpenClaw leaves alone.
import type { DatabaseSync } from "node:sqlite";
import type { AgentId } from "../core/ids.ts";

const OPENCLAW_TABLES = `
  CREATE TABLE IF NOT EXISTS schema_meta (
    meta_key TEXT NOT NULL PRIMARY KEY, role TEXT NOT NULL, schema_version INTEGER NOT NULL,
    agent_id TEXT, app_version TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS cache_entries (
    scope TEXT NOT NULL, key TEXT NOT NULL, value_json TEXT, blob BLOB, expires_at INTEGER,
    updated_at INTEGER NOT NULL, PRIMARY KEY (scope, key));
  CREATE TABLE IF NOT EXISTS auth_profile_store (
    store_key TEXT NOT NULL PRIMARY KEY, store_json TEXT NOT NULL, updated_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS auth_profile_state (
    state_key TEXT NOT NULL PRIMARY KEY, state_json TEXT NOT NULL, updated_at INTEGER NOT NULL);`;

const ACCESS_TABLES = `
  CREATE TABLE IF NOT EXISTS access_meta (meta_key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS access_health (
    profile_id TEXT NOT NULL PRIMARY KEY, generation TEXT NOT NULL, health_json TEXT NOT NULL,
    updated_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS access_applied (
    writer TEXT NOT NULL PRIMARY KEY, seq INTEGER NOT NULL, updated_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS access_profiles (
    profile_id TEXT NOT NULL PRIMARY KEY, written_json TEXT NOT NULL, updated_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS access_leases (
    name TEXT NOT NULL PRIMARY KEY, fence INTEGER NOT NULL, owner TEXT, holder_json TEXT,
    taken_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS access_history (
    seq INTEGER PRIMARY KEY, change_id TEXT NOT NULL, because TEXT NOT NULL, undoes_json TEXT NOT NULL,
    item_json TEXT NOT NULL, at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS access_families (
    id TEXT NOT NULL PRIMARY KEY, provider TEXT NOT NULL, family_json TEXT NOT NULL,
    updated_at INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS access_refresh_tokens (
    fingerprint TEXT NOT NULL PRIMARY KEY, family TEXT NOT NULL, spent INTEGER NOT NULL,
    seen_at INTEGER NOT NULL);`;

const OPENCLAW = ["schema_meta", "cache_entries", "auth_profile_store", "auth_profile_state"];
const ACCESS = [
  "meta",
  "health",
  "applied",
  "profiles",
  "leases",
  "history",
  "families",
  "refresh_tokens",
].map((name) => `access_${name}`);
const TABLES: readonly string[] = [...OPENCLAW, ...ACCESS];

/** Creates what is missing. Runs inside the transaction that needs the tables, so a kill leaves all or none. */
export function ensureSchema(db: DatabaseSync, agent: AgentId, now: number): void {
  const present = tablesOf(db);
  if (TABLES.every((table) => present.has(table))) return;
  db.exec(OPENCLAW_TABLES + ACCESS_TABLES);
  const version = db.prepare("PRAGMA user_version").get()?.["user_version"];
  if (version === 0) db.exec("PRAGMA user_version = 1");
  db.prepare(
    `INSERT OR IGNORE INTO schema_meta (meta_key, role, schema_version, agent_id, created_at, updated_at)
     VALUES ('primary', 'agent', 1, ?, ?, ?)`,
  ).run(agent, now, now);
}

/** Names of the tables that are there, foreign ones too. */
export function tablesOf(db: DatabaseSync): ReadonlySet<string> {
  const rows = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  return new Set(rows.map((row) => String(row["name"])));
}
