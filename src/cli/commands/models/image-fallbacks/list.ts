import { buildCommand } from "@stricli/core";
import { printFallbacks } from "../../../choice.ts";
import type { Session } from "../../../command.ts";
import { JSON_FLAG, PLAIN_FLAG } from "../../../command.ts";

export default buildCommand({
  docs: { brief: "List the fallbacks of the image model" },
  parameters: { flags: { json: JSON_FLAG, plain: PLAIN_FLAG } },
  async func(this: Session, flags: { readonly json: boolean; readonly plain: boolean }) {
    const { readChoice } = await import("../../../../access/model-choice.ts");
    printFallbacks(this.io, readChoice(await this.deps(), "imageModel"), flags);
  },
});
