// Receipts page by page, and only those that somebody looks for. Pure.
import type { Receipt } from "./receipt.ts";

export interface ReceiptQuery {
  readonly limit: number;
  /** `next` of the page before */
  readonly cursor?: number | undefined;
  /** ms since epoch: only those that are older */
  readonly before?: number | undefined;
  readonly where?: ReceiptFilter;
}

/** All that is given must hold. */
export interface ReceiptFilter {
  readonly agentId?: string | undefined;
  /** that was asked for, or that an attempt went to: `provider/model`, or an alias as it was written */
  readonly model?: string | undefined;
  /** that an attempt went to */
  readonly provider?: string | undefined;
  /** that an attempt used */
  readonly profileId?: string | undefined;
  readonly outcome?: Receipt["outcome"] | undefined;
  /** name of the client key that asked */
  readonly clientKey?: string | undefined;
  readonly protocol?: string | undefined;
}

export interface ReceiptPage {
  /** newest first */
  readonly receipts: readonly Receipt[];
  /** where the next page begins; absent: there is none. Pages may be short, or empty, and not the last. */
  readonly next?: number;
}

export function isWanted(receipt: Receipt, where: ReceiptFilter): boolean {
  const { agentId, model, provider, profileId, outcome, clientKey, protocol } = where;
  const { attempts } = receipt;
  return (
    (agentId === undefined || receipt.agent === agentId) &&
    (outcome === undefined || receipt.outcome === outcome) &&
    (clientKey === undefined || receipt.clientKey === clientKey) &&
    (protocol === undefined || receipt.protocol === protocol) &&
    (model === undefined || receipt.requested === model || attempts.some((one) => one.model === model)) &&
    (provider === undefined || attempts.some((one) => one.model.startsWith(`${provider}/`))) &&
    (profileId === undefined || attempts.some((one) => one.profileId === profileId))
  );
}
