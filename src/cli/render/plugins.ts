// `plugins list` for people.
import type { PluginList, PluginRow } from "../../access/plugins/list.ts";
import { table } from "./table.ts";
import { withoutControls } from "./text.ts";

export function renderPlugins(report: PluginList, verbose: boolean, columns: number): string {
  const builtIn = report.providers.filter(({ plugin }) => plugin === undefined);
  const rows = builtIn.map(({ id, name }) => [id, name]);
  return [
    pluginPart(report, verbose, columns),
    ...report.diagnostics.map(({ message }) => withoutControls(message)),
    `Built-in providers:\n\n${table(rows, columns)}`,
  ].join("\n\n");
}

function pluginPart({ plugins }: PluginList, verbose: boolean, columns: number): string {
  if (plugins.length === 0) return "No plugins.";
  const rows = plugins.map((row) => [
    row.id,
    row.status,
    row.providerIds.join(", ") || "-",
    ...(verbose ? detailsOf(row) : []),
  ]);
  return `Plugins of access.json:\n\n${table(rows, columns)}`;
}

const detailsOf = ({ version, source }: PluginRow): string[] => [version ?? "-", source ?? "-"];
