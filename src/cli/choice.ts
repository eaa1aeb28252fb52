// How the commands that choose models answer.
import type { AliasReport, ChoiceReport } from "../access/model-choice.ts";
import type { Io } from "./io.ts";
import { table } from "./render/table.ts";
import { printable } from "./render/text.ts";

interface Format {
  readonly json: boolean;
  readonly plain: boolean;
}

const TITLES = { model: "Default model", imageModel: "Image model" } as const;

export function printChoice(io: Io, report: ChoiceReport, asJson: boolean): void {
  for (const warning of report.warnings) io.say(`Warning: ${warning}`);
  if (asJson) return io.json(report);
  io.out(report.changed ? `Updated config: ${report.configPath}` : "Nothing to change.");
  io.out(`${TITLES[report.slot]}: ${report.primary ?? "-"}`);
  io.out(`Fallbacks (${report.fallbacks.length}): ${report.fallbacks.join(", ") || "-"}`);
}

export function printFallbacks(io: Io, { slot, fallbacks }: ChoiceReport, { json, plain }: Format): void {
  if (json) return io.json({ fallbacks });
  if (plain) return fallbacks.length > 0 ? io.out(fallbacks.join("\n")) : undefined;
  io.out(`Fallbacks of the ${TITLES[slot].toLowerCase()} (${fallbacks.length}):`);
  io.out(fallbacks.map((ref, index) => `  ${index + 1}. ${ref}`).join("\n") || "  none");
}

export function printAliases(io: Io, { aliases }: AliasReport, { json, plain }: Format): void {
  if (json) return io.json({ aliases });
  const entries = Object.entries(aliases);
  if (plain)
    return entries.length > 0 ? io.out(entries.map((entry) => entry.join(" ")).join("\n")) : undefined;
  io.out(`Aliases (${entries.length}):`);
  io.out(table(printable(entries.map(([alias, ref]) => [`  ${alias}`, ref])), io.columns) || "  none");
}
