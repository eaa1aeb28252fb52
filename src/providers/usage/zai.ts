// Z.AI coding plans. Percent used, resets in epoch milliseconds.
import type { JsonObject } from "../../core/json.ts";
import type { FoundWindow } from "../../core/usage-window.ts";
import { epochMs, numberAt, objectAt, objectsAt, textAt } from "./fields.ts";
import type { UsageSurface } from "./surface.ts";
import { bearer, MALFORMED } from "./surface.ts";

export const zai: UsageSurface = {
  id: "zai",
  displayName: "z.ai",
  providers: ["zai"],
  types: ["api_key", "token", "oauth"],
  request: {
    urls: {
      "https://api.z.ai": "https://api.z.ai/api/monitor/usage/quota/limit",
      "https://open.bigmodel.cn": "https://open.bigmodel.cn/api/monitor/usage/quota/limit",
    },
    headers: bearer,
  },
  parse(body) {
    const refused = body["success"] === false || (numberAt(body, "code") ?? 200) !== 200;
    if (refused) return { failed: `refused: ${(textAt(body, "msg") ?? "no reason given").slice(0, 100)}` };
    const data = objectAt(body, "data");
    if (!data) return MALFORMED;
    const plan = textAt(data, "planName") ?? textAt(data, "plan");
    return { windows: objectsAt(data, "limits").flatMap(windowOf), plan };
  },
};

function windowOf(limit: JsonObject): FoundWindow[] {
  const used = numberAt(limit, "percentage");
  if (used === undefined) return [];
  const common = { used, resetsAt: epochMs(numberAt(limit, "nextResetTime")) };
  switch (limit["type"]) {
    case "TOKENS_LIMIT":
      return [{ ...common, label: `Tokens (${spanOf(limit)})` }];
    case "TIME_LIMIT":
      // It counts calls of tools: the model answers without them.
      return [{ ...common, label: "Monthly", exhausted: false }];
    default:
      return [];
  }
}

const UNITS: Readonly<Record<number, string>> = { 1: "d", 3: "h", 5: "m", 6: "w" };

function spanOf(limit: JsonObject): string {
  const [unit, n] = [numberAt(limit, "unit"), numberAt(limit, "number")];
  const letter = unit === undefined ? undefined : UNITS[unit];
  return letter === undefined || n === undefined ? "Limit" : `${n}${letter}`;
}
