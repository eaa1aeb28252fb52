import { buildCommand } from "@stricli/core";
import { AccessError } from "../../../core/errors.ts";
import type { Session } from "../../command.ts";
import { JSON_FLAG, positionalText, switchFlag } from "../../command.ts";

interface Flags {
  readonly force: boolean;
  readonly json: boolean;
}

export default buildCommand({
  docs: {
    brief: "Delete an agent; its folders go to the trash",
    fullDescription:
      "Takes the agent and its routing rules out of openclaw.json and moves its workspace, credentials and sessions to ~/.Trash. A folder that another agent uses stays.",
  },
  parameters: {
    flags: { force: switchFlag("Do not ask"), json: JSON_FLAG },
    positional: { kind: "tuple", parameters: [positionalText("Id of the agent", "agent")] },
  },
  async func(this: Session, { force, json }: Flags, typed: string) {
    const { agentToDelete, deleteAgent } = await import("../../../access/agents-delete.ts");
    const deps = await this.deps();
    const id = agentToDelete(deps.config(), typed);
    if (!force) await confirmDelete(this, id, json);
    const report = await deleteAgent(deps, id);
    for (const warning of report.warnings) this.io.say(`Warning: ${warning}`);
    if (json) return this.io.json(report);
    const { renderDeleted } = await import("../../render/agents.ts");
    this.io.out(renderDeleted(report, deps.config().path));
  },
});

async function confirmDelete({ io }: Session, id: string, asJson: boolean): Promise<void> {
  const { terminalTalk } = await import("../../ask.ts");
  const without = `There is no terminal to ask on. To delete ${id} without asking: --force`;
  const question = `Delete agent "${id}"? Its workspace, credentials and sessions go to the trash.`;
  if (await terminalTalk(io, asJson, without).confirm(question, false)) return;
  throw new AccessError("cancelled", "Cancelled. Nothing was changed.");
}
