// Makes the plugins of access.json part of this process, before a command looks anything up.
import type { PluginEntry } from "../../config/config.ts";
import { AccessError } from "../../core/errors.ts";
import { pluginWarnings } from "../../core/plugin-report.ts";
import { setPluginProviders } from "../../providers/all.ts";
import type { CommandDeps } from "../open-deps.ts";

/**
 * Costs one look for a file when no plugin is named. Never throws: what is wrong stands in `plugins`.
 *
 * @param timeoutMs for each plugin, when it has less than the usual time
 */
export async function usePlugins<D extends Pick<CommandDeps, "accessConfig" | "paths" | "plugins">>(
  deps: D,
  timeoutMs?: number,
): Promise<D> {
  const entries = namedPlugins(deps);
  if (typeof entries === "string") return { ...deps, plugins: { reports: [], warnings: [entries] } };
  if (entries.length === 0) return deps;
  const { loadPlugins } = await import("./load.ts");
  const { reports, providers } = await loadPlugins(entries, deps.paths(), timeoutMs);
  setPluginProviders(providers);
  return { ...deps, plugins: { reports, warnings: pluginWarnings(reports) } };
}

/** @returns a sentence when access.json cannot be used */
function namedPlugins(deps: Pick<CommandDeps, "accessConfig">): readonly PluginEntry[] | string {
  try {
    return deps.accessConfig().plugins;
  } catch (error) {
    if (error instanceof AccessError) return `Plugins are left out. ${error.message}`;
    throw error;
  }
}
