// A folder for stores, and OpenClaw's hand in it: rows written and read the way that program does.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { Store } from "../../src/store/store.ts";

export const NOW = 1_800_000_000_000;

export const pathsIn = (folder: string) => ({
  globalDir: join(folder, "state"),
  agentDatabase: (agent: string) => join(folder, "agents", agent, "agent", "openclaw-agent.sqlite"),
});

export interface Home {
  readonly folder: string;
  readonly file: string;
  open(now?: () => number): Store;
  /** Every file under the home with its size and content. */
  listing(): string[];
}

/** Runs `body` in a home of its own, with whatever it opened closed afterwards. */
export async function inHome(body: (home: Home) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "store-"));
  const paths = pathsIn(folder);
  const stores: Store[] = [];
  const open = (now = () => NOW) => {
    const store = openSqliteStore({ paths, now });
    stores.push(store);
    return store;
  };
  try {
    await body({ folder, file: paths.agentDatabase("main"), open, listing: () => listingOf(folder) });
  } finally {
    for (const store of stores) await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function listingOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .toSorted()
    .map((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? name : `${name} ${readFileSync(path).toString("base64")}`;
    });
}

export interface Rows {
  /** value of a row, or its text as it is; `null` deletes the row */
  readonly store?: unknown;
  readonly state?: unknown;
}

/** Writes rows as OpenClaw 2026.7.1 does (fidelity spec §1.1). */
export function asOpenClaw(file: string, { store, state }: Rows, now = NOW): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const db = new DatabaseSync(file, { timeout: 5000 });
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA user_version = 1;
    CREATE TABLE IF NOT EXISTS schema_meta (meta_key TEXT NOT NULL PRIMARY KEY, role TEXT NOT NULL,
      schema_version INTEGER NOT NULL, agent_id TEXT, app_version TEXT, created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS auth_profile_store (store_key TEXT NOT NULL PRIMARY KEY,
      store_json TEXT NOT NULL, updated_at INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS auth_profile_state (state_key TEXT NOT NULL PRIMARY KEY,
      state_json TEXT NOT NULL, updated_at INTEGER NOT NULL);`);
  writeRow(db, "store", store, now);
  writeRow(db, "state", state, now);
  db.close();
}

function writeRow(db: DatabaseSync, row: "store" | "state", value: unknown, now: number): void {
  if (value === undefined) return;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  if (value === null) db.exec(`DELETE FROM auth_profile_${row}`);
  else db.prepare(`INSERT OR REPLACE INTO auth_profile_${row} VALUES ('primary', ?, ?)`).run(text, now);
}

/** The text of both rows as any other program sees them, `undefined` where there is none. */
export function textsOf(file: string): [store: unknown, state: unknown] {
  const db = new DatabaseSync(file, { timeout: 5000 });
  const select = (sql: string) => db.prepare(sql).get()?.["json"];
  const store = select("SELECT store_json AS json FROM auth_profile_store WHERE store_key = 'primary'");
  const state = select("SELECT state_json AS json FROM auth_profile_state WHERE state_key = 'primary'");
  db.close();
  return [store, state];
}

/** The same, parsed. */
export function rowsOf(file: string): { store: any; state: any } {
  const [store, state] = textsOf(file).map((text) =>
    text === undefined ? undefined : JSON.parse(String(text)),
  );
  return { store, state };
}

export const apiKey = (secret: string, provider = "openai") =>
  ({ type: "api_key", provider, key: `sk-fake-${secret}` }) as const;
