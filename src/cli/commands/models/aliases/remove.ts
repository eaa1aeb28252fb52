import { buildCommand } from "@stricli/core";
import { printAliases } from "../../../choice.ts";
import type { Session } from "../../../command.ts";
import { JSON_FLAG, positionalText } from "../../../command.ts";

export default buildCommand({
  docs: { brief: "Drop an alias; the model stays" },
  parameters: {
    flags: { json: JSON_FLAG },
    positional: { kind: "tuple", parameters: [positionalText("Alias", "alias")] },
  },
  async func(this: Session, { json }: { readonly json: boolean }, alias: string) {
    const { removeAlias } = await import("../../../../access/model-choice.ts");
    printAliases(this.io, await removeAlias(await this.deps(), alias), { json, plain: false });
  },
});
