// The report of `onboard` and `configure`, printed.
import type { CommandDeps } from "../access/open-deps.ts";
import { readLock } from "../gateway/lifecycle/lock.ts";
import type { OnboardReport } from "../onboard/summary.ts";
import { EXIT_FAILURE, EXIT_OK } from "./exit.ts";
import type { Io } from "./io.ts";
import { renderOnboarded } from "./render/onboard.ts";

/** @returns the exit code: what was asked for and did not happen is a failure */
export function printOnboarded(io: Io, deps: CommandDeps, report: OnboardReport, asJson: boolean): number {
  for (const note of report.notes) io.say(`Note: ${note}`);
  if (asJson) io.json(report);
  else io.out(renderOnboarded(report, readLock(deps.paths()) !== undefined));
  return report.service?.error === undefined ? EXIT_OK : EXIT_FAILURE;
}
