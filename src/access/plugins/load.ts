// The plugins of access.json, each asked what it declares. Nothing that one does keeps another from working.
import type { PluginEntry } from "../../config/config.ts";
import type { Paths } from "../../config/paths.ts";
import { messageOf } from "../../core/errors.ts";
import type { PluginReport } from "../../core/plugin-report.ts";
import { PROVIDERS } from "../../providers/all.ts";
import { conflictWith, providerOf } from "../../providers/plugin-provider.ts";
import { checkProvider } from "../../providers/plugin-shape.ts";
import type { PluginSource } from "../../providers/plugin-part.ts";
import type { Provider } from "../../providers/provider.ts";
import { inParallel } from "../in-parallel.ts";
import { askPlugin } from "./ask.ts";
import { PluginFault } from "./fault.ts";
import { findSource } from "./source.ts";

/** Until a plugin has said what it declares; a command that may need it waits that long for one that hangs. */
const LOAD_TIMEOUT_MS = 5_000;
const AT_ONCE = 4;
const MOST_PROVIDERS = 50;

export interface LoadedPlugins {
  readonly reports: readonly PluginReport[];
  /** of all plugins, without conflicts */
  readonly providers: readonly Provider[];
}

type Described =
  { readonly source: PluginSource; readonly declared: readonly unknown[] } | { readonly fault: string };

/**
 * @param timeoutMs for each plugin
 * @returns in the order of access.json; of two plugins that want one id the first has it
 */
export async function loadPlugins(
  entries: readonly PluginEntry[],
  paths: Pick<Paths, "stateDir" | "home">,
  timeoutMs = LOAD_TIMEOUT_MS,
): Promise<LoadedPlugins> {
  const described = await inParallel(entries, AT_ONCE, (entry) => describe(entry, paths, timeoutMs));
  const reports: PluginReport[] = [];
  const providers: Provider[] = [];
  for (const [index, entry] of entries.entries()) {
    const one = entry.enabled ? described[index]! : undefined;
    const { report, accepted } = judge(entry, one, [...PROVIDERS, ...providers]);
    reports.push(report);
    providers.push(...accepted);
  }
  return { reports, providers };
}

async function describe(
  entry: PluginEntry,
  paths: Pick<Paths, "stateDir" | "home">,
  timeoutMs: number,
): Promise<Described> {
  if (!entry.enabled) return { fault: "is switched off" };
  try {
    const source = findSource(entry, paths, import.meta.dirname);
    const declared = await askPlugin(source, { kind: "describe" }, { timeoutMs });
    if (Array.isArray(declared) && declared.length <= MOST_PROVIDERS) return { source, declared };
    return { fault: `declares more than ${MOST_PROVIDERS} providers, or something that is no list` };
  } catch (error) {
    const words = error instanceof PluginFault ? error.message : `cannot be read: ${messageOf(error)}`;
    return { fault: words };
  }
}

function judge(entry: PluginEntry, described: Described | undefined, others: readonly Provider[]) {
  const common = { spec: entry.spec, enabled: entry.enabled };
  if (!described || "fault" in described) {
    const faults = described ? [described.fault] : [];
    const state = described ? ("failed" as const) : ("disabled" as const);
    return { report: { ...common, state, providers: [], faults }, accepted: [] };
  }
  const { source, declared } = described;
  const accepted: Provider[] = [];
  const faults = declared.length === 0 ? ["declares no provider"] : [];
  for (const one of declared) {
    const provider = accept(one, source, [...others, ...accepted]);
    if (typeof provider === "string") faults.push(provider);
    else accepted.push(provider);
  }
  const report: PluginReport = {
    ...common,
    ...(source.version === undefined ? {} : { version: source.version }),
    entry: source.entry,
    state: accepted.length > 0 ? "loaded" : "failed",
    providers: accepted.map(({ id, label }) => ({ id, label })),
    faults,
  };
  return { report, accepted };
}

/** @returns the provider, or what is wrong with it */
function accept(declared: unknown, source: PluginSource, others: readonly Provider[]): Provider | string {
  const checked = checkProvider(declared);
  if ("fault" in checked) return `declares ${nameIn(declared)} wrongly: ${checked.fault}`;
  const provider = providerOf(checked.value, source);
  const conflict = conflictWith(provider, others);
  return conflict === undefined ? provider : `declares ${provider.id}, which cannot be: ${conflict}`;
}

function nameIn(declared: unknown): string {
  const { id } = (declared ?? {}) as { readonly id?: unknown };
  return typeof id === "string" && /^[\w.-]{1,64}$/.test(id) ? `the provider ${id}` : "a provider";
}
