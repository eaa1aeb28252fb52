import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG, positionalText } from "../../command.ts";

export default buildCommand({
  docs: { brief: "Print one value of openclaw.json; secrets are not shown" },
  parameters: {
    flags: { json: JSON_FLAG },
    positional: {
      kind: "tuple",
      parameters: [positionalText("Such as agents.defaults.model or agents.list[0].id", "path")],
    },
  },
  async func(this: Session, { json }: { readonly json: boolean }, path: string) {
    const { getValue } = await import("../../../access/config-values.ts");
    const value = getValue(await this.deps(), path);
    if (json || (typeof value === "object" && value !== null)) this.io.json(value);
    else this.io.out(String(value));
  },
});
