// A run that is under way, in a line of a list. It can be cloned: processes tell each other.
import type { ProviderId } from "../../core/ids.ts";
import { agentOfSession } from "../../core/session.ts";
import type { ActiveRun, RunAbout } from "./runs.ts";

export interface RunRow extends Partial<RunAbout> {
  readonly runId: string;
  readonly provider: ProviderId;
  readonly sessionKey?: string;
  readonly stopReason?: string;
}

export function runRow(run: ActiveRun): RunRow {
  const { runId, sessionKey, stopReason } = run;
  return {
    runId,
    ...(sessionKey === undefined ? {} : { agentId: agentOfSession(sessionKey) }),
    ...run.about?.(),
    provider: run.provider(),
    ...(sessionKey === undefined ? {} : { sessionKey }),
    ...(stopReason === undefined ? {} : { stopReason }),
  };
}

/** Those of several processes in one list, the newest first; of a run that is in two of them the later row. */
export function newestRows(rows: readonly RunRow[]): RunRow[] {
  const byId = new Map(rows.map((row) => [row.runId, row]));
  return [...byId.values()].toReversed().toSorted((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0));
}
