// ClawRouter: a monthly budget, in millionths of a dollar.
import { numberAt, objectAt, textAt } from "./fields.ts";
import type { UsageSurface } from "./surface.ts";
import { bearer, MALFORMED } from "./surface.ts";

const MICROS = 1_000_000;

export const clawrouter: UsageSurface = {
  id: "clawrouter",
  displayName: "ClawRouter",
  providers: ["clawrouter"],
  types: ["api_key"],
  request: {
    urls: { "https://clawrouter.openclaw.ai": "https://clawrouter.openclaw.ai/v1/usage" },
    headers: bearer,
  },
  parse(body) {
    const budget = objectAt(body, "budget");
    const summary = objectAt(objectAt(body, "usage"), "summary");
    if (!budget && !summary) return MALFORMED;
    const [limit, spent] = [numberAt(budget, "limitMicros"), numberAt(budget, "spentMicros")];
    if (budget?.["configured"] !== true || !limit || spent === undefined) {
      const cost = numberAt(summary, "actualCostMicros");
      return {
        windows: [],
        plan: "Unmetered key",
        balances: cost === undefined ? [] : [{ label: "Spent", amount: cost / MICROS, unit: "USD" }],
      };
    }
    const resetsAt = monthAfter(textAt(budget, "windowKey"));
    const window = { used: spent / MICROS, limit: limit / MICROS, unit: "USD", resetsAt };
    return { windows: [{ label: "Monthly budget", ...window }], plan: "Managed budget" };
  },
};

/** `tenant/2026-07` to the first moment of August. */
function monthAfter(windowKey: string | undefined): number | undefined {
  const [, year, month] = /(\d{4})-(\d{2})$/.exec(windowKey ?? "") ?? [];
  return year === undefined ? undefined : Date.UTC(Number(year), Number(month), 1);
}
