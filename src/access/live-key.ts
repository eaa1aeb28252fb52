// One client key as the gateway has it in memory: what it has used, what is set aside for calls under way.
import type { ClientKey } from "../core/client-key.ts";
import type { Counted, KeyUse, LimitHit } from "../core/key-use.ts";
import {
  addUse,
  dayEnds,
  dayOf,
  limitHit,
  MinuteSum,
  monthEnds,
  monthOf,
  negative,
  NO_USE,
  tokensOf,
  usualOutputTokens,
} from "../core/key-use.ts";
import type { KeyUsage, KeyUseChange } from "../store/client-keys.ts";

const A_REQUEST: KeyUse = { ...NO_USE, requests: 1 };

export interface LiveUsage {
  readonly seen: KeyUse;
  /** calls that a limit kept away */
  readonly refused: Readonly<Record<LimitHit["kind"], number>>;
  readonly day: KeyUse;
  readonly month: KeyUse;
}

export class LiveKey {
  key: ClientKey;
  readonly #dirty: (key: LiveKey) => void;
  readonly #requests = new MinuteSum();
  readonly #tokens = new MinuteSum();
  #reserved: KeyUse = NO_USE;
  #stored: KeyUsage | undefined;
  /** what is not written yet, by day */
  #unwritten = new Map<string, KeyUse>();
  #lastUsedAt = 0;
  /** since this process began */
  #seen: KeyUse = NO_USE;
  readonly #refused = { rate: 0, budget: 0 };
  #day: KeyUse = NO_USE;
  #month: KeyUse = NO_USE;
  #dayName = "";
  #dayEnds = 0;
  #monthEnds = 0;

  constructor(key: ClientKey, stored: KeyUsage | undefined, dirty: (key: LiveKey) => void) {
    this.key = key;
    this.#stored = stored;
    this.#dirty = dirty;
  }

  /** The limit that keeps a call away now; when there is none, the call is counted. */
  begin(now: number): LimitHit | undefined {
    this.#turnPages(now);
    const hit = limitHit(this.key.limits, this.#counted(), now);
    if (hit) {
      this.#refused[hit.kind]++;
      return hit;
    }
    if (this.key.limits.requestsPerMinute !== undefined) this.#requests.add(1, now);
    this.#add(A_REQUEST, now);
    return undefined;
  }

  /**
   * Sets aside what a call is thought to use, unless those under way may use up what is left. The call was counted
   * when it came; one that is alone always goes.
   */
  reserve(expected: KeyUse, now: number): LimitHit | undefined {
    this.#turnPages(now);
    const hit = limitHit(this.key.limits, { ...this.#counted(), requests: NO_REQUESTS }, now);
    if (hit) {
      this.#refused[hit.kind]++;
      this.#addStored(negative(A_REQUEST), now);
    } else this.#reserved = addUse(this.#reserved, expected);
    return hit;
  }

  get usualOutputTokens(): number {
    return usualOutputTokens(this.#month);
  }

  /** A call has ended: what it used takes the place of what was set aside for it. */
  settle(reserved: KeyUse, use: KeyUse, now: number): void {
    this.#reserved = addUse(this.#reserved, negative(reserved));
    this.#turnPages(now);
    if (this.key.limits.tokensPerMinute !== undefined) this.#tokens.add(tokensOf(use), now);
    this.#add(use, now);
  }

  /** What is to be written; it counts as written until `takeBack`. */
  take(): KeyUseChange[] {
    const changes = [...this.#unwritten].map(([day, use]) => ({
      id: this.key.id,
      day,
      use,
      lastUsedAt: this.#lastUsedAt,
    }));
    this.#unwritten = new Map();
    return changes;
  }

  takeBack({ day, use }: KeyUseChange): void {
    this.#unwritten.set(day, addUse(this.#unwritten.get(day) ?? NO_USE, use));
  }

  /** What is recorded by all processes; our own unwritten use comes on top of it. */
  adopt(stored: KeyUsage): void {
    this.#stored = stored;
    this.#dayEnds = 0;
  }

  /** What this process saw of it, and what all know that it used of this day and month. */
  usage(now: number): LiveUsage {
    this.#turnPages(now);
    return { seen: this.#seen, refused: this.#refused, day: this.#day, month: this.#month };
  }

  #counted(): Counted {
    return {
      requests: this.#requests,
      tokens: this.#tokens,
      reserved: this.#reserved,
      day: this.#day,
      month: this.#month,
    };
  }

  #add(use: KeyUse, now: number): void {
    // What is counted for metrics never goes down.
    this.#seen = addUse(this.#seen, use);
    this.#addStored(use, now);
  }

  #addStored(use: KeyUse, now: number): void {
    this.#day = addUse(this.#day, use);
    this.#month = addUse(this.#month, use);
    this.#unwritten.set(this.#dayName, addUse(this.#unwritten.get(this.#dayName) ?? NO_USE, use));
    this.#lastUsedAt = Math.max(this.#lastUsedAt, now);
    this.#dirty(this);
  }

  /** Another day or month, or news of what is recorded: the sums are made anew. */
  #turnPages(now: number): void {
    if (now < this.#dayEnds && now < this.#monthEnds && now >= this.#dayEnds - DAY_MS) return;
    const month = monthOf(now);
    this.#dayName = dayOf(now);
    this.#dayEnds = dayEnds(now);
    this.#monthEnds = monthEnds(now);
    const stored = (period: string) => this.#stored?.periods.get(period) ?? NO_USE;
    this.#day = addUse(stored(this.#dayName), this.#unwritten.get(this.#dayName) ?? NO_USE);
    const ofMonth = [...this.#unwritten].filter(([day]) => day.startsWith(month));
    this.#month = ofMonth.reduce((sum, [, use]) => addUse(sum, use), stored(month));
  }
}

const DAY_MS = 24 * 3600 * 1000;

const NO_REQUESTS = new MinuteSum();
