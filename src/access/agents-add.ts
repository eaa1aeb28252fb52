// `agents add`: an entry in `agents.list`, and the folders of the agent (fidelity spec §11). No credential is
// copied: the new agent reads those of `main` through (DESIGN, "Words").
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { readDocument } from "../config/document.ts";
import { modelNamesOf } from "../config/model-names.ts";
import { untilde } from "../config/paths.ts";
import { parseAgentName } from "../core/agent-id.ts";
import type { BindingReport } from "../core/bindings.ts";
import { addBindings, parseBinding } from "../core/bindings.ts";
import { channelIds } from "../core/channels.ts";
import { AccessError, messageOf } from "../core/errors.ts";
import type { AgentId } from "../core/ids.ts";
import { MAIN_AGENT, RENAMED_PROVIDERS } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { formatModelRef, resolveModelRef } from "../core/model-ref.ts";
import type { NewAgentCredentials } from "./agent-credentials.ts";
import { credentialsOfNewAgent } from "./agent-credentials.ts";
import { assertFolder, foldersOf, realFolder } from "./agent-folders.ts";
import { agentEntries, bindingsOf } from "./agents-list.ts";
import type { Edit } from "./config-edit.ts";
import { writeConfig } from "./config-edit.ts";
import type { CommandDeps } from "./open-deps.ts";

export interface AddAgentRequest {
  readonly name: string;
  /** as typed; relative to the working folder */
  readonly workspace: string;
  readonly model?: string | undefined;
  readonly agentDir?: string | undefined;
  /** `<channel>` or `<channel>:<account>` */
  readonly bindings?: readonly string[];
}

export interface AddAgentReport {
  readonly agentId: AgentId;
  readonly name: string;
  readonly workspace: string;
  readonly agentDir: string;
  readonly model?: string;
  readonly bindings: BindingReport;
  readonly credentials: NewAgentCredentials;
  readonly warnings: readonly string[];
}

/** An entry of `agents.list`, with the places absolute. */
interface NewAgent {
  readonly id: AgentId;
  readonly name: string;
  readonly workspace: string;
  readonly agentDir: string;
  readonly model?: string;
}

/** @throws AccessError `bad_input`, `config_invalid`, `config_conflict`, `store_unwritable` */
export async function addAgent(deps: CommandDeps, request: AddAgentRequest): Promise<AddAgentReport> {
  const agent = newAgent(deps, request);
  let report: BindingReport | undefined;
  const decide = (config: Config, document: JsonObject): Edit[] => {
    assertFree(deps, agent, config, document);
    const wanted = (request.bindings ?? []).map((text) => parseBinding(text, channelIds(document)));
    const routed = addBindings(bindingsOf(document), agent.id, wanted);
    report = routed.report;
    const news = report.added.length + report.updated.length;
    return [
      ...listEdits(document, agent),
      ...(news > 0 ? [{ path: ["bindings"], value: routed.bindings }] : []),
    ];
  };
  // Refusals come before any folder, the folders before the entry that names them.
  decide(deps.config(), readDocument(deps.config().path));
  const warnings = warningsOf(agent);
  makeFolders(deps, agent);
  await writeConfig(deps, decide);
  const { id: agentId, ...rest } = agent;
  const { credentials, warnings: unread } = await credentialsOfNewAgent(deps);
  return { agentId, ...rest, bindings: report!, credentials, warnings: [...warnings, ...unread] };
}

function newAgent(deps: CommandDeps, request: AddAgentRequest): NewAgent {
  const { id, name } = parseAgentName(request.name);
  if (id === MAIN_AGENT)
    throw new AccessError(
      "bad_input",
      `"${MAIN_AGENT}" is reserved: it is there already. Choose another name.`,
    );
  const workspace = placeOf(deps, "--workspace", request.workspace);
  const agentDir =
    request.agentDir === undefined
      ? deps.paths().agentDir(id)
      : placeOf(deps, "--agent-dir", request.agentDir);
  const model = request.model === undefined ? {} : { model: modelOf(deps.config(), request.model) };
  return { id, name, workspace, agentDir, ...model };
}

export function placeOf(deps: CommandDeps, flag: string, typed: string): string {
  if (typed.trim() === "" || /\p{Cc}/u.test(typed))
    throw new AccessError("bad_input", `${flag} needs the path of a folder.`);
  const place = resolve(untilde(typed.trim(), deps.paths().home));
  assertFolder(place, flag);
  return place;
}

/** As typed, since an alias follows its model; but it must mean one, by its present name. */
export function modelOf(config: Config, typed: string): string {
  const { ref } = resolveModelRef(typed, modelNamesOf(config));
  const provider = RENAMED_PROVIDERS[ref.provider];
  return provider === undefined ? typed.trim() : formatModelRef({ ...ref, provider });
}

/** The id and the folder of credentials belong to one agent each (OpenClaw docs, "Multi-agent routing"). */
function assertFree(deps: CommandDeps, agent: NewAgent, config: Config, document: JsonObject): void {
  const namesake = config.agents.find(({ id }) => id === agent.id);
  if (namesake)
    throw new AccessError(
      "bad_input",
      `There is an agent "${agent.id}"${namesake.name ? ` already, called "${namesake.name}"` : " already"}. Choose another name, or delete it first: openclaw agents delete ${agent.id}`,
    );
  const folder = realFolder(agent.agentDir);
  const others = [...config.agents, { id: MAIN_AGENT, isDefault: false }];
  const holder = others.find((other) => realFolder(foldersOf(deps, other, document).agentDir) === folder);
  if (holder)
    throw new AccessError(
      "bad_input",
      `${agent.agentDir} is the folder of agent ${holder.id}: two agents in one would write over each other's credentials. Name another with --agent-dir.`,
    );
}

/** A file without a list means one agent, `main`, which the list then has to name. */
function listEdits(document: JsonObject, agent: NewAgent): Edit[] {
  const list = agentEntries(document);
  if (list.length === 0) return [{ path: ["agents", "list"], value: [{ id: MAIN_AGENT }, agent] }];
  return [{ path: ["agents", "list", list.length], value: agent }];
}

function makeFolders(deps: CommandDeps, agent: NewAgent): void {
  const { sessionsDir } = foldersOf(deps, { id: agent.id, isDefault: false }, {});
  for (const folder of [agent.workspace, sessionsDir]) {
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw new AccessError(
        "store_unwritable",
        `${folder} cannot be made: ${messageOf(error)}. No agent was added; check the folder's owner and mode.`,
        { cause: error },
      );
    }
  }
}

/** Before anything is made: what lies there already comes from an agent of the past, or from another program. */
function warningsOf({ agentDir, id }: NewAgent): string[] {
  const database = join(agentDir, "openclaw-agent.sqlite");
  if (!existsSync(database)) return [];
  return [
    `${database} is there already: the profiles in it are now ${id}'s. See: openclaw models auth list --agent ${id}`,
  ];
}
