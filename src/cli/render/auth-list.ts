// `models auth list` for people.
import { spokenDuration } from "../../access/duration.ts";
import type { AuthListReport, AuthListRow } from "../../access/auth-list.ts";
import type { Io } from "../io.ts";
import type { Style } from "./style.ts";
import { styleFor } from "./style.ts";
import { table } from "./table.ts";
import { printable } from "./text.ts";

/** @param now ms since epoch */
export function renderAuthList(
  found: AuthListReport,
  screen: Pick<Io, "columns" | "colors">,
  now: number,
): string {
  const style = styleFor(screen);
  const report = printable(found);
  const title = style.heading(`Auth profiles of ${report.agentId}`);
  const head = table([[title, style.faint(report.authStatePath)]], screen.columns);
  if (report.profiles.length === 0) {
    const provider = report.provider ?? "<id>";
    return `${head}\n  none. To store one: openclaw models auth paste-api-key --provider ${provider}`;
  }
  const rows = report.profiles.map((row) => [
    `  ${row.label}`,
    row.provider,
    row.type,
    state(row, now, style),
  ]);
  return `${head}\n${table(rows, screen.columns)}`;
}

function state(row: AuthListRow, now: number, style: Style): string {
  const { expiresAt, cooldownUntil, disabledUntil, problem } = row;
  const left = (at: string) => Date.parse(at) - now;
  return [
    ...(problem === undefined ? [] : [style.bad("its login has ended")]),
    ...(expiresAt === undefined ? [] : [expiry(left(expiresAt), style)]),
    ...(cooldownUntil === undefined
      ? []
      : [style.warn(`cooling down for ${spokenDuration(left(cooldownUntil))}`)]),
    ...(disabledUntil === undefined
      ? []
      : [style.warn(`disabled for ${spokenDuration(left(disabledUntil))}`)]),
  ].join("; ");
}

function expiry(left: number, style: Style): string {
  return left > 0 ? `expires in ${spokenDuration(left)}` : style.bad(`expired ${spokenDuration(-left)} ago`);
}
