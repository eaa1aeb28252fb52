import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG, positionalText } from "../../command.ts";

export default buildCommand({
  docs: { brief: "Say how a run chose its credentials, and what happened" },
  parameters: {
    flags: { json: JSON_FLAG },
    positional: {
      kind: "tuple",
      parameters: [
        { ...positionalText("Run id from an answer's header, or last", "runId"), optional: true as const },
      ],
    },
  },
  async func(this: Session, { json }: { readonly json: boolean }, runId?: string) {
    const { readRun } = await import("../../../access/why.ts");
    const { renderRun } = await import("../../render/why.ts");
    const receipt = await readRun(await this.deps(), runId ?? "last");
    if (json) this.io.json(receipt);
    else this.io.out(renderRun(receipt, this.io));
  },
});
