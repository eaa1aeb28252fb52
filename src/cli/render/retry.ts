// `models auth retry` for people: what was cleared, and what a retry cannot mend.
import type { ClearedBar, RetryReport } from "../../access/retry.ts";
import { barReason, LEFT_OUT } from "./reasons.ts";
import { printable } from "./text.ts";

export function renderRetry(found: RetryReport): string {
  const report = printable(found);
  const { profileId, owner, agentId, changed, cleared, problem } = report;
  const where = owner === agentId ? "" : ` in agent ${owner}, which holds it`;
  const first = changed
    ? `Cleared: ${profileId}${where}. The next call may use it.`
    : `Nothing to clear: ${profileId} is not barred.`;
  const failures =
    changed && cleared.length === 0 && report.errorCount > 0
      ? [`  ${report.errorCount} failures forgotten`]
      : [];
  const asked = report.refusalForgotten
    ? ["  its login was refused, and is asked for new tokens once more"]
    : [];
  return [
    first,
    ...cleared.map(barLine),
    ...failures,
    ...asked,
    ...(problem ? [problemLine(problem)] : []),
  ].join("\n");
}

function barLine({ kind, reason, model, until }: ClearedBar): string {
  const what = model === undefined ? "whole profile" : `only ${model}`;
  const end = `${kind === "testing" ? "ended" : "until"} ${new Date(until).toISOString()}`;
  return `  ${kind}: ${barReason(reason)}, ${what}, ${end}`;
}

function problemLine(problem: keyof typeof LEFT_OUT): string {
  const { words, help } = LEFT_OUT[problem];
  return `It still cannot be used: ${words}. ${help}`.trimEnd();
}
