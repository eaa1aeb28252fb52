// Every database of credentials of the installation: of configured agents, and of folders of agents that were.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { AgentId } from "../../core/ids.ts";
import { MAIN_AGENT } from "../../core/ids.ts";
import type { AgentFile } from "../../store/seal/databases.ts";
import { headerOf } from "../../store/seal/databases.ts";
import type { SealHeader } from "../../store/seal/header.ts";
import { realFile } from "../../store/read-database.ts";
import type { CommandDeps } from "../open-deps.ts";

export interface SealedFile extends AgentFile {
  /** absent: it is not sealed */
  readonly header: SealHeader | undefined;
}

/**
 * Those that are there, and main's in any case, first: what it is decides for agents that come later.
 *
 * @param header reads one; what it throws comes out
 */
export async function databasesOf(deps: CommandDeps, header = headerOf): Promise<SealedFile[]> {
  const ids = new Set([MAIN_AGENT, ...deps.config().agents.map(({ id }) => id), ...agentFolders(deps)]);
  const files = new Map<string, AgentFile>();
  for (const agent of ids) {
    const file = deps.paths().agentDatabase(agent);
    const real = realFile(file);
    if (real === undefined ? agent === MAIN_AGENT : !files.has(real))
      files.set(real ?? file, { agent, file });
  }
  return Promise.all([...files.values()].map(async (at) => ({ ...at, header: await header(at) })));
}

function agentFolders(deps: CommandDeps): AgentId[] {
  const folder = join(deps.paths().stateDir, "agents");
  try {
    return readdirSync(folder).filter((name) => /^[a-z0-9][a-z0-9_-]{0,63}$/.test(name));
  } catch {
    return [];
  }
}
