import { buildCommand } from "@stricli/core";
import { AccessError } from "../../../core/errors.ts";
import type { Session } from "../../command.ts";
import { AGENT_FLAG, JSON_FLAG, PLAIN_FLAG, switchFlag } from "../../command.ts";
import type { ProbeFlags } from "../../probe-flags.ts";
import { PROBE_FLAGS, runProbe } from "../../probe-flags.ts";
import { runUsage } from "../../usage-flag.ts";

interface Flags extends ProbeFlags {
  readonly json: boolean;
  readonly plain: boolean;
  readonly check: boolean;
  readonly agent?: string;
  readonly usage: boolean;
}

export default buildCommand({
  docs: { brief: "Default model, fallbacks and the health of every credential" },
  parameters: {
    flags: {
      json: JSON_FLAG,
      plain: { ...PLAIN_FLAG, brief: "Print the default model, nothing else" },
      check: switchFlag(
        "Exit 1 when something in use is missing or expired or a probe failed, 2 when it expires within a day",
      ),
      agent: AGENT_FLAG,
      usage: switchFlag("Ask the providers now what is left of each plan; the answers are kept"),
      ...PROBE_FLAGS,
    },
  },
  async func(this: Session, { json, plain, check, agent, usage, ...probe }: Flags) {
    const { readStatus } = await import("../../../access/status.ts");
    if (json && plain) throw new AccessError("bad_input", "--json and --plain exclude each other.");
    const probing = probe.probe || probe.probeFree;
    if (probing && plain)
      throw new AccessError("bad_input", "--probe and --plain exclude each other. Leave one out.");
    if (usage && plain)
      throw new AccessError("bad_input", "--usage and --plain exclude each other. Leave one out.");
    const deps = await this.deps();
    // Calls and questions first: status then shows what they have changed.
    const [probes, asked] = await Promise.all([
      probing ? runProbe(this, agent, probe) : undefined,
      usage || probing ? runUsage(this, agent, probe) : undefined,
    ]);
    const answer = await readStatus(deps, { agent, probes, asked });
    for (const warning of answer.report.warnings) this.io.say(`Warning: ${warning}`);
    if (json) this.io.json(answer.report);
    else if (plain) this.io.out(answer.report.resolvedDefault);
    else this.io.out((await import("../../render/status.ts")).renderStatus(answer.report, this.io));
    if (check) this.exit(answer.check);
  },
});
