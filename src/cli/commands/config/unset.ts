import { buildCommand } from "@stricli/core";
import { runWrite } from "../../config-values.ts";
import type { Session } from "../../command.ts";
import { JSON_FLAG, positionalText, switchFlag } from "../../command.ts";

interface Flags {
  readonly dryRun: boolean;
  readonly json: boolean;
}

export default buildCommand({
  docs: { brief: "Remove one value from openclaw.json; comments stay" },
  parameters: {
    flags: { dryRun: switchFlag("Check, and write nothing"), json: JSON_FLAG },
    positional: {
      kind: "tuple",
      parameters: [positionalText("Such as agents.defaults.imageModel or agents.list[0].model", "path")],
    },
  },
  async func(this: Session, flags: Flags, typed: string) {
    await runWrite(this, [{ typed, valueFor: () => undefined }], "unset", flags);
  },
});
