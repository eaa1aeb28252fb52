// Profiles that are disabled for a reason which a person must end, such as a bill or a blocked account, and
// those whose plan is used up: only its reset ends that.
import type { Bar } from "../../core/health.ts";
import { isRunning } from "../../core/health.ts";
import { scopeName } from "../../core/usage-window.ts";
import type { Check } from "../check.ts";

export const barredProfiles: Check = {
  id: "core/doctor/barred-profiles",
  look: ({ agents, now }) =>
    [...agents.values()].flatMap((agent) =>
      [...agent.health].flatMap(([id, { bars }]) => {
        const running = bars.filter((bar) => isRunning(bar, now));
        const bar = running.find(({ lane }) => lane === "disabled") ?? running.find(({ window }) => window);
        if (!bar) return [];
        return [
          {
            severity: "info" as const,
            path: agent.database,
            message: `${id} of agent ${agent.id} ${barWords(bar)}.`,
            fixHint: "See: openclaw models status",
          },
        ];
      }),
    ),
};

function barWords({ window, scope, until, reason }: Bar): string {
  const end = new Date(until).toISOString();
  if (window === undefined) return `is disabled until ${end}: ${reason}`;
  const only = scope === "*" ? "" : ` for ${scopeName(scope)}`;
  return `has used up its ${window} window${only}; it resets at ${end}`;
}
