import { buildCommand } from "@stricli/core";
import type { Session } from "../../../../command.ts";
import { AGENT_FLAG, JSON_FLAG, requiredText } from "../../../../command.ts";
import { printOrder } from "../../../../order.ts";
import { providerArgument } from "../../../../provider-argument.ts";

interface Flags {
  readonly provider: string;
  readonly agent?: string;
  readonly json: boolean;
}

export default buildCommand({
  docs: { brief: "Show the order that is stored for a provider" },
  parameters: {
    flags: { provider: requiredText("Provider", "id"), agent: AGENT_FLAG, json: JSON_FLAG },
  },
  async func(this: Session, { provider, agent, json }: Flags) {
    const { readOrder } = await import("../../../../../access/order.ts");
    const request = { agent, provider: providerArgument(this.io, provider) };
    printOrder(this.io, await readOrder(await this.deps(), request), json);
  },
});
