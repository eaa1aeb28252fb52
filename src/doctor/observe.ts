// Reads the world that the checks judge. Nothing is written, created or locked.
import type { Stats } from "node:fs";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { CommandDeps } from "../access/open-deps.ts";
import { defaultAgent } from "../access/read-view.ts";
import type { BrokenRef } from "../access/secret-refs.ts";
import { brokenRefs, configRefs, storedRefs } from "../access/secret-refs.ts";
import type { Config } from "../config/config.ts";
import { parseDocument, readBytes } from "../config/document.ts";
import { loadConfig, validateConfig } from "../config/load.ts";
import { AccessError, messageOf } from "../core/errors.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import { isObject } from "../core/json.ts";
import type { AgentState } from "../store/store.ts";
import { readDatabase } from "../store/read-database.ts";
import { loadRows } from "../store/rows.ts";
import { parseStateRow } from "../store/state-row.ts";
import { parseStoreRow } from "../store/store-row.ts";
import { awsRoute } from "./legacy-entries.ts";
import type { AgentWorld, ConfigWorld, EnvWorld, FileMode, LegacyFile, LegacyKind, World } from "./world.ts";

type ObserveDeps = Pick<CommandDeps, "now" | "paths" | "store" | "environment" | "plugins" | "accessConfig">;

export async function observe(deps: ObserveDeps): Promise<World> {
  const paths = deps.paths();
  const config = observeConfig(paths.configPath);
  const agents = config.usable ? await observeAgents(deps, config.usable) : new Map<AgentId, AgentWorld>();
  const files = config.usable ? legacyFiles(deps, config.usable, agents) : [];
  return {
    now: deps.now(),
    config,
    agents,
    files,
    modes: observeModes(deps, [...agents.values()], files),
    env: config.usable ? observeEnv(deps, config.usable) : { values: {}, everywhere: undefined },
    refs: config.usable ? await observeRefs(deps, config.usable, agents) : [],
    funding: config.usable ? Object.keys(deps.accessConfig().funding) : [],
    plugins: { path: paths.accessConfigPath, warnings: deps.plugins?.warnings ?? [] },
  };
}

function observeConfig(configPath: string): ConfigWorld {
  const issues = validateConfig({ configPath });
  const bytes = readBytes(configPath);
  const parsed = bytes && "value" in bytes ? parseDocument(bytes.value) : undefined;
  const document = parsed && "value" in parsed ? parsed.value : {};
  try {
    return { path: configPath, document, issues, usable: loadConfig({ configPath }) };
  } catch (error) {
    if (error instanceof AccessError) return { path: configPath, document, issues };
    throw error;
  }
}

/** Programs are not started: what a gateway heard of them counts. */
function observeRefs(
  deps: ObserveDeps,
  config: Config,
  agents: ReadonlyMap<AgentId, AgentWorld>,
): Promise<BrokenRef[]> {
  const stored = [...agents.values()].flatMap(({ id: agent, profiles }) =>
    [...profiles].flatMap(([id, credential]) => storedRefs(agent, [{ id, credential }], config)),
  );
  const { globalDir, home } = deps.paths();
  const env = deps.environment().values;
  return brokenRefs([...configRefs(config), ...stored], config, { env, globalDir, home });
}

/** Those of the config, and those that only have a folder. */
async function observeAgents(deps: ObserveDeps, config: Config): Promise<Map<AgentId, AgentWorld>> {
  const ids = new Set([MAIN_AGENT, ...config.agents.map(({ id }) => id), ...agentFolders(deps)]);
  const agents = new Map<AgentId, AgentWorld>();
  for (const id of ids) agents.set(id, await observeAgent(deps, id));
  return agents;
}

function agentFolders({ paths }: ObserveDeps): AgentId[] {
  const folder = join(paths().stateDir, "agents");
  return namesIn(folder).filter(
    (name) => /^[a-z0-9][a-z0-9_-]{0,63}$/.test(name) && existsSync(join(folder, name, "agent")),
  );
}

const EMPTY: Pick<AgentState, "profiles" | "order" | "lastGood" | "health" | "warnings"> = {
  profiles: [],
  order: new Map(),
  lastGood: new Map(),
  health: new Map(),
  warnings: [],
};

async function observeAgent(deps: ObserveDeps, id: AgentId): Promise<AgentWorld> {
  const paths = deps.paths();
  const database = paths.agentDatabase(id);
  const place = { id, dir: paths.agentDir(id), database };
  try {
    const { profiles, order, lastGood, health, logins, warnings } = (await deps.store().read(id)).state;
    const { markers, fault } = rawRows(database);
    return {
      ...place,
      ...(fault === undefined ? {} : { fault }),
      profiles: new Map(profiles.map((each) => [each.id, each.credential])),
      markers,
      order,
      lastGood,
      health,
      ...(logins && { logins }),
      warnings: warnings
        .map((text) => (text.startsWith(`${database}: `) ? text.slice(database.length + 2) : text))
        .filter((text) => ![...markers.keys()].some((marker) => text.includes(` ${marker} is left out`))),
    };
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    return { ...place, ...EMPTY, profiles: new Map(), markers: new Map(), fault: messageOf(error) };
  }
}

/** What the store leaves out of its view: entries that are no credential, and whether a row is unusable. */
function rawRows(database: string): Pick<AgentWorld, "markers" | "fault"> {
  const rows = readDatabase(database, (db) => loadRows(db));
  const store = parseStoreRow(rows?.store);
  const fault = store.fault ?? parseStateRow(rows?.state).fault;
  const entries = isObject(store.document["profiles"]) ? store.document["profiles"] : {};
  const markers = new Map<ProfileId, ProviderId>();
  for (const [id, entry] of Object.entries(entries)) {
    const provider = awsRoute(id, entry);
    if (provider !== undefined) markers.set(id, provider);
  }
  return { markers, ...(fault === undefined ? {} : { fault }) };
}

const AGENT_FILES: readonly (readonly [LegacyKind, string])[] = [
  ["auth-profiles", "auth-profiles.json"],
  ["auth-state", "auth-state.json"],
  ["auth", "auth.json"],
];

function legacyFiles(
  deps: ObserveDeps,
  config: Config,
  agents: ReadonlyMap<AgentId, AgentWorld>,
): LegacyFile[] {
  const ofAgents = [...agents.values()].flatMap(({ id, dir }) =>
    AGENT_FILES.flatMap(([kind, name]) => legacyFile(join(dir, name), kind, id)),
  );
  const logins = join(deps.paths().stateDir, "credentials", "oauth.json");
  return [...ofAgents, ...legacyFile(logins, "oauth", defaultAgent(config))];
}

function legacyFile(path: string, kind: LegacyKind, agent: AgentId): LegacyFile[] {
  const bytes = readBytes(path);
  if (!bytes) return [];
  const parsed = "value" in bytes ? parseDocument(bytes.value) : bytes;
  if ("value" in parsed) return [{ path, kind, agent, document: parsed.value }];
  return [{ path, kind, agent, fault: parsed.issues.map(({ message }) => message).join("; ") }];
}

/** Those of this user: of others' files the mode is not ours to change. */
function observeModes(
  deps: ObserveDeps,
  agents: readonly AgentWorld[],
  files: readonly LegacyFile[],
): FileMode[] {
  if (process.platform === "win32") return [];
  const { stateDir, configPath, dotenvPath, globalDir } = deps.paths();
  const folders = agents.map(({ dir }) => dir);
  const candidates = [
    stateDir,
    configPath,
    dotenvPath,
    globalDir,
    join(stateDir, "credentials"),
    join(stateDir, "agents"),
    ...folders.flatMap((dir) => [dir, ...backupsIn(dir)]),
    ...agents.flatMap(({ database }) => [database, `${database}-wal`, `${database}-shm`]),
    ...files.map(({ path }) => path),
    ...backupsIn(stateDir),
  ];
  return [...new Set(candidates)].flatMap((path) => {
    const stat = statOf(path);
    const own = stat && (process.getuid?.() === stat.uid || process.getuid?.() === 0);
    return own ? [{ path, mode: stat.mode & 0o777 }] : [];
  });
}

const backupsIn = (folder: string): string[] =>
  namesIn(folder)
    .filter((name) => /\.bak(\.\d+)?$/.test(name))
    .map((name) => join(folder, name));

/** What is no folder, or cannot be read, has no names: the checks of its files say what is wrong. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function observeEnv(deps: ObserveDeps, config: Config): EnvWorld {
  const { values, shellEnv } = deps.environment();
  if (shellEnv.enabled) return { values, everywhere: undefined };
  const bytes = readBytes(deps.paths().dotenvPath);
  const { parseEnv } = process.getBuiltinModule("node:util");
  const dotenv = bytes && "value" in bytes ? parseEnv(bytes.value.toString()) : {};
  const everywhere = Object.entries({ ...dotenv, ...config.env.vars }).filter(([, value]) => value?.trim());
  return { values, everywhere: new Set(everywhere.map(([name]) => name)) };
}
