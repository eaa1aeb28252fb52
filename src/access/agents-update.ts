// Changes of an agent's own entry in `agents.list`: its name, its workspace, its model.
import { parseAgentName } from "../core/agent-id.ts";
import { AccessError } from "../core/errors.ts";
import type { AgentId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject } from "../core/json.ts";
import { modelOf, placeOf } from "./agents-add.ts";
import { agentEntries } from "./agents-list.ts";
import type { Edit } from "./config-edit.ts";
import { writeConfig } from "./config-edit.ts";
import type { CommandDeps } from "./open-deps.ts";
import { chooseAgent } from "./read-view.ts";

export interface UpdateAgentRequest {
  readonly agent: string;
  /** the id stays */
  readonly name?: string | undefined;
  readonly workspace?: string | undefined;
  /** `null`: the default model again */
  readonly model?: string | null | undefined;
}

export interface UpdateAgentReport {
  readonly agentId: AgentId;
  readonly configPath: string;
  readonly changed: boolean;
}

/** @throws AccessError `bad_input`, `unknown_agent`, `config_invalid`, `config_conflict` */
export async function updateAgent(
  deps: CommandDeps,
  { agent, name, workspace, model }: UpdateAgentRequest,
): Promise<UpdateAgentReport> {
  const named = name === undefined ? {} : { name: parseAgentName(name).name };
  const placed = workspace === undefined ? {} : { workspace: placeOf(deps, "workspace", workspace) };
  const { config, changed } = await writeConfig(deps, (current, document) => {
    const at = placeIn(document, chooseAgent(current, agent));
    const chosen = model === undefined ? {} : { model: model === null ? undefined : modelOf(current, model) };
    return Object.entries({ ...named, ...placed, ...chosen }).map(([key, value]): Edit => ({
      path: ["agents", "list", at, key],
      value,
    }));
  });
  return { agentId: chooseAgent(config, agent), configPath: config.path, changed };
}

function placeIn(document: JsonObject, id: AgentId): number {
  const isMeant = (entry: unknown) =>
    isObject(entry) && typeof entry["id"] === "string" && entry["id"].trim().toLowerCase() === id;
  const at = agentEntries(document).findIndex(isMeant);
  if (at >= 0) return at;
  throw new AccessError(
    "bad_input",
    `The agent "${id}" has no entry of its own in agents.list. Change agents.defaults instead.`,
  );
}
