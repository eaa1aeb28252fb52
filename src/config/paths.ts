// Where everything lies (fidelity spec §1 and §7). Filled in by `resolvePaths`.
import type { AgentId } from "../core/ids.ts";

export interface Paths {
  /** the user's home, `OPENCLAW_HOME` if set */
  readonly home: string;
  readonly stateDir: string;
  readonly configPath: string;
  /** access.json, beside openclaw.json */
  readonly accessConfigPath: string;
  readonly dotenvPath: string;
  /** global files of ours: `<stateDir>/state` */
  readonly globalDir: string;
  /** `agents/<id>/agent` under the state dir, unless the config names another folder */
  agentDir(agent: AgentId): string;
  /** `…/openclaw-agent.sqlite` of an agent */
  agentDatabase(agent: AgentId): string;
}
