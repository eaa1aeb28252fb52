import { buildCommand } from "@stricli/core";
import { setPrimary } from "../../../access/model-choice.ts";
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
    printChoice(this.io, await setPrimary(await this.deps(), "imageModel", model), json);
  },
});
