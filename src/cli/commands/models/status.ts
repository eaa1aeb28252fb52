import { buildCommand } from "@stricli/core";
import { AccessError } from "../../../core/errors.ts";
import type { Session } from "../../command.ts";
import { AGENT_FLAG, JSON_FLAG, PLAIN_FLAG, switchFlag } from "../../command.ts";

interface Flags {
  readonly json: boolean;
  readonly plain: boolean;
  readonly check: boolean;
  readonly agent?: string;
}

export default buildCommand({
  docs: { brief: "Default model, fallbacks and the health of every credential" },
  parameters: {
    flags: {
      json: JSON_FLAG,
      plain: { ...PLAIN_FLAG, brief: "Print the default model, nothing else" },
      check: switchFlag("Exit 1 when something in use is missing or expired, 2 when it expires within a day"),
      agent: AGENT_FLAG,
    },
  },
  async func(this: Session, { json, plain, check, agent }: Flags) {
    const { readStatus } = await import("../../../access/status.ts");
    if (json && plain) throw new AccessError("bad_input", "--json and --plain exclude each other.");
    const deps = await this.deps();
    const answer = await readStatus(deps, { agent });
    for (const warning of answer.report.warnings) this.io.say(`Warning: ${warning}`);
    if (json) this.io.json(answer.report);
    else if (plain) this.io.out(answer.report.resolvedDefault);
    else this.io.out((await import("../../render/status.ts")).renderStatus(answer.report, this.io));
    if (check) this.exit(answer.check);
  },
});
