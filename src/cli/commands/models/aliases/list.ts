import { buildCommand } from "@stricli/core";
import { printAliases } from "../../../choice.ts";
import type { Session } from "../../../command.ts";
import { JSON_FLAG, PLAIN_FLAG } from "../../../command.ts";

export default buildCommand({
  docs: { brief: "List the aliases" },
  parameters: { flags: { json: JSON_FLAG, plain: PLAIN_FLAG } },
  async func(this: Session, flags: { readonly json: boolean; readonly plain: boolean }) {
    const { readAliases } = await import("../../../../access/model-choice.ts");
    printAliases(this.io, readAliases(await this.deps()), flags);
  },
});
