import { buildCommand } from "@stricli/core";
import { printChoice } from "../../choice.ts";
import type { Session } from "../../command.ts";
import { JSON_FLAG, positionalText } from "../../command.ts";

export default buildCommand({
  docs: { brief: "Set the image model" },
  parameters: {
    flags: { json: JSON_FLAG },
    positional: { kind: "tuple", parameters: [positionalText("provider/model, or an alias", "model")] },
  },
  async func(this: Session, { json }: { readonly json: boolean }, model: string) {
    const { setPrimary } = await import("../../../access/model-choice.ts");
    printChoice(this.io, await setPrimary(await this.deps(), "imageModel", model), json);
  },
});
