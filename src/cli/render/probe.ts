// The section "Auth probes" of `models status --probe`.
import type { StatusReport } from "../../access/status-report.ts";
import type { ProbeRow } from "../../core/probe.ts";
import type { Style } from "./style.ts";

/** One row for each credential, those with an error with its last line: the first is the same for all. */
export function probeRows({ auth: { probes } }: StatusReport, style: Style): string[][] {
  if (!probes) return [];
  if (probes.results.length === 0) return [["  Nothing to probe: no credential fits."]];
  return probes.results.map((row) => [
    `  ${row.profileId ?? `${row.provider} (${row.label})`}`,
    row.model ?? style.faint("-"),
    `${statusWord(row, style)}${row.latencyMs === undefined ? "" : style.faint(` ${row.latencyMs} ms`)}`,
    row.error?.split("\n").at(-1) ?? "",
  ]);
}

function statusWord({ status, reasonCode }: ProbeRow, style: Style): string {
  if (status === "ok") return style.good("ok");
  const word = reasonCode ?? status;
  return reasonCode === undefined ? style.bad(word) : style.warn(word);
}
