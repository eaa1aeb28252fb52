import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG, optionalText, positionalText, switchFlag } from "../../command.ts";

interface Flags {
  readonly from?: string;
  readonly dryRun: boolean;
  readonly allowExec: boolean;
  readonly replace: boolean;
  readonly yes: boolean;
  readonly json: boolean;
}

export default buildCommand({
  docs: {
    brief: "Put secrets behind references, as a plan says, and remove them where they stood",
    fullDescription:
      "Every reference is tried first; nothing is changed when one cannot be had. Then the config and the stores get the references, and the plain text goes from them, .env, models.json, the history of undo and backups. That cannot be taken back. Cut short, it is finished by running it again. Plans are written by secrets configure, or by hand.",
  },
  parameters: {
    flags: {
      from: optionalText("The plan, as OpenClaw has it", "path"),
      dryRun: switchFlag("Try the plan, and write nothing"),
      allowExec: switchFlag("Start the programs of secrets.providers that the plan uses"),
      replace: switchFlag(
        "Also where a reference holds another secret than stands there, which is then lost",
      ),
      yes: switchFlag("Do not ask"),
      json: JSON_FLAG,
    },
    positional: {
      kind: "tuple",
      parameters: [{ ...positionalText("The plan, a JSON file", "plan"), optional: true }],
    },
  },
  async func(this: Session, flags: Flags, plan?: string) {
    const { planFile, readPlan, confirming, printApplied } = await import("../../secrets-plan.ts");
    const file = planFile(plan, flags.from);
    const parsed = readPlan(file);
    const { applyPlan } = await import("../../../access/secrets-apply/apply.ts");
    const report = await applyPlan(await this.deps(), parsed, { ...flags, ...confirming(this.io, flags) });
    this.exit(printApplied(this.io, report, flags.json));
  },
});
