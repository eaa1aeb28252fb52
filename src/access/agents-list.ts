// `agents list` (fidelity spec §11).
import { join } from "node:path";
import { untilde } from "../config/paths.ts";
import type { AgentId } from "../core/ids.ts";
import type { Deps } from "./deps.ts";

export interface AgentRow {
  readonly id: AgentId;
  readonly name?: string;
  readonly workspace: string;
  readonly agentDir: string;
  /** as configured, its own or the default */
  readonly model?: string;
  readonly bindings: number;
  readonly isDefault: boolean;
}

/** @throws AccessError `config_invalid` */
export function listAgents(deps: Deps): AgentRow[] {
  const [config, paths] = [deps.config(), deps.paths()];
  return config.agents.map((agent) => {
    const model = agent.model?.primary ?? config.defaultModel.primary;
    const folder = agent.isDefault ? "workspace" : `workspace-${agent.id}`;
    return {
      id: agent.id,
      ...(agent.name === undefined ? {} : { name: agent.name }),
      workspace:
        agent.workspace === undefined ? join(paths.stateDir, folder) : untilde(agent.workspace, paths.home),
      agentDir: paths.agentDir(agent.id),
      ...(model === undefined ? {} : { model }),
      bindings: 0,
      isDefault: agent.isDefault,
    };
  });
}
