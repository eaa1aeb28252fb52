// OpenCode Go. Percent used, resets in seconds from now.
import { numberAt, objectAt } from "./fields.ts";
import type { UsageSurface } from "./surface.ts";
import { bearer, MALFORMED } from "./surface.ts";

const WINDOWS = { rollingUsage: "5h", weeklyUsage: "Week", monthlyUsage: "Month" } as const;

export const opencodeGo: UsageSurface = {
  id: "opencode-go",
  displayName: "OpenCode Go",
  providers: ["opencode-go"],
  types: ["api_key"],
  request: {
    urls: { "https://opencode.ai": "https://opencode.ai/zen/go/v1/usage" },
    headers: bearer,
  },
  parse(body, now) {
    const windows = Object.entries(WINDOWS).flatMap(([key, label]) => {
      const window = objectAt(body, key);
      const used = numberAt(window, "usagePercent");
      const seconds = numberAt(window, "resetInSec");
      if (used === undefined) return [];
      return [{ label, used, resetsAt: seconds === undefined ? undefined : now + seconds * 1000 }];
    });
    return windows.length === 0 ? MALFORMED : { windows };
  },
};
