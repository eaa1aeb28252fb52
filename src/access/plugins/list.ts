// `plugins list`: what access.json names and what became of it, beside the providers that are built in. The shape
// is OpenClaw's, and `providers` answers what people ask it for (requirements 002).
import type { PluginReport } from "../../core/plugin-report.ts";
import { PROVIDERS } from "../../providers/all.ts";
import type { Deps } from "../deps.ts";

export interface PluginRow {
  /** as access.json names it */
  readonly id: string;
  readonly name: string;
  readonly version?: string;
  /** file of the module */
  readonly source: string | null;
  readonly origin: "config";
  readonly enabled: boolean;
  readonly status: "loaded" | "disabled" | "error";
  readonly providerIds: readonly string[];
  /** what is wrong, a sentence; also when other providers of the plugin work */
  readonly error?: string;
}

export interface PluginList {
  readonly registry: { readonly source: "built-in" | "config"; readonly diagnostics: readonly Diagnostic[] };
  readonly plugins: readonly PluginRow[];
  readonly diagnostics: readonly Diagnostic[];
  readonly providers: readonly { readonly id: string; readonly name: string; readonly plugin?: string }[];
}

interface Diagnostic {
  readonly level: "error";
  readonly message: string;
}

export function listPlugins({ plugins }: Deps, { enabled }: { readonly enabled: boolean }): PluginList {
  const reports = (plugins?.reports ?? []).filter((report) => report.enabled || !enabled);
  const diagnostics = (plugins?.warnings ?? []).map((message) => ({ level: "error" as const, message }));
  return {
    registry: { source: plugins ? "config" : "built-in", diagnostics: [] },
    plugins: reports.map(rowOf),
    diagnostics,
    providers: PROVIDERS.map(({ id, label, plugin }) => ({
      id,
      name: label,
      ...(plugin ? { plugin: plugin.source.spec } : {}),
    })),
  };
}

const STATUS = { loaded: "loaded", disabled: "disabled", failed: "error" } as const;

const rowOf = ({ spec, version, entry, enabled, state, providers, faults }: PluginReport): PluginRow => ({
  id: spec,
  name: providers.map(({ label }) => label).join(", ") || spec,
  ...(version === undefined ? {} : { version }),
  source: entry ?? null,
  origin: "config",
  enabled,
  status: STATUS[state],
  providerIds: providers.map(({ id }) => id),
  ...(faults.length > 0 ? { error: faults.join("; ") } : {}),
});
