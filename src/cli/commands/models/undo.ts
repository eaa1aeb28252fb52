import { buildCommand } from "@stricli/core";
import type { UndoPlan } from "../../../access/undo-plan.ts";
import { AccessError } from "../../../core/errors.ts";
import type { Session } from "../../command.ts";
import { JSON_FLAG, positionalText, switchFlag } from "../../command.ts";
import { wholeNumberFlag } from "../../number-flag.ts";

interface Flags {
  readonly list: boolean;
  readonly last?: number;
  readonly force: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

export default buildCommand({
  docs: {
    brief: "Take back what a command changed, in the config and in the stores",
    fullDescription:
      "Without an id, the newest change. Each command is one step, and so is an undo: naming it brings back what it took. The last 20 changes of the last seven days are remembered, former credentials included; a logout removes its own.",
  },
  parameters: {
    flags: {
      list: switchFlag("Show the changes, and take none back"),
      last: wholeNumberFlag("--last", "Take back this many, the newest first", "n"),
      force: switchFlag("Overwrite what somebody else changed in the config since"),
      yes: switchFlag("Do not ask"),
      json: JSON_FLAG,
    },
    positional: {
      kind: "tuple",
      parameters: [{ ...positionalText("Id of a change, from --list", "id"), optional: true as const }],
    },
  },
  async func(this: Session, flags: Flags, id?: string) {
    if (id !== undefined && flags.last !== undefined)
      throw new AccessError("bad_input", "Name a change or say how many with --last, not both.");
    if (flags.list) return await list(this, flags.json);
    const { planUndo } = await import("../../../access/undo-plan.ts");
    const deps = await this.deps();
    const warn = (warning: string) => this.io.say(`Warning: ${warning}`);
    const plan = await planUndo(deps, { change: id, last: flags.last, force: flags.force, warn });
    if (plan.resumes) this.io.say(`The undo ${plan.resumes.change} was cut short; this finishes it.`);
    if (this.io.inIsTerminal && !flags.yes) await confirm(this, plan, flags.json);
    const { undo } = await import("../../../access/undo-apply.ts");
    const { undone, change, resumed } = await undo(deps, plan);
    const { leftAlone, stepReport } = await import("../../../access/undo-report.ts");
    const steps = undone.map(stepReport);
    const notes = leftAlone(undone);
    for (const note of notes) this.io.say(note);
    if (flags.json) return this.io.json({ undone: steps, change, resumed, notes });
    const { renderSteps } = await import("../../render/undo.ts");
    this.io.out(`Taken back:\n${renderSteps(steps, this.io)}`);
    this.io.out(`To redo: openclaw models undo ${change}`);
  },
});

async function list({ io, deps }: Session, json: boolean): Promise<void> {
  const { readHistory } = await import("../../../access/undo.ts");
  const { historyReport } = await import("../../../access/undo-report.ts");
  const report = historyReport(await readHistory(await deps()));
  for (const warning of report.warnings) io.say(`Warning: ${warning}`);
  if (json) return io.json(report);
  const { renderHistory } = await import("../../render/undo.ts");
  io.out(renderHistory(report, io));
}

async function confirm({ io }: Session, { steps }: UndoPlan, json: boolean): Promise<void> {
  const { terminalTalk } = await import("../../ask.ts");
  const { stepReport } = await import("../../../access/undo-report.ts");
  const { renderSteps } = await import("../../render/undo.ts");
  const talk = terminalTalk(io, json, "To take it back without a question: --yes");
  io.say(renderSteps(steps.map(stepReport), io));
  if (!(await talk.confirm(steps.length === 1 ? "Take it back?" : "Take them back?", true)))
    throw new AccessError("cancelled", "Cancelled. Nothing was changed.");
}
