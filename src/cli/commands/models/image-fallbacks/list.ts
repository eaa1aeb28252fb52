import { buildCommand } from "@stricli/core";
import { readChoice } from "../../../../access/model-choice.ts";
import { printFallbacks } from "../../../choice.ts";
import type { Session } from "../../../command.ts";
import { JSON_FLAG, PLAIN_FLAG } from "../../../command.ts";

export default buildCommand({
  docs: { brief: "List the fallbacks of the image model" },
  parameters: { flags: { json: JSON_FLAG, plain: PLAIN_FLAG } },
  async func(this: Session, flags: { readonly json: boolean; readonly plain: boolean }) {
    printFallbacks(this.io, readChoice(await this.deps(), "imageModel"), flags);
  },
});
