// What a provider of a plugin has besides: where it lies, and what its own process can be asked for.
import type { RuleTable } from "../core/failure/rule.ts";
import type { CatalogModel } from "./catalog.ts";

/** Where a plugin lies, and what its process is given. */
export interface PluginSource {
  /** as access.json names it */
  readonly spec: string;
  readonly version?: string;
  /** file of the module */
  readonly entry: string;
  /** files, and folders that end in a separator: all that its process can read, unless it is trusted */
  readonly readable: readonly string[];
  /** from access.json, for the plugin */
  readonly options: Readonly<Record<string, unknown>>;
  readonly trusted: boolean;
}

/** The parts of a provider that only a plugin has: its models, and what its own process is asked for. */
export interface PluginPart {
  readonly source: PluginSource;
  readonly models: readonly CatalogModel[];
  readonly listsModels: boolean;
  readonly readsUsage: boolean;
  /** Stands where a secret would; the provider counts as authenticated without one. */
  readonly marker?: string;
  readonly failures?: RuleTable;
}
