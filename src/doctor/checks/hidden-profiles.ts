// Profiles that an explicit order leaves out: they are stored and never tried.
import type { Check } from "../check.ts";
import { listed } from "../import-entries.ts";
import { plansOf } from "../usable.ts";

export const hiddenProfiles: Check = {
  id: "core/doctor/hidden-profiles",
  look: (world) =>
    plansOf(world).flatMap(({ agent, view, prepared }) =>
      [...prepared.excluded].map(([provider, profiles]) => {
        const stored = view.orderFrom.get(provider) === "store";
        const order = stored ? `the stored order of ${provider}` : `auth.order.${provider}`;
        const ids = profiles.map(({ id }) => id);
        return {
          severity: "info",
          path: stored ? world.agents.get(agent)!.database : `auth.order.${provider}`,
          message: `Agent ${agent} does not use ${listed(ids)}: ${order} leaves them out.`,
          fixHint: `If that is not meant: openclaw models auth order set --agent ${agent} --provider ${provider} <all ids>`,
        };
      }),
    ),
};
