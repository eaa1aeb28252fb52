// Receipts are told where they are kept: of this process and of its workers alike, and never while a client waits.
import type { Receipt, ReceiptStore } from "../core/receipt.ts";

/** The same dependencies, whose receipts are told once they are written. */
export function tellingReceipts<D extends { readonly receipts: () => ReceiptStore }>(
  deps: D,
  tell: (receipts: readonly Receipt[]) => void,
): D {
  const receipts = (): ReceiptStore => ({
    append: async (written) => {
      await deps.receipts().append(written);
      tell(written);
    },
    find: (run) => deps.receipts().find(run),
    page: (query) => deps.receipts().page(query),
  });
  return { ...deps, receipts };
}
