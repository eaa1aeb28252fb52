// `models why`: how a run chose its credentials, and what happened.
import { AccessError } from "../core/errors.ts";
import type { Receipt } from "../core/receipt.ts";
import type { Deps } from "./deps.ts";

/** @throws AccessError `unknown_run` */
export async function readRun(deps: Deps, runId: string): Promise<Receipt> {
  const receipt = await deps.receipts().find(runId);
  if (receipt) return receipt;
  throw new AccessError(
    "unknown_run",
    runId === "last"
      ? "No run is recorded yet. Send a request to the gateway first: openclaw gateway run"
      : `No run ${runId} is recorded. The id is in each answer's run id header; older runs are dropped.`,
  );
}
