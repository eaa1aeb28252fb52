// Profiles that are disabled for a reason which a person must end: a bill, a blocked account.
import type { Check } from "../check.ts";

export const barredProfiles: Check = {
  id: "core/doctor/barred-profiles",
  look: ({ agents, now }) =>
    [...agents.values()].flatMap((agent) =>
      [...agent.health].flatMap(([id, { bars }]) => {
        const bar = bars.find(({ lane, until }) => lane === "disabled" && until > now);
        if (!bar) return [];
        const until = new Date(bar.until).toISOString();
        const message = `${id} of agent ${agent.id} is disabled until ${until}: ${bar.reason}.`;
        return [
          {
            severity: "info" as const,
            path: agent.database,
            message,
            fixHint: "See: openclaw models status",
          },
        ];
      }),
    ),
};
