// MiniMax plans. What is called usage is what is left; counts go before percents.
import type { JsonObject } from "../../core/json.ts";
import type { FoundWindow } from "../../core/usage-window.ts";
import { amountAt, epochMs, numberAt, objectAt, objectsAt, spanLabel, textAt } from "./fields.ts";
import type { UsageSurface } from "./surface.ts";
import { bearer, MALFORMED } from "./surface.ts";

export const minimax: UsageSurface = {
  id: "minimax",
  displayName: "MiniMax",
  providers: ["minimax-portal", "minimax"],
  types: ["oauth", "token", "api_key"],
  env: ["MINIMAX_CODE_PLAN_KEY", "MINIMAX_CODING_API_KEY"],
  request: {
    urls: {
      "https://api.minimax.io": "https://api.minimax.io/v1/token_plan/remains",
      "https://api.minimaxi.com": "https://api.minimaxi.com/v1/token_plan/remains",
    },
    formerly: "/v1/api/openplatform/coding_plan/remains",
    headers: bearer,
    meanings: {
      404: "knows no plans at this address (HTTP 404): this key may be of the other region. Keys of China need models.providers.minimax.baseUrl https://api.minimaxi.com/anthropic, others https://api.minimax.io/anthropic",
    },
  },
  parse(body) {
    const status = objectAt(body, "base_resp");
    if (status && numberAt(status, "status_code") !== 0)
      return { failed: `refused: ${(textAt(status, "status_msg") ?? "no reason given").slice(0, 100)}` };
    const data = objectAt(body, "data") ?? body;
    const entry = chatEntry(objectsAt(data, "model_remains")) ?? data;
    const window = windowOf(entry);
    if (!window) return MALFORMED;
    return { windows: [window], plan: planOf(data, entry) };
  },
};

const totalOf = (entry: JsonObject): number => amountAt(entry, "current_interval_total_count") ?? 0;

const isChat = (entry: JsonObject): boolean =>
  (textAt(entry, "model_name") ?? "").toLowerCase().startsWith("minimax-m");

function chatEntry(entries: readonly JsonObject[]): JsonObject | undefined {
  const counted = entries.filter((entry) => totalOf(entry) > 0);
  return counted.find(isChat) ?? counted[0] ?? entries[0];
}

function windowOf(entry: JsonObject): FoundWindow | undefined {
  const common = { label: labelOf(entry), resetsAt: epochMs(numberAt(entry, "end_time")) };
  const [total, left] = [totalOf(entry), amountAt(entry, "current_interval_usage_count")];
  if (total > 0 && left !== undefined)
    return { ...common, used: total - left, limit: total, unit: "requests" };
  const used = percent(amountAt(entry, "used_percent") ?? amountAt(entry, "usedPercent"));
  if (used !== undefined) return { ...common, used };
  const rest = percent(amountAt(entry, "usage_percent") ?? amountAt(entry, "usagePercent"));
  return rest === undefined ? undefined : { ...common, used: 100 - rest };
}

/** 1 or less is a fraction. */
const percent = (given: number | undefined): number | undefined =>
  given === undefined ? undefined : given <= 1 ? given * 100 : given;

function labelOf(entry: JsonObject): string {
  const [hours, minutes] = [amountAt(entry, "window_hours"), amountAt(entry, "window_minutes")];
  if (hours !== undefined && hours > 0) return `${hours}h`;
  if (minutes !== undefined && minutes > 0) return `${minutes}m`;
  const [start, end] = [epochMs(numberAt(entry, "start_time")), epochMs(numberAt(entry, "end_time"))];
  const span = start !== undefined && end !== undefined ? (end - start) / 1000 : 0;
  return span > 0 && Number.isFinite(span) ? spanLabel(span) : "5h";
}

function planOf(data: JsonObject, entry: JsonObject): string {
  const named = textAt(data, "plan") ?? textAt(data, "plan_name");
  const model = textAt(entry, "model_name");
  return [named ?? "Coding Plan", ...(model === undefined ? [] : [`(${model})`])].join(" ");
}
