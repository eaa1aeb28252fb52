// What a call costs that began on what is paid for anyway and went on where each call costs money.
import type { IncomingMessage } from "node:http";
import type { RunResult } from "../access/run.ts";
import type { KeyUse } from "../core/key-use.ts";
import { NANO, NO_USE, tokensOfStream, tokensOfText } from "../core/key-use.ts";
import type { ModelRef } from "../core/model-ref.ts";
import type { Usage } from "../wire/wire.ts";
import type { Gateway } from "./gateway.ts";

/** What a receipt says of it. */
export interface CrossingRecord {
  readonly crossed: true;
  /** by the prices of config and catalog; absent when they name none, or nothing was used */
  readonly dollars?: number;
}

/** Made for calls that may cross; most that may do not. */
export class CrossingMeter {
  readonly #gateway: Gateway;
  readonly #request: IncomingMessage;
  readonly #bodyBytes: number;
  readonly #stream: boolean;
  readonly #writtenBefore: number;
  /** billionths of a dollar */
  #reserved = 0;
  /** of the attempt that crosses; absent before the first, and when a later one does not */
  #ref: ModelRef | undefined;
  #crossed = false;

  constructor(gateway: Gateway, request: IncomingMessage, bodyBytes: number, stream: boolean) {
    this.#gateway = gateway;
    this.#request = request;
    this.#bodyBytes = bodyBytes;
    this.#stream = stream;
    this.#writtenBefore = request.socket.bytesWritten;
  }

  /** An attempt is sent. One that crosses counts as what its input will cost, until it is known what it did. */
  begins(ref: ModelRef, crosses: boolean): void {
    this.#release();
    this.#ref = crosses ? ref : undefined;
    if (!crosses) return;
    this.#crossed = true;
    this.#reserved = this.#priceOf(ref, { inputTokens: tokensOfText(this.#bodyBytes), outputTokens: 0 }) ?? 0;
    this.#gateway.crossings.reserve(this.#reserved);
  }

  /** @param result absent when the run could not be made at all */
  settle(result?: RunResult): CrossingRecord | undefined {
    const use = this.#ref && result && this.#useOf(this.#ref, result);
    if (use) this.#gateway.crossings.settle(0, use);
    this.#release();
    if (!this.#crossed) return undefined;
    return { crossed: true, ...(use && !use.unpriced ? { dollars: use.nanoDollars / NANO } : {}) };
  }

  #release(): void {
    this.#gateway.crossings.settle(this.#reserved);
    this.#reserved = 0;
  }

  /** A client that leaves early has used what it was sent; an attempt that failed cost nothing. */
  #useOf(ref: ModelRef, result: RunResult): KeyUse | undefined {
    const shown = result.kind === "answered" || result.kind === "cut" || result.kind === "aborted";
    if (!shown) return undefined;
    const usage = (result.kind === "answered" ? result.usage : undefined) ?? this.#estimate();
    const nanoDollars = this.#priceOf(ref, usage);
    return {
      ...NO_USE,
      requests: 1,
      ...usage,
      ...(nanoDollars === undefined ? { unpriced: 1 } : { nanoDollars }),
    };
  }

  #estimate(): Usage {
    const bytes = Math.max(0, this.#request.socket.bytesWritten - this.#writtenBefore);
    const outputTokens = this.#stream ? tokensOfStream(bytes) : tokensOfText(bytes);
    return { inputTokens: tokensOfText(this.#bodyBytes), outputTokens };
  }

  #priceOf(ref: ModelRef, { inputTokens, outputTokens }: Usage): number | undefined {
    const { prices, config } = this.#gateway;
    return prices.nanoDollars(config(), ref, { inputTokens, outputTokens });
  }
}
