import { join } from "node:path";
import { buildCommand } from "@stricli/core";
import type { AddAgentRequest } from "../../../access/agents-add.ts";
import { AccessError } from "../../../core/errors.ts";
import type { Session } from "../../command.ts";
import { JSON_FLAG, optionalText, positionalText, switchFlag } from "../../command.ts";

interface Flags {
  readonly workspace?: string;
  readonly model?: string;
  readonly agentDir?: string;
  readonly bind: readonly string[];
  readonly nonInteractive: boolean;
  readonly json: boolean;
}

export default buildCommand({
  docs: {
    brief: "Add an agent with a workspace and credentials of its own",
    fullDescription:
      "The new agent reads the credentials of main through; its own come first. Nothing is copied. Without flags, on a terminal, it asks.",
  },
  parameters: {
    flags: {
      workspace: optionalText("Folder that it works in; made when missing", "dir"),
      model: optionalText("Default model of this agent: provider/model or an alias", "model"),
      agentDir: optionalText("Folder of its credentials, when not below the state dir", "dir"),
      bind: {
        kind: "parsed",
        parse: (text: string) => text,
        brief: "Route a channel's messages to it; may be repeated",
        placeholder: "channel[:account]",
        variadic: true,
        default: [],
      },
      nonInteractive: switchFlag("Do not ask; a name and --workspace are needed"),
      json: JSON_FLAG,
    },
    positional: {
      kind: "tuple",
      parameters: [{ ...positionalText("Name; its id is made of it", "name"), optional: true }],
    },
  },
  async func(this: Session, flags: Flags, name?: string) {
    const request = isExplicit(flags) || !this.io.inIsTerminal ? typed(flags, name) : await ask(this, name);
    const { addAgent } = await import("../../../access/agents-add.ts");
    const deps = await this.deps();
    const { warnings, ...report } = await addAgent(deps, request);
    for (const warning of warnings) this.io.say(`Warning: ${warning}`);
    if (report.agentId !== report.name) this.io.say(`The agent's id is "${report.agentId}".`);
    if (flags.json) return this.io.json({ ...report, ...(warnings.length > 0 ? { warnings } : {}) });
    const { renderAdded } = await import("../../render/agents.ts");
    this.io.out(renderAdded({ ...report, warnings }, deps.config().path));
  },
});

const FORM = "openclaw agents add <name> --workspace <dir>";

/** Any flag means that nobody is asked. */
const isExplicit = ({ workspace, model, agentDir, bind, nonInteractive, json: asJson }: Flags): boolean =>
  [workspace, model, agentDir].some((value) => value !== undefined) ||
  bind.length > 0 ||
  nonInteractive ||
  asJson;

function typed({ workspace, model, agentDir, bind }: Flags, name: string | undefined): AddAgentRequest {
  if (name === undefined) throw new AccessError("bad_input", `The agent needs a name: ${FORM}`);
  if (workspace === undefined)
    throw new AccessError("bad_input", `The agent needs a workspace, and nobody can be asked: ${FORM}`);
  return { name, workspace, model, agentDir, bindings: bind };
}

const isPlace = (text: string) => (text.trim() ? undefined : "Name a folder; it is made when missing.");

async function ask({ io, deps }: Session, typedName: string | undefined): Promise<AddAgentRequest> {
  const [{ terminalTalk }, { agentIdOf }] = await Promise.all([
    import("../../ask.ts"),
    import("../../../core/agent-id.ts"),
  ]);
  const talk = terminalTalk(io, false, `There is no terminal to ask on: ${FORM}`);
  const isName = (text: string) => (agentIdOf(text) ? undefined : "Use letters from a to z and digits.");
  const name = typedName ?? (await talk.text("Name of the agent", "", isName));
  const folder = join((await deps()).paths().stateDir, `workspace-${agentIdOf(name)}`);
  return { name, workspace: await talk.text("Workspace", folder, isPlace) };
}
