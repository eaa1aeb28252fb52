// What is left of each plan, as bars: the binding window first, with its reset and its age in words.
import { spokenDuration } from "../../access/duration.ts";
import type { ProfileUsage, UsageReport, WindowRow } from "../../access/usage-report.ts";
import { balanceWords, scopeName } from "../../core/usage-window.ts";
import type { Style } from "./style.ts";

const CELLS = 10;
/** A window read this much earlier than its profile's newest says so itself, ms. */
const OLDER_MS = 5 * 60_000;
/** From here on a window is worth a colour, percent left. */
const SCARCE = 20;

export function usageRows(usage: UsageReport | undefined, style: Style): string[][] {
  return (usage?.profiles ?? []).flatMap((profile) => [
    headRow(profile, style),
    ...profile.windows.map((window) => windowRow(window, profile.ageMs ?? 0, style)),
  ]);
}

function headRow(profile: ProfileUsage, style: Style): string[] {
  const { profileId, displayName, plan, ageMs, windows, balances = [], error } = profile;
  const said = balances.map(balanceWords);
  const nothing = windows.length === 0 && said.length === 0 && error === undefined;
  const facts = [
    ...(nothing ? ["no usage windows"] : said),
    ...(nothing || ageMs === null ? [] : [style.faint(readWords(ageMs))]),
    ...(error === undefined ? [] : [style.bad(error)]),
  ];
  const name = plan === undefined ? displayName : `${displayName} (${plan})`;
  return [`  ${profileId}`, name, facts.join("; ")];
}

function windowRow(window: WindowRow, newestAgeMs: number, style: Style): string[] {
  const { label, over, resetsInMs, ageMs } = window;
  const left = over ? style.faint("reset since it was read") : leftWords(window, style);
  const facts = [
    ...(resetsInMs === null ? [] : [`resets in ${spokenDuration(resetsInMs)}`]),
    ...barWords(window),
    ...(window.unit === "percent" ? [] : [amountWords(window)]),
    ...(ageMs - newestAgeMs > OLDER_MS ? [style.faint(readWords(ageMs))] : []),
  ];
  return [`    ${label}`, left, facts.join(", ")];
}

function leftWords({ leftPercent, exhausted }: WindowRow, style: Style): string {
  const color = exhausted ? style.bad : leftPercent <= SCARCE ? style.warn : style.good;
  const full = Math.round((leftPercent / 100) * CELLS);
  return color(`${"█".repeat(full)}${"░".repeat(CELLS - full)} ${leftPercent}% left`);
}

const barWords = ({ exhausted, scope, resetsInMs }: WindowRow): string[] => {
  const what = scope === "*" ? "" : `${scopeName(scope)} `;
  return exhausted ? [`${what}not used ${resetsInMs === null ? "for now" : "until then"}`] : [];
};

/** What percent does not say. */
const amountWords = ({ used, limit, unit }: WindowRow): string =>
  `${Math.round(used * 100) / 100} of ${Math.round(limit * 100) / 100} ${unit}`;

const readWords = (ageMs: number): string =>
  ageMs < 1000 ? "read just now" : `read ${spokenDuration(ageMs)} ago`;
