// OpenRouter: credits of the account, and the budget of the key. Either may fail alone.
import { numberAt, objectAt, textAt } from "./fields.ts";
import type { UsageSurface } from "./surface.ts";
import { bearer, MALFORMED } from "./surface.ts";

export const openrouter: UsageSurface = {
  id: "openrouter",
  displayName: "OpenRouter",
  providers: ["openrouter"],
  types: ["api_key", "oauth", "token"],
  request: {
    urls: { "https://openrouter.ai": "https://openrouter.ai/api/v1/credits" },
    also: "/api/v1/key",
    headers: bearer,
  },
  parse(body) {
    const data = objectAt(body, "data");
    const [bought, spent] = [numberAt(data, "total_credits"), numberAt(data, "total_usage")];
    if (bought !== undefined && spent !== undefined)
      return { windows: [], balances: [{ label: "Balance", amount: bought - spent, unit: "USD" }] };
    if (!data || !("limit" in data)) return MALFORMED;
    const [limit, left] = [numberAt(data, "limit"), numberAt(data, "limit_remaining")];
    if (limit === undefined || left === undefined) return { windows: [] };
    const period = textAt(data, "limit_reset");
    const label = period === undefined ? "API key budget" : `${capital(period)} key budget`;
    const budget = limit > 0 ? { used: limit - left, limit, unit: "USD" } : { used: 100 };
    return { windows: [{ label, ...budget }] };
  },
};

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
