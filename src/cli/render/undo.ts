// `models undo` for people: what was changed, when, and what can be taken back.
import type { ChangeReport, HistoryReport, StepReport } from "../../access/undo-report.ts";
import type { Io } from "../io.ts";
import { styleFor } from "./style.ts";
import { table } from "./table.ts";
import { printable } from "./text.ts";

type Screen = Pick<Io, "columns" | "colors">;

/** Of a step that changed much, this many places are named. */
const MOST_SHOWN = 6;
const LONGEST_VALUE = 60;

export function renderHistory(report: HistoryReport, screen: Screen): string {
  if (report.changes.length === 0) return "Nothing is remembered that could be taken back.";
  const style = styleFor(screen);
  const steps = printable(report.changes).map((step) => {
    const head = `${style.heading(step.id)}  ${timeOf(step)}  ${step.command}${style.faint(stateOf(step))}`;
    const reasons = step.state === "open" ? step.reasons.slice(0, 1) : [];
    const why = reasons.map((reason) => style.warn(`  cannot be taken back: ${reason}`));
    return [head, changeLines(step, false, screen), ...why].join("\n");
  });
  return [...steps, "", "To take one back: openclaw models undo <id>"].join("\n");
}

/** What taking the steps back does. */
export function renderSteps(steps: readonly StepReport[], screen: Screen): string {
  return printable(steps)
    .map((step) =>
      [`${step.id}  ${timeOf(step)}  ${step.command}`, changeLines(step, true, screen)].join("\n"),
    )
    .join("\n");
}

const timeOf = ({ at }: StepReport): string => `${at.slice(0, 16).replace("T", " ")}Z`;

function stateOf({ state, undoneBy, unfinished, undoes = [] }: StepReport): string {
  if (unfinished) return `  half taken back by ${undoneBy}; to finish: openclaw models undo`;
  if (state === "undone") return `  taken back by ${undoneBy}`;
  return state === "undo" ? `  took back ${undoes.join(", ")}` : "";
}

function changeLines({ changes }: StepReport, back: boolean, screen: Screen): string {
  const shown = changes.slice(0, MOST_SHOWN).map((change) => changeRow(change, back));
  const more = changes.length - shown.length;
  const rows = more > 0 ? [...shown, [`  and ${more} more`]] : shown;
  return table(rows, screen.columns);
}

function changeRow(change: ChangeReport, back: boolean): string[] {
  const [from, to] = back ? [change.after, change.before] : [change.before, change.after];
  const other = change.place === "profile" && from === to ? "another " : "";
  return [`  ${placeOf(change)}`, `${valueText(from)} → ${other}${valueText(to)}`];
}

function placeOf(change: ChangeReport): string {
  if (change.place === "config") return change.path;
  const what = change.place === "order" ? `order of ${change.provider}` : change.profileId;
  return `${what} (agent ${change.agentId})`;
}

function valueText(value: unknown): string {
  if (value === null) return "nothing";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}
