// DeepSeek: money that is left, as text, in one or two currencies.
import { amountAt, objectsAt, textAt } from "./fields.ts";
import type { UsageSurface } from "./surface.ts";
import { bearer, MALFORMED } from "./surface.ts";

export const deepseek: UsageSurface = {
  id: "deepseek",
  displayName: "DeepSeek",
  providers: ["deepseek"],
  types: ["api_key"],
  request: {
    urls: { "https://api.deepseek.com": "https://api.deepseek.com/user/balance" },
    headers: bearer,
  },
  parse(body) {
    if (!Array.isArray(body["balance_infos"])) return MALFORMED;
    const balances = objectsAt(body, "balance_infos").flatMap((info) => {
      const amount = amountAt(info, "total_balance");
      return amount === undefined ? [] : [{ label: "Balance", amount, unit: textAt(info, "currency") ?? "" }];
    });
    return { windows: [], balances, plan: body["is_available"] === false ? "Unavailable" : undefined };
  },
};
