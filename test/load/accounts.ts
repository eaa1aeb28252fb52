// The providers and accounts that the load is put on.
import type { ProtocolName } from "../support/protocols.ts";

/** provider → what it speaks */
export const PLACES: Readonly<Record<string, ProtocolName>> = {
  spoken: "chat",
  told: "messages",
  answered: "responses",
};

/** Those named after a failure have it at every other call. */
export const ACCOUNTS = ["good", "better", "limited", "broken", "reset", "early", "refused"] as const;

export const keyOf = (provider: string, account: string): string => `sk-fake-${provider}-${account}`;
