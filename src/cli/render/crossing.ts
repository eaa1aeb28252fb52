// How credentials are paid for, and whether calls may move to those that cost money.
import type { CrossingReport } from "../../access/status-crossing.ts";
import type { Receipt } from "../../core/receipt.ts";
import type { Style } from "./style.ts";

type Rows = readonly (readonly string[])[];

export function crossingRows(report: CrossingReport | undefined, style: Style): Rows {
  if (!report) return [];
  const classes = Map.groupBy(report.profiles, ({ funding }) => funding);
  return [
    ...[...classes].map(([funding, rows]) => [
      `  ${funding}`,
      rows.map(({ profileId }) => profileId).join(", "),
    ]),
    ["  Crossing to metered", ruleWords(report, style)],
    ["  Crossed today", todayWords(report)],
  ];
}

function ruleWords({ rule, closed, until }: CrossingReport, style: Style): string {
  if (rule === "allow") return "allowed";
  if (rule === "never") return "never";
  const budget = `at most $${rule.maxPerDay} a day`;
  const again = until === undefined ? "" : ` until ${new Date(until).toISOString()}`;
  return closed ? `${budget}: ${style.warn(`used up${again}`)}` : budget;
}

function todayWords({ today: { calls, dollars, unpriced } }: CrossingReport): string {
  if (calls === 0) return "nothing";
  const unknown = unpriced === 0 ? "" : `, ${unpriced} of them at a price that is assumed`;
  return `${money(dollars)} in ${calls} ${calls === 1 ? "call" : "calls"}${unknown}`;
}

/** Small calls cost less than a cent. */
export const money = (dollars: number): string =>
  `$${dollars >= 1 || dollars === 0 ? dollars.toFixed(2) : Number(dollars.toPrecision(3)).toString()}`;

/** What a run that crossed is told in `models why`. */
export function crossedWords({
  dollars,
  assumedDollars,
}: Pick<Receipt, "dollars" | "assumedDollars">): string {
  if (dollars !== undefined) return `to a metered credential, for ${money(dollars)}`;
  if (assumedDollars === undefined) return "to a metered credential; nothing was used";
  return `to a metered credential; its price is not known, counted as ${money(assumedDollars)}`;
}
