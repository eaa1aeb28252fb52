// `agents delete`: out of the config, and the agent's folders into the trash (OpenClaw docs, "Agents").
// Nothing is destroyed: a folder that somebody else uses stays, and so does one that cannot be moved.
import { dirname } from "node:path";
import type { Config } from "../config/config.ts";
import { readDocument } from "../config/document.ts";
import { agentIdOf } from "../core/agent-id.ts";
import { isBindingOf } from "../core/bindings.ts";
import { AccessError } from "../core/errors.ts";
import type { AgentId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import type { AgentFolders } from "./agent-folders.ts";
import { foldersOf, isInside, overlap, realFolder } from "./agent-folders.ts";
import { agentEntries, bindingsOf } from "./agents-list.ts";
import type { Edit } from "./config-edit.ts";
import { writeConfig } from "./config-edit.ts";
import type { CommandDeps } from "./open-deps.ts";
import { moveToTrash } from "./trash.ts";

export interface DeleteAgentReport extends AgentFolders {
  readonly agentId: AgentId;
  readonly removedBindings: number;
  /** entries of `tools.agentToAgent.allow` */
  readonly removedAllow: number;
  readonly workspaceRetained?: true;
  readonly workspaceRetainedReason?: "shared";
  readonly workspaceSharedWith?: readonly AgentId[];
  /** where each folder went; a folder that is not here was not there, or stayed */
  readonly trashed: readonly { readonly from: string; readonly to: string }[];
  readonly warnings: readonly string[];
}

/**
 * The agent that is meant.
 *
 * @throws AccessError `bad_input` for `main`, `unknown_agent`
 */
export function agentToDelete(config: Config, typed: string): AgentId {
  const id = agentIdOf(typed);
  if (id === MAIN_AGENT)
    throw new AccessError(
      "bad_input",
      `"${MAIN_AGENT}" cannot be deleted: every agent reads its credentials.`,
    );
  if (config.agents.some((agent) => agent.id === id)) return id;
  const known = config.agents.map((agent) => agent.id).join(", ");
  throw new AccessError("unknown_agent", `There is no agent "${typed}". Configured agents: ${known}.`);
}

/** @throws AccessError `bad_input`, `unknown_agent`, `config_invalid`, `config_conflict`, `store_unwritable` */
export async function deleteAgent(deps: CommandDeps, typed: string): Promise<DeleteAgentReport> {
  const config = deps.config();
  const id = agentToDelete(config, typed);
  const { folders, others } = placesOf(deps, config, id);
  let pruned: Pruned | undefined;
  await writeConfig(deps, (current, document) => {
    agentToDelete(current, typed);
    pruned = prune(document, id);
    return pruned.edits;
  });
  const { removedBindings, removedAllow } = pruned!;
  const { moved, warnings } = moveFolders(deps, folders, others);
  return {
    agentId: id,
    ...folders,
    removedBindings,
    removedAllow,
    ...retained(sharing(folders.workspace, others)),
    trashed: moved,
    warnings,
  };
}

type Other = AgentFolders & { readonly id: AgentId };

function placesOf(
  deps: CommandDeps,
  config: Config,
  id: AgentId,
): { folders: AgentFolders; others: Other[] } {
  const document = readDocument(config.path);
  const agents = config.agents.some((agent) => agent.id === MAIN_AGENT)
    ? config.agents
    : [...config.agents, { id: MAIN_AGENT, isDefault: false }];
  const places = agents.map((agent) => ({ id: agent.id, ...foldersOf(deps, agent, document) }));
  const { id: _, ...folders } = places.find((place) => place.id === id)!;
  return { folders, others: places.filter((place) => place.id !== id) };
}

interface Pruned {
  readonly edits: readonly Edit[];
  readonly removedBindings: number;
  readonly removedAllow: number;
}

/** Everything in openclaw.json that names the agent goes; an emptied list goes with its last entry. */
function prune(document: JsonObject, id: AgentId): Pruned {
  const isEntry = (entry: unknown) => isObject(entry) && idOf(entry["id"]) === id;
  const bindings = bindingsOf(document);
  const boundElsewhere = bindings.filter((entry) => !isBindingOf(entry, id));
  const allow = allowOf(document);
  const allowed = allow.filter((entry) => idOf(entry) !== id);
  return {
    edits: [
      { path: ["agents", "list"], value: agentEntries(document).filter((entry) => !isEntry(entry)) },
      ...(boundElsewhere.length < bindings.length
        ? [{ path: ["bindings"], value: orNothing(boundElsewhere) }]
        : []),
      ...(allowed.length < allow.length ? [{ path: ALLOW, value: orNothing(allowed) }] : []),
    ],
    removedBindings: bindings.length - boundElsewhere.length,
    removedAllow: allow.length - allowed.length,
  };
}

const orNothing = (list: readonly unknown[]) => (list.length > 0 ? list : undefined);

const idOf = (value: unknown): string | undefined =>
  typeof value === "string" ? value.trim().toLowerCase() : undefined;

const ALLOW = ["tools", "agentToAgent", "allow"] as const;

function allowOf(document: JsonObject): readonly unknown[] {
  let node: unknown = document;
  for (const key of ALLOW) node = isObject(node) ? node[key] : undefined;
  return Array.isArray(node) ? node : [];
}

function sharing(folder: string, others: readonly Other[]): AgentId[] {
  const real = realFolder(folder);
  const uses = (other: Other) =>
    [other.workspace, other.agentDir, other.sessionsDir].some((place) => overlap(realFolder(place), real));
  return others.filter(uses).map(({ id }) => id);
}

const retained = (sharedWith: readonly AgentId[]): Partial<DeleteAgentReport> =>
  sharedWith.length === 0
    ? {}
    : { workspaceRetained: true, workspaceRetainedReason: "shared", workspaceSharedWith: sharedWith };

function moveFolders(deps: CommandDeps, folders: AgentFolders, others: readonly Other[]) {
  const paths = deps.paths();
  // A workspace may be any folder: the home, or one that all of the state lies in, is nobody's to throw away.
  const everybodys = [paths.home, paths.stateDir, dirname(paths.configPath)].map(realFolder);
  const moved: { from: string; to: string }[] = [];
  const warnings: string[] = [];
  for (const from of [folders.workspace, folders.agentDir, folders.sessionsDir]) {
    const users = sharing(from, others);
    const holds = everybodys.some((place) => isInside(place, realFolder(from)));
    const why = users.length > 0 ? `${users.join(", ")} uses it too` : holds ? "more lies in it" : undefined;
    const result = why === undefined ? moveToTrash(from, paths.home, deps.now()) : { stays: why };
    if ("to" in result) moved.push({ from, to: result.to });
    else if (result.stays !== undefined) warnings.push(`${from} stays where it is: ${result.stays}.`);
  }
  return { moved, warnings };
}
