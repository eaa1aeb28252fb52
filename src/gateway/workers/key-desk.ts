// What the calls of one worker use of client keys, counted with those of all others.
import type { LiveKey } from "../../access/live-key.ts";
import type { LiveKeys } from "../../access/live-keys.ts";
import type { KeyUse, LimitHit } from "../../core/key-use.ts";
import { addUse, negative, NO_USE } from "../../core/key-use.ts";
import type { KeyCall } from "./protocol.ts";

export class KeyDesk {
  readonly #keys: LiveKeys;
  /** set aside for calls under way */
  readonly #reserved = new Map<string, KeyUse>();

  constructor(keys: LiveKeys) {
    this.#keys = keys;
  }

  admit({ digest, at }: KeyCall): { hit: LimitHit | undefined; usualOutputTokens: number } {
    const key = this.#key(digest);
    return { hit: key?.begin(at), usualOutputTokens: key?.usualOutputTokens ?? 0 };
  }

  reserve({ digest, at, expected }: KeyCall & { expected: KeyUse }): LimitHit | undefined {
    const hit = this.#key(digest)?.reserve(expected, at);
    if (!hit) this.#add(digest, expected);
    return hit;
  }

  used({ digest, at, reserved, use }: KeyCall & { reserved: KeyUse; use: KeyUse }): void {
    this.#key(digest)?.settle(reserved, use, at);
    this.#add(digest, negative(reserved));
  }

  /** The worker has died: what its calls used is not known. */
  leave(): void {
    const now = Date.now();
    for (const [digest, reserved] of this.#reserved) this.#key(digest)?.settle(reserved, NO_USE, now);
  }

  /** One that was taken away just now: the call is let end in peace. */
  #key(digest: string): LiveKey | undefined {
    return this.#keys.byDigest(digest);
  }

  #add(digest: string, use: KeyUse): void {
    this.#reserved.set(digest, addUse(this.#reserved.get(digest) ?? NO_USE, use));
  }
}
