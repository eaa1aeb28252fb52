import { buildCommand } from "@stricli/core";
import { printAliases } from "../../../choice.ts";
import type { Session } from "../../../command.ts";
import { JSON_FLAG, positionalText } from "../../../command.ts";

export default buildCommand({
  docs: { brief: "Name a model" },
  parameters: {
    flags: { json: JSON_FLAG },
    positional: {
      kind: "tuple",
      parameters: [
        positionalText("Letters, digits and . _ : -", "alias"),
        positionalText("provider/model, or another alias", "model"),
      ],
    },
  },
  async func(this: Session, { json }: { readonly json: boolean }, alias: string, model: string) {
    const { addAlias } = await import("../../../../access/model-choice.ts");
    const report = await addAlias(await this.deps(), alias, model);
    for (const warning of report.warnings) this.io.say(`Warning: ${warning}`);
    printAliases(this.io, report, { json, plain: false });
  },
});
