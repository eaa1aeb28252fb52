// Claude subscriptions. Percent used, resets in ISO text, money in cents.
import type { JsonObject } from "../../core/json.ts";
import type { FoundWindow } from "../../core/usage-window.ts";
import { isoAt, numberAt, objectAt, objectsAt, textAt } from "./fields.ts";
import type { UsageSurface } from "./surface.ts";
import { bearer, MALFORMED } from "./surface.ts";

export const anthropic: UsageSurface = {
  id: "anthropic",
  displayName: "Claude",
  providers: ["anthropic"],
  types: ["oauth", "token"],
  fits: (secret) => secret.includes("sk-ant-oat"),
  request: {
    urls: { "https://api.anthropic.com": "https://api.anthropic.com/api/oauth/usage" },
    headers: (key) => ({
      ...bearer(key),
      "anthropic-version": "2023-06-01",
      "anthropic-beta": "oauth-2025-04-20",
    }),
    meanings: {
      403: "does not show the usage of this token (HTTP 403): setup tokens lack the right to read it; calls tell it all the same",
    },
  },
  parse(body) {
    const extra = extraUsage(body);
    const windows = [
      ...plainWindow(body, "five_hour", "5h"),
      ...plainWindow(body, "seven_day", "Week"),
      ...familyWindow(body),
      ...modelWindows(body),
    ];
    if (windows.length === 0 && !extra) return MALFORMED;
    // What goes beyond the plan is paid for: calls are answered until that budget is gone too.
    const paid = extra !== undefined && extra.used < (extra.limit ?? 100);
    const shown = paid ? windows.map((window) => ({ ...window, exhausted: false })) : windows;
    return { windows: [...shown, ...(extra ? [extra] : [])] };
  },
};

function plainWindow(body: JsonObject, key: string, label: string, scope = "*"): FoundWindow[] {
  const window = objectAt(body, key);
  const used = numberAt(window, "utilization");
  return used === undefined ? [] : [{ label, used, scope, resetsAt: isoAt(window, "resets_at") }];
}

function familyWindow(body: JsonObject): FoundWindow[] {
  const sonnet = plainWindow(body, "seven_day_sonnet", "Sonnet", "*sonnet*");
  return sonnet.length > 0 ? sonnet : plainWindow(body, "seven_day_opus", "Opus", "*opus*");
}

function modelWindows(body: JsonObject): FoundWindow[] {
  const taken = new Set(["Sonnet", "Opus"].filter((label) => hasFamily(body, label)));
  return objectsAt(body, "limits").flatMap((limit): FoundWindow[] => {
    const model = objectAt(objectAt(limit, "scope"), "model");
    const id = textAt(model, "id");
    const label = textAt(model, "display_name") ?? id;
    const used = numberAt(limit, "percent");
    if (label === undefined || used === undefined || limit["is_active"] === false || taken.has(label))
      return [];
    taken.add(label);
    const scope = id ?? `*${label.toLowerCase()}*`;
    return [{ label, used, scope, resetsAt: isoAt(limit, "resets_at") }];
  });
}

const hasFamily = (body: JsonObject, label: string): boolean =>
  familyWindow(body).some((window) => window.label === label);

/** Never bars by itself: it is asked only once another window is gone. */
function extraUsage(body: JsonObject): FoundWindow | undefined {
  const extra = objectAt(body, "extra_usage");
  if (extra?.["is_enabled"] !== true) return undefined;
  const cents = { used: numberAt(extra, "used_credits"), limit: numberAt(extra, "monthly_limit") };
  const common = { label: "Extra usage", exhausted: false };
  if (cents.used !== undefined && cents.limit !== undefined && cents.limit > 0)
    return {
      ...common,
      used: cents.used / 100,
      limit: cents.limit / 100,
      unit: textAt(extra, "currency") ?? "USD",
    };
  const used = numberAt(extra, "utilization");
  return used === undefined ? undefined : { ...common, used };
}
