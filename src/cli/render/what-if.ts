// `models why --if` for people: the plan that the receipt gives, and the one that the changes make of it.
import type { Planned, PlannedAttempt, WhatIf } from "../../core/replay/what-if.ts";
import type { Io } from "../io.ts";
import { barReason } from "./reasons.ts";
import type { Style } from "./style.ts";
import { styleFor } from "./style.ts";
import { table } from "./table.ts";
import { printable } from "./text.ts";
import { leftOutRow } from "./why.ts";

export function renderWhatIf(found: WhatIf, screen: Pick<Io, "columns" | "colors">): string {
  const style = styleFor(screen);
  const answer = printable(found);
  const section = (title: string, rows: readonly (readonly string[])[]): string[] =>
    rows.length > 0 ? [`${style.heading(title)}\n${table(rows, screen.columns)}`] : [];
  const { asItWas, asIf, notes } = answer;
  return [
    table(
      [
        ["Run", answer.runId],
        ["Decided", new Date(answer.at).toISOString()],
        ...answer.if.map((change) => ["If", change]),
        ["Then", thenWords(asItWas, asIf, style)],
      ],
      screen.columns,
    ),
    ...section("Plan as it was", asItWas.attempts.map(attemptRow(style))),
    ...section("Plan with the change", asIf.attempts.map(attemptRow(style))),
    ...section("Left out with the change", asIf.leftOut.map(leftOutRow)),
    ...section(
      "Note",
      notes.map((note) => [`  ${note}`]),
    ),
  ].join("\n\n");
}

function thenWords(was: Planned, would: Planned, style: Style): string {
  const [before, after] = [was.attempts[0], would.attempts[0]];
  if (!after) return style.warn(`nothing could be tried${freeWords(would)}`);
  if (!before) return style.good(`the run begins with ${nameOf(after)}; nothing could be tried before`);
  if (nameOf(before) !== nameOf(after))
    return `the run begins with ${style.good(nameOf(after))} instead of ${nameOf(before)}`;
  const same = JSON.stringify(was.attempts) === JSON.stringify(would.attempts);
  return same
    ? "the plan stays as it was"
    : `the run begins with ${nameOf(after)} as before; the rest differs`;
}

const freeWords = ({ freeAt }: Planned): string =>
  freeAt === undefined ? ", and time changes nothing" : `; free again at ${new Date(freeAt).toISOString()}`;

const nameOf = ({ model, profileId }: PlannedAttempt): string => `${model} ${profileId}`;

const attemptRow =
  (style: Style) =>
  ({ model, profileId, happened }: PlannedAttempt, index: number): string[] => [
    `  ${index + 1}. ${model}`,
    profileId,
    happened ? happenedWords(happened, style) : "not asked in this run",
  ];

function happenedWords({ outcome, status, kind }: NonNullable<PlannedAttempt["happened"]>, style: Style) {
  if (outcome === "ok") return style.good("answered in this run");
  if (outcome === "aborted") return style.warn("asked in this run; the client left");
  const code = [status, kind && barReason(kind)].filter((part) => part !== undefined).join(" ");
  return style.bad(`${outcome === "cut" ? "broke off" : "failed"} in this run${code ? `: ${code}` : ""}`);
}
