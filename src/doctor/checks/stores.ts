// Databases and rows that cannot be read, and entries in them that are no credential.
import type { Check } from "../check.ts";

export const stores: Check = {
  id: "core/doctor/stores",
  look: ({ agents }) =>
    [...agents.values()].flatMap((agent) => [
      ...(agent.fault === undefined
        ? []
        : [
            {
              severity: "error" as const,
              path: agent.database,
              message: agent.fault,
              fixHint: `Nothing is written to it meanwhile. Restore ${agent.database} from a backup, or move it away.`,
            },
          ]),
      ...agent.warnings.map((message) => ({ severity: "warning" as const, path: agent.database, message })),
    ]),
};
