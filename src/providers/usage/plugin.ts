// The usage function of a plugin, as one more place that tells what is left of a plan.
import type { Provider } from "../provider.ts";
import type { UsageSurface } from "./surface.ts";
import { MALFORMED } from "./surface.ts";

export function pluginSurface(provider: Provider | undefined): UsageSurface | undefined {
  if (!provider?.plugin?.readsUsage) return undefined;
  return {
    id: provider.id,
    displayName: provider.label,
    providers: [provider.id],
    types: ["api_key", "token", "oauth"],
    fits: () => true,
    plugin: provider,
    parse: () => MALFORMED,
  };
}
