// Kimi Code. Counts that arrive as text.
import type { JsonObject } from "../../core/json.ts";
import type { FoundWindow } from "../../core/usage-window.ts";
import { amountAt, isoAt, numberAt, objectAt, objectsAt, spanLabel, textAt } from "./fields.ts";
import type { UsageSurface } from "./surface.ts";
import { bearer, MALFORMED } from "./surface.ts";

export const kimi: UsageSurface = {
  id: "kimi-coding",
  displayName: "Kimi Code",
  providers: ["kimi"],
  types: ["api_key", "oauth", "token"],
  request: {
    urls: { "https://api.kimi.com": "https://api.kimi.com/coding/v1/usages" },
    headers: bearer,
  },
  parse(body) {
    const windows = [
      ...windowOf(objectAt(body, "usage"), "Week"),
      ...objectsAt(body, "limits").flatMap((limit) =>
        windowOf(objectAt(limit, "detail"), spanOf(objectAt(limit, "window"))),
      ),
    ];
    return windows.length === 0 ? MALFORMED : { windows };
  },
};

const SECONDS: Readonly<Record<string, number>> = {
  TIME_UNIT_SECOND: 1,
  TIME_UNIT_MINUTE: 60,
  TIME_UNIT_HOUR: 3600,
  TIME_UNIT_DAY: 86_400,
};

function spanOf(window: JsonObject | undefined): string {
  const seconds = SECONDS[textAt(window, "timeUnit") ?? ""];
  const duration = numberAt(window, "duration");
  return seconds === undefined || duration === undefined ? "Limit" : spanLabel(seconds * duration);
}

function windowOf(detail: JsonObject | undefined, label: string): FoundWindow[] {
  const [limit, left] = [amountAt(detail, "limit"), amountAt(detail, "remaining")];
  if (limit === undefined || !(limit > 0)) return [];
  const used = amountAt(detail, "used") ?? (left === undefined ? undefined : limit - left);
  if (used === undefined) return [];
  return [{ label, used, limit, unit: "requests", resetsAt: isoAt(detail, "resetTime") }];
}
