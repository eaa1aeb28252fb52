// The agent that a command means, and what it can use, read from disk without changing it.
import type { AccessConfig, Config } from "../config/config.ts";
import { AccessError, messageOf } from "../core/errors.ts";
import type { AgentId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { Environment } from "../secrets/env.ts";
import type { GenerationKey } from "../store/generation.ts";
import { generationOf, InstallKey } from "../store/generation.ts";
import type { Depth, Reading, Store } from "../store/store.ts";
import type { AgentView } from "./agent-view.ts";
import { viewOf } from "./agent-view.ts";
import { withFunding } from "./funding.ts";
import type { Deps } from "./deps.ts";

/** The only agent that reads through to `main` without being configured: a folder named by a variable. */
export const FOLDER_AGENT: AgentId = "@folder";

/** The folder named by `OPENCLAW_AGENT_DIR` or `PI_CODING_AGENT_DIR`; only `models status` looks there. */
export function folderAgentDir(env: Environment): string | undefined {
  const named = env["OPENCLAW_AGENT_DIR"]?.trim() || env["PI_CODING_AGENT_DIR"]?.trim();
  return named || undefined;
}

export const defaultAgent = (config: Config): AgentId =>
  config.agents.find((agent) => agent.isDefault)?.id ?? MAIN_AGENT;

/**
 * The agent named by `--agent`, or the default agent.
 *
 * @throws AccessError `unknown_agent`
 */
export function chooseAgent(config: Config, named: string | undefined): AgentId {
  if (named === undefined) return defaultAgent(config);
  const id = named.trim().toLowerCase();
  if (config.agents.some((agent) => agent.id === id)) return id;
  const known = config.agents.map((agent) => agent.id).join(", ");
  throw new AccessError("unknown_agent", `There is no agent "${named}". Configured agents: ${known}.`);
}

/** A view, and the stores that exist but could not be read: their credentials are missing from it. */
export type ReadView = AgentView & { readonly unreadable: readonly string[] };

/**
 * What `agent` can use. A store that cannot be read counts as empty and is named in `unreadable`, so that
 * the rest can still be shown; it must never pass for "no credentials".
 *
 * @param depth `facts` for those who show and send nothing: no key of a sealed store is needed then
 */
export async function readView(deps: Deps, agent: AgentId, depth?: Depth): Promise<ReadView> {
  const store = deps.store();
  const unreadable: string[] = [];
  const read = async (id: AgentId) => {
    const reading = await readOrEmpty(store, id, depth, unreadable);
    return depth === "facts" ? asGatewaySees(reading, id, deps.paths().globalDir) : reading;
  };
  const own = await read(agent);
  const main = agent === MAIN_AGENT ? undefined : await read(MAIN_AGENT);
  return { ...joinView(deps, agent, own, main), unreadable };
}

export type ViewDeps = Pick<Deps, "config" | "accessConfig" | "env" | "paths" | "now">;

/** The view of an agent whose stores were read already. */
export function joinView(deps: ViewDeps, agent: AgentId, own: Reading, main: Reading | undefined): AgentView {
  const [config, env] = [deps.config(), deps.env()];
  const view = viewOf({
    agent,
    config,
    env,
    own,
    ...(main ? { main } : {}),
    home: deps.paths().home,
    fingerprint: keyFingerprint(deps.paths().globalDir),
    now: deps.now(),
  });
  return withFunding(view, { config, env, written: writtenFunding(deps) });
}

/** What only the gateway's settings say is no reason to show nothing: a broken access.json is told elsewhere. */
function writtenFunding(deps: Pick<Deps, "accessConfig">): AccessConfig["funding"] {
  try {
    return deps.accessConfig().funding;
  } catch (error) {
    if (error instanceof AccessError) return {};
    throw error;
  }
}

/** A generation for keys that no store holds, made the way the store makes its own. The file is read when needed. */
function keyFingerprint(globalDir: string): (material: string) => string {
  let key: GenerationKey | undefined;
  return (material) => {
    key ??= new InstallKey(globalDir).current().key;
    return generationOf(key, { type: "api_key", provider: "", key: material });
  };
}

/** Who looks opens nothing: whether a running gateway can open what is sealed, that gateway has told. */
async function asGatewaySees(reading: Reading, agent: AgentId, globalDir: string): Promise<Reading> {
  const { profiles } = reading.state;
  if (!profiles.some(({ unopened }) => unopened && unopened.fault === undefined)) return reading;
  const { readSecretRecord } = await import("./secret-record.ts");
  const fault = readSecretRecord(globalDir).sealed[agent];
  if (fault === undefined) return reading;
  const seen = profiles.map((each) =>
    each.unopened ? { ...each, unopened: { fault, ...each.unopened } } : each,
  );
  return { ...reading, state: { ...reading.state, profiles: seen } };
}

const EMPTY: Reading = {
  version: "unreadable",
  state: { profiles: [], order: new Map(), health: new Map(), lastGood: new Map(), warnings: [] },
};

async function readOrEmpty(
  store: Store,
  agent: AgentId,
  depth: Depth | undefined,
  unreadable: string[],
): Promise<Reading> {
  try {
    return await store.read(agent, depth);
  } catch (error) {
    if (!(error instanceof AccessError && error.code === "store_unreadable")) throw error;
    unreadable.push(messageOf(error));
    return EMPTY;
  }
}
