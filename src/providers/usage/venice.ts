// Venice: balances, and the day's allocation of DIEM.
import type { FoundWindow } from "../../core/usage-window.ts";
import { amountAt, objectAt } from "./fields.ts";
import type { UsageSurface } from "./surface.ts";
import { bearer, MALFORMED } from "./surface.ts";

const DAY = 24 * 60 * 60_000;

export const venice: UsageSurface = {
  id: "venice",
  displayName: "Venice",
  providers: ["venice"],
  types: ["api_key"],
  request: {
    urls: { "https://api.venice.ai": "https://api.venice.ai/api/v1/billing/balance" },
    headers: bearer,
  },
  parse(body, now) {
    const amounts = objectAt(body, "balances");
    if (!amounts) return MALFORMED;
    const [usd, diem] = [amountAt(amounts, "usd"), amountAt(amounts, "diem")];
    const allocated = amountAt(body, "diemEpochAllocation") ?? 0;
    const midnight = (Math.floor(now / DAY) + 1) * DAY;
    // Dollars pay for what DIEM does not.
    const refused = body["canConsume"] === false;
    const epoch: FoundWindow[] =
      allocated > 0 && diem !== undefined
        ? [
            {
              label: "DIEM epoch",
              used: allocated - diem,
              limit: allocated,
              unit: "DIEM",
              resetsAt: midnight,
              exhausted: refused,
            },
          ]
        : [];
    const balances = [
      ...(usd === undefined ? [] : [{ label: "Balance", amount: usd, unit: "USD" }]),
      ...(diem === undefined ? [] : [{ label: "Balance", amount: diem, unit: "DIEM" }]),
    ];
    return { windows: epoch, balances };
  },
};
