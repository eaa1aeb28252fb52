import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG, switchFlag } from "../../command.ts";

export default buildCommand({
  docs: { brief: "List the agents" },
  parameters: {
    flags: { json: JSON_FLAG, bindings: switchFlag("Show the routing rules, not only how many there are") },
  },
  async func(this: Session, { json, bindings }: { readonly json: boolean; readonly bindings: boolean }) {
    const { listAgents } = await import("../../../access/agents-list.ts");
    const { agents, warnings } = listAgents(await this.deps(), { details: bindings });
    for (const warning of warnings) this.io.say(`Warning: ${warning}`);
    if (json) return this.io.json(agents);
    const { agentTable } = await import("../../render/agents.ts");
    this.io.out(agentTable(agents, this.io.columns));
  },
});
