// `models auth list` for people.
import { spokenDuration } from "../../access/duration.ts";
import type { AuthListReport, AuthListRow } from "../../access/auth-list.ts";
import type { Io } from "../io.ts";
import { styleFor } from "./style.ts";
import { table } from "./table.ts";

export function renderAuthList(report: AuthListReport, screen: Pick<Io, "columns" | "colors">): string {
  const style = styleFor(screen);
  const head = `${style.heading(`Auth profiles of ${report.agentId}`)} ${style.faint(report.authStatePath)}`;
  if (report.profiles.length === 0) {
    const provider = report.provider ?? "<id>";
    return `${head}\n  none. To store one: openclaw models auth paste-api-key --provider ${provider}`;
  }
  const rows = report.profiles.map((row) => [`  ${row.label}`, row.provider, row.type, state(row)]);
  return `${head}\n${table(rows, screen.columns)}`;
}

function state({ expiresAt, cooldownUntil, disabledUntil }: AuthListRow): string {
  return [
    ...(expiresAt === undefined ? [] : [expiry(expiresAt)]),
    ...(cooldownUntil === undefined ? [] : [`cooling down until ${cooldownUntil}`]),
    ...(disabledUntil === undefined ? [] : [`disabled until ${disabledUntil}`]),
  ].join("; ");
}

function expiry(at: string): string {
  const left = Date.parse(at) - Date.now();
  return left > 0 ? `expires in ${spokenDuration(left)}` : `expired ${spokenDuration(-left)} ago`;
}
