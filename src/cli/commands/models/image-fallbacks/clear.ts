import { buildCommand } from "@stricli/core";
import { printChoice } from "../../../choice.ts";
import type { Session } from "../../../command.ts";
import { JSON_FLAG } from "../../../command.ts";

export default buildCommand({
  docs: { brief: "Remove all fallbacks of the image model" },
  parameters: { flags: { json: JSON_FLAG } },
  async func(this: Session, { json }: { readonly json: boolean }) {
    const { clearFallbacks } = await import("../../../../access/model-choice.ts");
    printChoice(this.io, await clearFallbacks(await this.deps(), "imageModel"), json);
  },
});
