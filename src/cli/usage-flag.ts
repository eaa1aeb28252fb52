// `--usage`, and what a probe reads beside its calls: providers asked what is left of each plan.
import type { AuthProfile } from "../core/credential.ts";
import type { Asked } from "../access/usage-report.ts";
import type { Session } from "./command.ts";
import { untilInterrupted } from "./interrupt.ts";

/** As a probe that is narrowed down narrows it down. */
export interface UsageFilter {
  readonly probeProvider?: string;
  readonly probeProfile?: readonly string[];
}

export async function runUsage(
  session: Session,
  agent: string | undefined,
  { probeProvider, probeProfile = [] }: UsageFilter = {},
): Promise<Asked> {
  const [{ askUsage }, { statusAgent }] = await Promise.all([
    import("../access/usage.ts"),
    import("../access/status.ts"),
  ]);
  const deps = await session.deps();
  const ids = new Set(probeProfile.flatMap((list) => list.split(",")).filter((id) => id.trim() !== ""));
  const only = ({ id, provider }: AuthProfile) =>
    (probeProvider === undefined || provider === probeProvider.trim().toLowerCase()) &&
    (ids.size === 0 || ids.has(id));
  const warn = (sentence: string) => session.io.say(`Warning: ${sentence}`);
  const request = { agent: statusAgent(deps, { agent }), only, warn };
  return untilInterrupted(
    (signal) => askUsage(deps, { ...request, signal }),
    "Stopped. What the finished questions brought is kept.",
  );
}
