// Providers, and what plugins bring.
import { method } from "../method.ts";
import { fresh } from "../method.ts";
import { nothing } from "../params.ts";

export const providerMethods = {
  /** With the ways to log in to each, and what is known of its stance on them. */
  "models.providers.list": method("operator.read", nothing, async ({ deps }) => {
    const { listProviders } = await import("../../../access/providers-list.ts");
    const now = fresh(deps);
    return { providers: listProviders(now.config(), now.accessConfig().oauth) };
  }),

  "plugins.list": method("operator.read", nothing, async ({ deps }) => {
    const { listPlugins } = await import("../../../access/plugins/list.ts");
    return listPlugins(deps, { enabled: false });
  }),
};
