// `doctor` for people: what is wrong, what would be done about it, what was done.
import type { DoctorReport, Finding, LintReport } from "../../doctor/doctor.ts";
import type { Io } from "../io.ts";
import type { Style } from "./style.ts";
import { styleFor } from "./style.ts";
import { printable } from "./text.ts";

type Screen = Pick<Io, "colors">;

/** The layout of OpenClaw's lint, which scripts read. */
export function renderLint(report: LintReport): string {
  const { checksRun, findings } = printable(report);
  const head = `doctor --lint: ran ${checksRun} check(s), ${findings.length} finding(s)`;
  const lines = findings.flatMap(({ severity, checkId, path, message, fixHint }) => [
    `  [${severity}] ${checkId} ${path === undefined ? "" : `${path} - `}${message}`,
    ...(fixHint === undefined ? [] : [`    fix: ${fixHint}`]),
  ]);
  return [head, ...lines].join("\n");
}

export function renderFindings(report: DoctorReport, screen: Screen): string {
  const { findings } = printable(report);
  const style = styleFor(screen);
  if (findings.length === 0) return style.good("Nothing is wrong.");
  const head = style.heading(findings.length === 1 ? "1 finding" : `${findings.length} findings`);
  return [head, ...findings.flatMap((finding) => rendered(finding, style))].join("\n");
}

function rendered({ severity, path, message, fixHint }: Finding, style: Style): string[] {
  const mark = { error: style.bad, warning: style.warn, info: style.faint }[severity](severity);
  return [
    `  ${mark}: ${message}`,
    ...(path === undefined ? [] : [style.faint(`    at ${path}`)]),
    ...(fixHint === undefined ? [] : [`    ${fixHint}`]),
  ];
}

export function renderPlan(report: DoctorReport, screen: Screen): string {
  const { plan } = printable(report);
  const lines = plan.map(({ repair }, index) => `  ${index + 1}. ${repair}`);
  return [styleFor(screen).heading("Plan"), ...lines].join("\n");
}

export function renderDone(report: DoctorReport, screen: Screen): string {
  const style = styleFor(screen);
  const left = report.findings.length;
  return [
    style.good(`Done. Every credential that could be used before can be used now.`),
    ...report.backups.map((path) => `  Backup: ${path}`),
    ...(left === 0 ? [] : [renderFindings(report, screen)]),
  ].join("\n");
}
