import { buildCommand } from "@stricli/core";
import type { Session } from "../../../command.ts";
import { AGENT_FLAG, JSON_FLAG, optionalText } from "../../../command.ts";
import { providerArgument } from "../../../provider-argument.ts";

interface Flags {
  readonly json: boolean;
  readonly provider?: string;
  readonly agent?: string;
}

export default buildCommand({
  docs: { brief: "List the auth profiles that an agent sees, without their secrets" },
  parameters: {
    flags: {
      json: JSON_FLAG,
      provider: optionalText("Only this provider's profiles", "id"),
      agent: AGENT_FLAG,
    },
  },
  async func(this: Session, { json, provider, agent }: Flags) {
    const { listProfiles } = await import("../../../../access/auth-list.ts");
    const { renderAuthList } = await import("../../../render/auth-list.ts");
    const only = provider === undefined ? undefined : providerArgument(this.io, provider);
    const deps = await this.deps();
    const report = await listProfiles(deps, { agent, provider: only });
    for (const warning of report.warnings ?? []) this.io.say(`Warning: ${warning}`);
    if (json) this.io.json(report);
    else this.io.out(renderAuthList(report, this.io, deps.now()));
  },
});
