import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG, positionalText } from "../../command.ts";

interface Flags {
  readonly if?: readonly string[];
  readonly json: boolean;
}

export default buildCommand({
  docs: { brief: "Say how a run chose its credentials, and what happened" },
  parameters: {
    flags: {
      if: {
        kind: "parsed",
        parse: String,
        brief:
          "Plan it again with a change: order=, no-order=, cooldown=, ready=, without=, pin=, session=, crossing=, model=",
        placeholder: "change",
        variadic: true,
        optional: true,
      },
      json: JSON_FLAG,
    },
    positional: {
      kind: "tuple",
      parameters: [
        { ...positionalText("Run id from an answer's header, or last", "runId"), optional: true as const },
      ],
    },
  },
  async func(this: Session, { if: changes = [], json }: Flags, runId?: string) {
    const { readRun } = await import("../../../access/why.ts");
    const receipt = await readRun(await this.deps(), runId ?? "last");
    if (changes.length > 0) {
      const { whatIf } = await import("../../../core/replay/what-if.ts");
      const answer = whatIf(receipt, changes);
      if (json) this.io.json(answer);
      else this.io.out((await import("../../render/what-if.ts")).renderWhatIf(answer, this.io));
      return;
    }
    if (json) this.io.json(receipt);
    else this.io.out((await import("../../render/why.ts")).renderRun(receipt, this.io));
  },
});
