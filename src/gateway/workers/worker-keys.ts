// Client keys in a worker: it knows which there are; the primary counts what they use, so that a limit is one for all.
import { hash } from "node:crypto";
import type { ClientKey, KeyLimits } from "../../core/client-key.ts";
import type { KeyUse, LimitHit } from "../../core/key-use.ts";
import type { CallerKey, KnownKeys } from "../guard/caller.ts";
import type { Channel } from "./channel.ts";
import type { ToPrimary, ToWorker } from "./protocol.ts";

type ToPrimaryChannel = Pick<Channel<ToPrimary, ToWorker>, "ask" | "tell">;

export class WorkerKeys implements KnownKeys {
  readonly #primary: ToPrimaryChannel;
  #byDigest: ReadonlyMap<string, WorkerKey> = new Map();

  constructor(primary: ToPrimaryChannel, keys: readonly ClientKey[]) {
    this.#primary = primary;
    this.set(keys);
  }

  set(keys: readonly ClientKey[]): void {
    this.#byDigest = new Map(keys.map((key) => [key.digest, new WorkerKey(key, this.#primary)]));
  }

  /** They are read by the primary, which tells of them. */
  reload(): Promise<void> {
    return Promise.resolve();
  }

  /** Who counts them shows them. */
  all(): [] {
    return [];
  }

  find(text: string): CallerKey | undefined {
    return this.#byDigest.size === 0 ? undefined : this.#byDigest.get(hash("sha256", text, "base64url"));
  }
}

/** Few calls say little of the next one. */
const UNKNOWN_OUTPUT_TOKENS = 500;

class WorkerKey implements CallerKey {
  readonly key: ClientKey;
  usualOutputTokens = UNKNOWN_OUTPUT_TOKENS;
  readonly #primary: ToPrimaryChannel;

  constructor(key: ClientKey, primary: ToPrimaryChannel) {
    this.key = key;
    this.#primary = primary;
  }

  /** Where nothing can keep the call away, nobody is waited for. */
  begin(at: number): Promise<LimitHit | undefined> | undefined {
    const { digest, limits } = this.key;
    if (isLimited(limits)) return this.#admitted(at);
    this.#primary.tell("began", { digest, at });
    return undefined;
  }

  async #admitted(at: number): Promise<LimitHit | undefined> {
    const { hit, usualOutputTokens } = await this.#primary.ask("admit", { digest: this.key.digest, at });
    this.usualOutputTokens = usualOutputTokens;
    return hit;
  }

  reserve(expected: KeyUse, at: number): Promise<LimitHit | undefined> | undefined {
    const { digest, limits } = this.key;
    if (isLimited(limits)) return this.#primary.ask("reserve", { digest, expected, at });
    this.#primary.tell("reserved", { digest, expected, at });
    return undefined;
  }

  settle(reserved: KeyUse, use: KeyUse, at: number): void {
    this.#primary.tell("used", { digest: this.key.digest, reserved, use, at });
  }
}

const isLimited = (limits: KeyLimits): boolean => Object.keys(limits).length > 0;
