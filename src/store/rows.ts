// The rows of one agent's file: SQL on one side, values on the other.
import type { DatabaseSync } from "node:sqlite";
import type { Health } from "../core/health.ts";
import { HEALTHY } from "../core/health.ts";
import type { ProfileId } from "../core/ids.ts";
import { parseObject } from "../core/json.ts";
import { isReading } from "../core/stored-usage.ts";
import type { SealedRow } from "./codec.ts";
import { codecOf } from "./codec.ts";
import type { AgentRows, Draft, HealthRow } from "./draft.ts";
import { hashRow } from "./draft.ts";
import type { Written } from "./echo.ts";
import { parseWritten } from "./echo.ts";
import { parseOrdersWritten } from "./order-echo.ts";
import { tablesOf } from "./schema.ts";
import { formatStateRow } from "./state-row.ts";
import { formatStoreRow } from "./store-row.ts";
import { projectUsage } from "./usage.ts";

/**
 * Everything that `interpret` needs, as of one moment. The caller holds a transaction.
 *
 * @param touched profiles that may be changed: the records of our writes to them are needed in any case
 * @param before what was read of a sealed database last: it may be the same
 */
export function loadRows(
  db: DatabaseSync,
  touched: readonly ProfileId[] = [],
  before?: SealedRow,
): Omit<AgentRows, "families"> {
  const tables = tablesOf(db);
  const value = (table: string, sql: string) =>
    tables.has(table) ? textOf(db.prepare(sql).get()?.["value"]) : undefined;
  const meta = (key: string) =>
    value("access_meta", `SELECT value FROM access_meta WHERE meta_key = '${key}'`);
  const store = value("auth_profile_store", STORE_ROW);
  const storeLeft = meta("store_row");
  const asked = storeLeft !== undefined && storeLeft === hashRow(store) ? touched : undefined;
  const sealed = codecOf(db)?.load(before);
  return {
    store,
    ...(sealed && { sealed }),
    state: value("auth_profile_state", STATE_ROW),
    storeLeft,
    stateLeft: meta("state_row"),
    ordersWritten: parseOrdersWritten(parseObject(meta("orders_written") ?? "")),
    health: tables.has("access_health") ? loadHealth(db) : new Map(),
    written: tables.has("access_profiles") ? loadWritten(db, asked) : new Map(),
  };
}

const STORE_ROW = "SELECT store_json AS value FROM auth_profile_store WHERE store_key = 'primary'";
const STATE_ROW = "SELECT state_json AS value FROM auth_profile_state WHERE state_key = 'primary'";

/** OpenClaw's row of credentials alone. */
export const loadStore = (db: DatabaseSync): Pick<AgentRows, "store" | "sealed"> => ({
  store: tablesOf(db).has("auth_profile_store") ? textOf(db.prepare(STORE_ROW).get()?.["value"]) : undefined,
  sealed: codecOf(db)?.load(undefined),
});

/** A column that should be text; a number or blob becomes text that no parser takes. */
function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  return typeof value === "string" ? value : "";
}

function loadHealth(db: DatabaseSync): ReadonlyMap<ProfileId, HealthRow> {
  const rows = db.prepare("SELECT profile_id, generation, health_json FROM access_health").all();
  return new Map(
    rows.flatMap((row) => {
      const health = parseObject(String(row["health_json"]));
      if (!Array.isArray(health?.["bars"])) return [];
      const { usage, ...rest } = health as Partial<Health>;
      const stored = { ...HEALTHY, ...rest, ...(isReading(usage) && { usage }) };
      return [[String(row["profile_id"]), { generation: String(row["generation"]), health: stored }]];
    }),
  );
}

/** Records of our writes to some profiles, or to all. */
function loadWritten(
  db: DatabaseSync,
  ids: readonly ProfileId[] | undefined,
): ReadonlyMap<ProfileId, Written> {
  if (ids?.length === 0) return new Map();
  const all = "SELECT profile_id, written_json FROM access_profiles";
  const rows = ids
    ? db.prepare(`${all} WHERE profile_id IN (SELECT value FROM json_each(?))`).all(JSON.stringify(ids))
    : db.prepare(all).all();
  const codec = codecOf(db);
  return new Map(
    rows.flatMap((row) => {
      const id = String(row["profile_id"]);
      const written = parseWritten(parseObject(String(row["written_json"])));
      return written ? [[id, codec ? codec.written.open(id, written) : written]] : [];
    }),
  );
}

/** Writes what the draft changed, and nothing else. The tables are there, the caller holds a transaction. */
export function saveDraft(db: DatabaseSync, draft: Draft, now: number): void {
  const store = storeAfter(db, draft, now);
  const state = stateAfter(draft, now);
  const { rows } = draft;
  const run: Run = (sql, ...values) => void db.prepare(sql).run(...values);
  const remember = (key: string, value: string) =>
    run("INSERT OR REPLACE INTO access_meta (meta_key, value) VALUES (?, ?)", key, value);

  if (store !== undefined && store !== rows.store)
    run("INSERT OR REPLACE INTO auth_profile_store VALUES ('primary', ?, ?)", store, now);
  if (state === undefined && rows.state !== undefined)
    run("DELETE FROM auth_profile_state WHERE state_key = 'primary'");
  if (state !== undefined && state !== rows.state)
    run("INSERT OR REPLACE INTO auth_profile_state VALUES ('primary', ?, ?)", state, now);
  const storeLeft = hashRow(store);
  // What another program did to a sealed row is judged by whoever can open it.
  const judged = !rows.sealed?.locked || rows.storeLeft === hashRow(rows.store);
  if (judged && rows.storeLeft !== storeLeft) remember("store_row", storeLeft);
  if (rows.stateLeft !== (state ?? "")) remember("state_row", state ?? "");
  const orders = JSON.stringify(Object.fromEntries(draft.ordersWritten));
  if (orders !== JSON.stringify(Object.fromEntries(rows.ordersWritten))) remember("orders_written", orders);
  saveHealth(draft, now, run);
  saveWritten(db, draft, now, run);
}

type Run = (sql: string, ...values: (string | number)[]) => void;

function saveHealth({ health, rows }: Draft, now: number, run: Run): void {
  for (const [id, row] of health) {
    if (row === rows.health.get(id)) continue;
    const sql = "INSERT OR REPLACE INTO access_health VALUES (?, ?, ?, ?)";
    run(sql, id, row.generation, JSON.stringify(row.health), now);
  }
  for (const id of rows.health.keys())
    if (!health.has(id)) run("DELETE FROM access_health WHERE profile_id = ?", id);
}

function saveWritten(db: DatabaseSync, { written, rows }: Draft, now: number, run: Run): void {
  const codec = codecOf(db);
  for (const [id, record] of written) {
    if (record === rows.written.get(id)) continue;
    const text = JSON.stringify(codec ? codec.written.close(id, record) : record);
    run("INSERT OR REPLACE INTO access_profiles VALUES (?, ?, ?)", id, text, now);
  }
  for (const id of rows.written.keys())
    if (!written.has(id)) run("DELETE FROM access_profiles WHERE profile_id = ?", id);
}

function storeAfter(db: DatabaseSync, { store, storePatch, rows }: Draft, now: number): string | undefined {
  if (rows.sealed && !store.fault) return rows.sealed.save(db, store, storePatch, now);
  return storePatch.size === 0 ? store.text : formatStoreRow(store, storePatch);
}

function stateAfter({ state, statePatch, projected, profiles, health }: Draft, now: number) {
  if (state.fault) return state.text;
  for (const id of projected) {
    if (!profiles.has(id)) continue;
    const entry = projectUsage(state.usage.get(id), health.get(id)?.health ?? HEALTHY, now);
    if (entry !== null || state.usage.has(id)) statePatch.usageStats.set(id, entry);
  }
  const patches = Object.values(statePatch).some((section) => section.size > 0);
  return patches ? formatStateRow(state, statePatch) : state.text;
}
