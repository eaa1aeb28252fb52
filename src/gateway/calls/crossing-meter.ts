// What a call costs that began on what is paid for anyway and went on where each call costs money.
import { ASSUMED_COST, nanoDollarsAt } from "../../access/prices.ts";
import type { RunResult } from "../../access/run.ts";
import type { KeyUse } from "../../core/key-use.ts";
import { NANO, NO_USE } from "../../core/key-use.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import type { Attempt } from "../../core/plan/walk.ts";
import type { Receipt } from "../../core/receipt.ts";
import type { Usage } from "../../wire/wire.ts";
import type { CallEstimate } from "./call-estimate.ts";
import type { Gateway } from "../gateway.ts";
import type { Served } from "./served.ts";

/** What a receipt says of it. */
export type CrossingRecord = Pick<Receipt, "crossed" | "dollars" | "assumedDollars">;

/** An attempt is about to be sent. */
export function meterCrossing(served: Served, { ref, candidate }: Attempt): void {
  const { gateway, flatEstimate } = served;
  if (!flatEstimate) return;
  if (candidate.metered) (served.crossing ??= new CrossingMeter(gateway, flatEstimate)).begins(ref);
  else served.crossing?.begins(undefined);
}

export class CrossingMeter {
  readonly #gateway: Gateway;
  readonly #estimate: CallEstimate;
  /** billionths of a dollar */
  #reserved = 0;
  /** of the attempt that crosses; absent when a later one does not */
  #ref: ModelRef | undefined;

  constructor(gateway: Gateway, estimate: CallEstimate) {
    this.#gateway = gateway;
    this.#estimate = estimate;
  }

  /** An attempt that crosses counts as what it will probably cost, until it is known what it did. */
  begins(ref: ModelRef | undefined): void {
    this.#release();
    this.#ref = ref;
    if (!ref) return;
    const { crossings } = this.#gateway;
    const { inputTokens } = this.#estimate;
    this.#reserved = this.#costOf(ref, {
      inputTokens,
      outputTokens: crossings.usualOutputTokens,
    }).nanoDollars;
    crossings.reserve(this.#reserved);
  }

  /** @param result absent when the run could not be made at all */
  settle(result?: RunResult): CrossingRecord {
    const usage = this.#ref && result && this.#estimate.usageOf(result);
    const use = usage && this.#costOf(this.#ref!, usage);
    if (use) this.#gateway.crossings.settle(0, use);
    this.#release();
    if (!use) return { crossed: true };
    const dollars = use.nanoDollars / NANO;
    return { crossed: true, ...(use.unpriced ? { assumedDollars: dollars } : { dollars }) };
  }

  #release(): void {
    this.#gateway.crossings.settle(this.#reserved);
    this.#reserved = 0;
  }

  /** What nobody knows the price of is no gift: it counts as a dear model would. */
  #costOf(ref: ModelRef, usage: Usage): KeyUse {
    const { prices, config } = this.#gateway;
    const known = prices.nanoDollars(config(), ref, usage);
    const money =
      known === undefined
        ? { nanoDollars: nanoDollarsAt(ASSUMED_COST, usage), unpriced: 1 }
        : { nanoDollars: known };
    return { ...NO_USE, requests: 1, ...usage, ...money };
  }
}
