import { buildCommand } from "@stricli/core";
import { clearFallbacks } from "../../../../access/model-choice.ts";
import { printChoice } from "../../../choice.ts";
import type { Session } from "../../../command.ts";
import { JSON_FLAG } from "../../../command.ts";

export default buildCommand({
  docs: { brief: "Remove all fallbacks of the default model" },
  parameters: { flags: { json: JSON_FLAG } },
  async func(this: Session, { json }: { readonly json: boolean }) {
    printChoice(this.io, await clearFallbacks(await this.deps(), "model"), json);
  },
});
