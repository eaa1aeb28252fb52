import { buildCommand } from "@stricli/core";
import type { Session } from "../../../../command.ts";
import { AGENT_FLAG, JSON_FLAG, positionalText, requiredText } from "../../../../command.ts";
import { printOrder } from "../../../../order.ts";
import { profileArgument, providerArgument } from "../../../../provider-argument.ts";

interface Flags {
  readonly provider: string;
  readonly agent?: string;
  readonly json: boolean;
}

export default buildCommand({
  docs: { brief: "Try exactly these profiles, in this order; a profile that is not named is not tried" },
  parameters: {
    flags: { provider: requiredText("Provider", "id"), agent: AGENT_FLAG, json: JSON_FLAG },
    positional: {
      kind: "array",
      minimum: 1,
      parameter: positionalText("Profiles, first choice first", "provider:name"),
    },
  },
  async func(this: Session, { provider, agent, json }: Flags, ...ids: string[]) {
    const { setOrder } = await import("../../../../../access/order.ts");
    const profiles = await Promise.all(ids.map((id) => profileArgument(this, id, agent)));
    const request = { agent, provider: providerArgument(this.io, provider), profiles };
    printOrder(this.io, await setOrder(await this.deps(), request), json);
  },
});
