// A client key on one model call: may it, how much has it left, what did the call use.
import type { RunResult } from "../../access/run.ts";
import type { KeyUse, LimitHit } from "../../core/key-use.ts";
import { NO_USE } from "../../core/key-use.ts";
import type { Usage } from "../../wire/wire.ts";
import type { CallEstimate } from "./call-estimate.ts";
import type { Caller, CallerKey } from "../guard/caller.ts";
import type { Gateway } from "../gateway.ts";
import { Refused } from "../refused.ts";
import type { TimedRefusal } from "./refusals.ts";

/**
 * Counts a call of a key before anything of it is read. A promise only where another process counts.
 *
 * @throws Refused when a limit is reached
 */
export function admit(caller: Caller, now: number): Promise<void> | undefined {
  if (caller.kind !== "key") return undefined;
  const { live } = caller;
  return refuseIf(live.begin(now), live, now);
}

type Hit = LimitHit | undefined;

function refuseIf(hit: Hit | Promise<Hit>, { key }: CallerKey, now: number): Promise<void> | undefined {
  if (hit instanceof Promise) return hit.then((told) => void refuse(told, key.name, now));
  refuse(hit, key.name, now);
  return undefined;
}

function refuse(hit: Hit, name: string, now: number): void {
  if (hit) throw new Refused(overLimit(name, hit, now));
}

const SECONDS_SDKS_WAIT = 60;

function overLimit(name: string, { kind, limit, until }: LimitHit, now: number): TimedRefusal {
  const seconds = Math.max(1, Math.ceil((until - now) / 1000));
  const at = new Date(until).toISOString();
  return {
    status: 429,
    type: kind === "budget" ? "insufficient_quota" : "rate_limit_error",
    message: `The client key "${name}" has reached its limit of ${limit}. It can be used again at ${at}.`,
    details: { limit, until: at },
    retryAfterSeconds: seconds,
    ...(seconds > SECONDS_SDKS_WAIT ? { final: true } : {}),
  };
}

/** What a call of a key uses, from its first byte to its last. */
export class CallMeter {
  readonly #live: CallerKey;
  readonly #gateway: Gateway;
  readonly #estimate: CallEstimate;
  readonly #model: string;
  #reserved: KeyUse = NO_USE;

  /** @param model `provider/model` that is asked for first */
  constructor(live: CallerKey, gateway: Gateway, estimate: CallEstimate, model: string) {
    this.#live = live;
    this.#gateway = gateway;
    this.#estimate = estimate;
    this.#model = model;
  }

  /** From here on `settle` is due. @throws Refused when those under way may use up what is left */
  begin(): Promise<void> | undefined {
    const now = this.#gateway.now();
    const tokens = { inputTokens: this.#estimate.inputTokens, outputTokens: this.#live.usualOutputTokens };
    const expected = { ...NO_USE, ...tokens, ...this.#priceOf(this.#model, tokens), unpriced: 0 };
    const done = () => void (this.#reserved = expected);
    const waiting = refuseIf(this.#live.reserve(expected, now), this.#live, now);
    return waiting ? waiting.then(done) : done();
  }

  /** @param result absent when the run could not be made at all */
  settle(result?: RunResult): void {
    const now = this.#gateway.now();
    const use = result && this.#useOf(result);
    this.#live.settle(this.#reserved, use ?? NO_USE, now);
  }

  #useOf(result: RunResult) {
    const usage = this.#estimate.usageOf(result);
    return usage && { ...NO_USE, ...usage, ...this.#priceOf(result.attempts.at(-1)!.model, usage) };
  }

  #priceOf(model: string, { inputTokens, outputTokens }: Usage) {
    const slash = model.indexOf("/");
    const ref = { provider: model.slice(0, slash), model: model.slice(slash + 1) };
    const { prices, config } = this.#gateway;
    const nanoDollars = prices.nanoDollars(config(), ref, { inputTokens, outputTokens });
    return nanoDollars === undefined ? { unpriced: 1 } : { nanoDollars };
  }
}
