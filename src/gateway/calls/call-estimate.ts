// What a call uses, where the provider does not say, or not yet. Client keys and crossing count by it.
import type { RunResult } from "../../access/run.ts";
import { tokensOfStream, tokensOfText } from "../../core/key-use.ts";
import type { Usage } from "../../wire/wire.ts";

export class CallEstimate {
  /** as far as it can be told before the provider counts */
  readonly inputTokens: number;
  readonly #written: () => number;
  readonly #stream: boolean;
  readonly #writtenBefore: number;

  /** @param written bytes that the client has been sent, of this call and of others before it */
  constructor(written: () => number, bodyBytes: number, stream: boolean) {
    this.inputTokens = tokensOfText(bodyBytes);
    this.#written = written;
    this.#stream = stream;
    this.#writtenBefore = written();
  }

  /** A client that leaves early has used what it was sent; an attempt that failed cost nothing. */
  usageOf(result: RunResult): Usage | undefined {
    if (result.kind === "answered" && result.usage) return result.usage;
    const last = result.attempts.at(-1);
    if (!last || last.outcome === "failed") return undefined;
    const bytes = Math.max(0, this.#written() - this.#writtenBefore);
    const outputTokens = this.#stream ? tokensOfStream(bytes) : tokensOfText(bytes);
    return { inputTokens: this.inputTokens, outputTokens };
  }
}
