// A throw-away state folder for our gateway and commands: openclaw.json, and profiles in OpenClaw's own rows
// (gateway spec §1, "Auth store").
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export interface HomeOptions {
  /** base URL of the provider `bench`, path included */
  readonly baseUrl: string;
  readonly models: readonly string[];
  readonly keys: readonly string[];
  readonly gatewayToken: string;
  /** beside the default one, each with keys of its own */
  readonly agents?: number;
}

export interface Home {
  /** What a process needs to live there, and nothing of the person who runs the bench. */
  readonly env: NodeJS.ProcessEnv;
  readonly gatewayToken: string;
  /** beside the default one */
  readonly agents: readonly string[];
  remove(): void;
}

export function createHome(options: HomeOptions): Home {
  const folder = mkdtempSync(join(tmpdir(), "openclaw-bench-"));
  const stateDir = join(folder, ".openclaw");
  mkdirSync(stateDir, { mode: 0o700 });
  const agents = Array.from({ length: options.agents ?? 0 }, (_, n) => `agent${n + 1}`);
  const config = JSON.stringify(configOf(options, agents), null, 2);
  writeFileSync(join(stateDir, "openclaw.json"), config, { mode: 0o600 });
  writeProfiles(databaseOf(stateDir, "main"), options.keys);
  for (const agent of agents) writeProfiles(databaseOf(stateDir, agent), ownKeys(options.keys, agent));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  process.once("exit", remove);
  return {
    env: { PATH: process.env["PATH"], HOME: folder, OPENCLAW_STATE_DIR: stateDir },
    gatewayToken: options.gatewayToken,
    agents,
    remove,
  };
}

const databaseOf = (stateDir: string, agent: string): string =>
  join(stateDir, "agents", agent, "agent", "openclaw-agent.sqlite");

const ownKeys = (keys: readonly string[], agent: string): string[] => keys.map((key) => `${key}-${agent}`);

/** A provider that speaks messages, at the same upstream. */
export const TRANSLATED = "translated";

const configOf = ({ baseUrl, models, gatewayToken }: HomeOptions, agents: readonly string[]) => ({
  gateway: { mode: "local", auth: { mode: "token", token: gatewayToken } },
  agents: {
    defaults: { model: `bench/${models[0]}` },
    ...(agents.length > 0 && { list: ["main", ...agents].map((id) => ({ id })) }),
  },
  models: {
    providers: {
      bench: { baseUrl, api: "openai-completions", models: models.map((id) => ({ id, name: id })) },
      [TRANSLATED]: {
        baseUrl: new URL(baseUrl).origin,
        api: "anthropic-messages",
        models: models.map((id) => ({ id, name: id })),
      },
    },
  },
});

const TABLES = `
  CREATE TABLE schema_meta (meta_key TEXT NOT NULL PRIMARY KEY, role TEXT NOT NULL, schema_version INTEGER NOT NULL,
    agent_id TEXT, app_version TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
  CREATE TABLE auth_profile_store (store_key TEXT NOT NULL PRIMARY KEY, store_json TEXT NOT NULL,
    updated_at INTEGER NOT NULL);
  CREATE TABLE auth_profile_state (state_key TEXT NOT NULL PRIMARY KEY, state_json TEXT NOT NULL,
    updated_at INTEGER NOT NULL);`;

function writeProfiles(file: string, keys: readonly string[]): void {
  const now = Date.now();
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode=WAL; PRAGMA user_version=1; ${TABLES}`);
  database.prepare("INSERT INTO schema_meta VALUES ('primary','agent',1,'main',NULL,?,?)").run(now, now);
  database.prepare("INSERT INTO auth_profile_store VALUES ('primary',?,?)").run(storeOf(keys), now);
  database.close();
}

/** Another program writes the agent's row again, with other keys. */
export function rewriteKeys({ env }: Home, agent: string, keys: readonly string[]): void {
  const database = new DatabaseSync(databaseOf(env["OPENCLAW_STATE_DIR"]!, agent), { timeout: 5_000 });
  database.prepare("UPDATE auth_profile_store SET store_json = ?").run(storeOf(keys));
  database.close();
}

/** The keys go into a file of their own; what the store has are references to it. */
export function referToKeys({ env }: Home, keys: number): void {
  const stateDir = env["OPENCLAW_STATE_DIR"]!;
  const file = join(env["HOME"]!, "keys.json");
  const values = Array.from({ length: keys }, (_, n) => [`key${n + 1}`, `sk-bench-referred-${n}`]);
  writeFileSync(file, JSON.stringify(Object.fromEntries(values)), { mode: 0o600 });
  const profiles = values.map(([name]) => [
    `bench:${name}`,
    { type: "api_key", provider: "bench", keyRef: { source: "file", provider: "keys", id: `/${name}` } },
  ]);
  const config = join(stateDir, "openclaw.json");
  const secrets = { providers: { keys: { source: "file", path: file } } };
  writeFileSync(config, JSON.stringify({ ...JSON.parse(readFileSync(config, "utf8")), secrets }));
  const database = new DatabaseSync(databaseOf(stateDir, "main"), { timeout: 5_000 });
  const row = JSON.stringify({ version: 1, profiles: Object.fromEntries(profiles) });
  database.prepare("UPDATE auth_profile_store SET store_json = ?").run(row);
  database.close();
}

function storeOf(keys: readonly string[]): string {
  const entries = keys.map((key, n) => [`bench:key${n + 1}`, { type: "api_key", provider: "bench", key }]);
  const others = keys
    .slice(0, 1)
    .map((key) => [`${TRANSLATED}:key1`, { type: "api_key", provider: TRANSLATED, key }]);
  return JSON.stringify({ version: 1, profiles: Object.fromEntries([...entries, ...others]) });
}
