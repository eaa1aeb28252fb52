import { buildCommand } from "@stricli/core";
import type { Session } from "../../command.ts";
import { JSON_FLAG } from "../../command.ts";

export default buildCommand({
  docs: { brief: "List the agents" },
  parameters: { flags: { json: JSON_FLAG } },
  async func(this: Session, { json }: { readonly json: boolean }) {
    const { listAgents } = await import("../../../access/agents-list.ts");
    const { table } = await import("../../render/table.ts");
    const agents = listAgents(await this.deps());
    if (json) return this.io.json(agents);
    const rows = agents.map(({ id, isDefault, model, workspace }) => [
      isDefault ? `${id} (default)` : id,
      model ?? "-",
      workspace,
    ]);
    this.io.out(table(rows, this.io.columns));
  },
});
