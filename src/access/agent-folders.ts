// Where an agent's folders lie, and whether two of them are one (OpenClaw docs, "Multi-agent routing", Paths).
import { realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import type { Config, ConfiguredAgent } from "../config/config.ts";
import type { Paths } from "../config/paths.ts";
import { untilde } from "../config/paths.ts";
import { AccessError } from "../core/errors.ts";
import type { AgentId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { Deps } from "./deps.ts";

export interface AgentFolders {
  readonly workspace: string;
  readonly agentDir: string;
  readonly sessionsDir: string;
}

/** @param document all of openclaw.json */
export function foldersOf(deps: Deps, agent: ConfiguredAgent, document: JsonObject): AgentFolders {
  const paths = deps.paths();
  return {
    workspace: untilde(agent.workspace ?? standardWorkspace(deps, agent, document), paths.home),
    agentDir: paths.agentDir(agent.id),
    sessionsDir: join(paths.stateDir, "agents", agent.id, "sessions"),
  };
}

function standardWorkspace(deps: Deps, { id, isDefault }: ConfiguredAgent, document: JsonObject): string {
  const agents = isObject(document["agents"]) ? document["agents"] : {};
  const defaults = isObject(agents["defaults"]) ? agents["defaults"] : {};
  const configured = typeof defaults["workspace"] === "string" ? defaults["workspace"].trim() : "";
  if (configured) return isDefault ? configured : join(configured, id);
  return join(deps.paths().stateDir, isDefault ? "workspace" : `workspace-${id}`);
}

/** The folder that an agent's turns work in, by the config as it is read. */
export function agentWorkspace(paths: Paths, { agents, turns }: Config, id: AgentId): string {
  const agent = agents.find((each) => each.id === id);
  const isDefault = agent?.isDefault ?? true;
  const shared = turns.workspace;
  const standard =
    shared === undefined
      ? join(paths.stateDir, isDefault ? "workspace" : `workspace-${id}`)
      : join(shared, isDefault ? "" : id);
  return resolve(untilde(agent?.workspace ?? standard, paths.home));
}

/** The path with its links followed as far as it exists: two names of one folder become one. */
export function realFolder(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realFolder(parent), basename(path));
  }
}

/** Both paths with their links followed. */
export const isInside = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);

export const overlap = (a: string, b: string): boolean => isInside(a, b) || isInside(b, a);

/** @throws AccessError `bad_input` when there is something that is no folder */
export function assertFolder(path: string, flag: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true) return;
  throw new AccessError("bad_input", `${flag} ${path} is a file. Name a folder; it is made when missing.`);
}
