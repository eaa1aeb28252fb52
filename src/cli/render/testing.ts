// A bar that has ended, in words: the profile is on trial.
import type { TestingRow } from "../../access/status-report.ts";
import { barReason } from "./reasons.ts";

export function testWords({ reason, model }: TestingRow): string {
  const bar = `${barReason(reason)}${model === undefined ? "" : `, only ${model}`}`;
  return `testing: its bar (${bar}) has ended, the next call tests it`;
}
