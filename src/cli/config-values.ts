// How the commands that write single values of the config answer.
import type { DryRunReport } from "../access/config-dry-run.ts";
import type { Assigned, ValueReport } from "../access/config-values.ts";
import type { Session } from "./command.ts";
import { EXIT_FAILURE } from "./exit.ts";
import type { Io } from "./io.ts";

interface Flags {
  readonly json: boolean;
  readonly dryRun: boolean;
}

export async function runWrite(
  session: Session,
  assigned: readonly Assigned[],
  mode: DryRunReport["inputModes"][number],
  { json, dryRun }: Flags,
): Promise<void> {
  const deps = await session.deps();
  if (dryRun) {
    const { dryRunOf } = await import("../access/config-dry-run.ts");
    const report = await dryRunOf(deps, assigned, mode);
    printDryRun(session.io, report, json);
    return report.ok ? undefined : session.exit(EXIT_FAILURE);
  }
  const { writeValues } = await import("../access/config-values.ts");
  printWritten(session.io, await writeValues(deps, assigned), json);
}

function printDryRun(io: Io, report: DryRunReport, json: boolean): void {
  for (const { message } of report.errors ?? []) io.say(`Error: ${message}`);
  if (json) return io.json(report);
  if (!report.checks.resolvabilityComplete)
    io.say("References to files and programs were not opened in this check.");
  if (report.ok) io.out(`${report.configPath} can take this change. Nothing was written.`);
}

function printWritten(io: Io, report: ValueReport, json: boolean): void {
  if (json) return io.json(report);
  const places = report.paths.join(", ");
  if (!report.changed) return io.out(`Nothing to change: ${places} in ${report.configPath} is so already.`);
  io.out(`Updated ${places} in ${report.configPath}.`);
  if (report.backupPath !== undefined) io.out(`  Backup: ${report.backupPath}`);
  io.out("Restart the gateway to apply.");
}
