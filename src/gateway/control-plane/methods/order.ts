// The order of a provider's profiles. Named after `openclaw models auth order …`.
import * as v from "valibot";
import { parseProviderId } from "../../../core/ids.ts";
import { method } from "../method.ts";
import { agentId, name } from "../params.ts";

const MOST_PROFILES = 1000;
const one = { agentId, provider: name };

export const orderMethods = {
  "models.auth.order.get": method("operator.read", v.strictObject(one), async ({ deps }, asked) => {
    const { readOrder } = await import("../../../access/order.ts");
    return await readOrder(deps, requestOf(asked));
  }),

  "models.auth.order.set": method(
    "operator.admin",
    v.strictObject({ ...one, profiles: v.pipe(v.array(name), v.minLength(1), v.maxLength(MOST_PROFILES)) }),
    async ({ deps, gateway }, { profiles, ...asked }) => {
      const { setOrder } = await import("../../../access/order.ts");
      const report = await setOrder(deps, { ...requestOf(asked), profiles });
      await gateway.agents.refresh(report.agentId);
      return report;
    },
  ),

  "models.auth.order.clear": method(
    "operator.admin",
    v.strictObject(one),
    async ({ deps, gateway }, asked) => {
      const { clearOrder } = await import("../../../access/order.ts");
      const report = await clearOrder(deps, requestOf(asked));
      await gateway.agents.refresh(report.agentId);
      return report;
    },
  ),
};

const requestOf = ({ agentId: agent, provider }: { agentId?: string | undefined; provider: string }) => ({
  agent,
  provider: parseProviderId(provider),
});
