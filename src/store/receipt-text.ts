// Receipts as text: what is stored, and what the gateway hands to its store thread.
import type { Receipt } from "../core/receipt.ts";

/** A receipt as it is stored: between threads, text is cheaper to hand over than objects. */
export interface ReceiptText {
  readonly runId: string;
  /** ms since epoch */
  readonly at: number;
  readonly json: string;
}

export const textOf = (receipt: Receipt): ReceiptText => ({
  runId: receipt.runId,
  at: receipt.at,
  json: JSON.stringify(receipt),
});
