// `models why`: how a run chose its credentials, and what happened.
import { AccessError } from "../core/errors.ts";
import type { Receipt } from "../core/receipt.ts";
import type { Deps } from "./deps.ts";

/** It was stored as text, maybe by another version. */
const isReadable = ({ candidates, attempts, leftOut, models }: Partial<Receipt>): boolean =>
  [candidates, attempts, leftOut, models].every(Array.isArray);

/** @throws AccessError `unknown_run`, `store_unreadable` */
export async function readRun(deps: Deps, runId: string): Promise<Receipt> {
  const receipt = await deps.receipts().find(runId);
  if (receipt && isReadable(receipt)) return receipt;
  if (receipt)
    throw new AccessError(
      "store_unreadable",
      `The receipt of run ${runId} is not one that this version of openclaw writes. Ask for it with the version that served it.`,
    );
  throw new AccessError(
    "unknown_run",
    runId === "last"
      ? "No run is recorded yet. Send a request to the gateway first: openclaw gateway run"
      : `No run ${runId} is recorded. The id is in each answer's run id header; older runs are dropped.`,
  );
}
