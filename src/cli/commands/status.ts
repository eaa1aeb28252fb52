import { buildCommand } from "@stricli/core";
import type { Session } from "../command.ts";
import { AGENT_FLAG, JSON_FLAG, switchFlag } from "../command.ts";
import { runUsage } from "../usage-flag.ts";

interface Flags {
  readonly json: boolean;
  readonly usage: boolean;
  readonly agent?: string;
}

export default buildCommand({
  docs: { brief: "Default model, gateway, and what is left of each plan" },
  parameters: {
    flags: {
      json: JSON_FLAG,
      usage: switchFlag("Ask the providers now what is left of each plan; the answers are kept"),
      agent: AGENT_FLAG,
    },
  },
  async func(this: Session, { json, usage, agent }: Flags) {
    const [{ readStatus }, { readLock }] = await Promise.all([
      import("../../access/status.ts"),
      import("../../gateway/lifecycle/lock.ts"),
    ]);
    const deps = await this.deps();
    const asked = usage ? await runUsage(this, agent) : undefined;
    const { report } = await readStatus(deps, { agent, asked });
    for (const warning of report.warnings) this.io.say(`Warning: ${warning}`);
    const overview = {
      defaultModel: report.resolvedDefault,
      gateway: readLock(deps.paths()) ?? null,
      usage: report.usage ?? { updatedAt: null, providers: [], profiles: [] },
    };
    if (json) this.io.json(overview);
    else this.io.out((await import("../render/overview.ts")).renderOverview(overview, this.io));
  },
});
