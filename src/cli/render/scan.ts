// `models scan` for people.
import type { ScanReport } from "../../access/scan.ts";
import type { Config, ModelChoice } from "../../config/config.ts";
import type { ScanProbe, ScanRow } from "../../core/scan.ts";
import type { Io } from "../io.ts";
import type { Style } from "./style.ts";
import { styleFor } from "./style.ts";
import { table } from "./table.ts";

export function renderScan(report: ScanReport, screen: Pick<Io, "columns" | "colors">): string {
  const style = styleFor(screen);
  const { results, probed } = report;
  const works = (probe: "tool" | "image") => results.filter((row) => row[probe].ok).length;
  const head = probed
    ? `${results.length} free models of OpenRouter: ${works("tool")} call tools, ${works("image")} take images`
    : `${results.length} free models of OpenRouter, as its catalog describes them; none was tried`;
  if (results.length === 0) return head;
  const titles = ["Model", "Tool", "Image", "Ctx", "Params", "Notes"].map((title) => style.heading(title));
  return `${head}\n\n${table([titles, ...results.map((row) => cells(row, style))], screen.columns)}`;
}

function cells(row: ScanRow, style: Style): string[] {
  return [
    row.modelRef,
    probeWord(row.tool, row.supportsToolsMeta, style),
    probeWord(row.image, row.supportsImagesMeta, style),
    row.contextLength === null ? style.faint("-") : `${Math.round(row.contextLength / 1000)}k`,
    row.inferredParamB === null ? style.faint("-") : `${row.inferredParamB}b`,
    row.tool.error ?? row.image.error ?? (row.modality === null ? "" : style.faint(row.modality)),
  ];
}

/** Untried: what the catalog says. */
function probeWord({ ok, latencyMs, skipped }: ScanProbe, stated: boolean, style: Style): string {
  if (skipped) return style.faint(stated ? "stated" : "no");
  return ok ? style.good(`${latencyMs} ms`) : style.bad("fails");
}

/** `Tried 2 of 9: openrouter/a/b tools 120 ms, images no`, for stderr. */
export function scanProgress(row: ScanRow, done: number, total: number): string {
  return `Tried ${done} of ${total}: ${row.modelRef} tools ${outcome(row.tool)}, images ${outcome(row.image)}`;
}

const outcome = ({ ok, latencyMs, skipped }: ScanProbe): string =>
  skipped ? "not asked" : ok ? `${latencyMs} ms` : "no";

/** What the config says now. */
export function renderChoice({ path, defaultModel, imageModel }: Config, withImages: boolean): string {
  const lines = [
    `Updated config: ${path}`,
    ...choiceLines("Default model", "Fallbacks", defaultModel),
    ...(withImages ? choiceLines("Image model", "Image fallbacks", imageModel) : []),
  ];
  return lines.join("\n");
}

const choiceLines = (name: string, list: string, { primary, fallbacks = [] }: ModelChoice): string[] => [
  `${name}: ${primary ?? "-"}`,
  `${list}: ${fallbacks.join(", ") || "-"}`,
];
