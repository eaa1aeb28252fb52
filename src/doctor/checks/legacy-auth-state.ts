// `auth-state.json` of an agent: order, last good profiles and usage go into its store.
import type { Check } from "../check.ts";
import { FIX } from "../check.ts";
import { importable, withState } from "../import-entries.ts";
import { withAgent, withoutFile } from "../world.ts";
import { unreadable } from "./legacy-auth-profiles.ts";

export const legacyAuthState: Check = {
  id: "core/doctor/legacy-auth-state",
  look: (world) => [
    ...importable(world, "auth-state").map(({ file, agent }) => ({
      severity: "warning" as const,
      path: file.path,
      message: "Order and usage of a former version. They are not used from this file.",
      repair: `${file.path}: imports order and usage into agent ${agent.id}; the file becomes a backup`,
      fixHint: FIX,
    })),
    ...unreadable(world, "auth-state"),
  ],
  mend: (world) =>
    importable(world, "auth-state").reduce((result, { file, document }) => {
      const agent = result.agents.get(file.agent)!;
      return withoutFile(withAgent(result, withState(agent, document, result.now)), file);
    }, world),
};
