// `models list` for people.
import type { ModelListReport, ModelRow } from "../../access/model-list.ts";
import type { Io } from "../io.ts";
import { styleFor } from "./style.ts";
import { table } from "./table.ts";
import { printable } from "./text.ts";

export function renderModels(found: ModelListReport, screen: Pick<Io, "columns" | "colors">): string {
  const style = styleFor(screen);
  const { models } = printable(found);
  const head = ["Model", "Input", "Ctx", "Local", "Auth", "Tags"].map(style.heading);
  const rows = models.map((row) => [
    row.key,
    row.input,
    context(row),
    row.local ? "yes" : "no",
    row.available ? style.good("yes") : style.bad("no"),
    [...row.tags, ...(row.missing ? [style.warn("missing")] : [])].join(","),
  ]);
  return table([head, ...rows], screen.columns);
}

/** `cap/native` where they differ. */
function context({ contextWindow, contextTokens }: ModelRow): string {
  const native = contextWindow === null ? "-" : thousands(contextWindow);
  return contextTokens === undefined ? native : `${thousands(contextTokens)}/${native}`;
}

const thousands = (tokens: number): string =>
  tokens >= 1000 ? `${Math.round(tokens / 1000)}k` : String(tokens);
