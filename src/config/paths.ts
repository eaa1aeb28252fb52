// Where everything lies (fidelity spec §1 and §7). Pure: nothing here touches the disk.
import { dirname, join, resolve, sep } from "node:path";
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

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * All places, from `OPENCLAW_HOME`, `OPENCLAW_STATE_DIR` and `OPENCLAW_CONFIG_PATH` (blank counts as unset).
 *
 * @param env the process environment: `.env` and the config lie inside what these variables name
 * @param osHome the home folder as the operating system knows it
 * @param agentDirs `agents.list[].agentDir` as written; the config is read first, so a second call brings them
 */
export function resolvePaths(
  env: Environment,
  osHome: string,
  agentDirs: ReadonlyMap<AgentId, string> = new Map(),
): Paths {
  const home = fromVariable(env["OPENCLAW_HOME"], osHome) ?? resolve(osHome);
  const stateDir = fromVariable(env["OPENCLAW_STATE_DIR"], home) ?? join(home, ".openclaw");
  const configPath = fromVariable(env["OPENCLAW_CONFIG_PATH"], home) ?? join(stateDir, "openclaw.json");
  const agentDir = (agent: AgentId): string => {
    const own = agentDirs.get(agent);
    return own === undefined
      ? join(stateDir, "agents", agent, "agent")
      : resolve(stateDir, untilde(own, home));
  };
  return {
    home,
    stateDir,
    configPath,
    accessConfigPath: join(dirname(configPath), "access.json"),
    dotenvPath: join(stateDir, ".env"),
    globalDir: join(stateDir, "state"),
    agentDir,
    agentDatabase: (agent) => join(agentDir(agent), "openclaw-agent.sqlite"),
  };
}

/** A file for people to read: `~/…` when it lies in the home, else unchanged. */
export function tildePath(paths: Pick<Paths, "home">, file: string): string {
  if (file === paths.home) return "~";
  const inside = paths.home.endsWith(sep) ? paths.home : paths.home + sep;
  return file.startsWith(inside) ? `~${sep}${file.slice(inside.length)}` : file;
}

/** `~` and `~/x` with the home put in; anything else unchanged. */
export function untilde(path: string, home: string): string {
  return path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path;
}

/** A folder or file named by a variable; a relative one starts at the working folder, as in a shell. */
function fromVariable(value: string | undefined, home: string): string | undefined {
  const path = value?.trim();
  return path ? resolve(untilde(path, home)) : undefined;
}
