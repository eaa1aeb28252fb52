// The money that calls have spent today by moving from a flat class to a metered one: counted here, written behind
// into the table of what client keys use, and shared by all processes and agents of an install.
import type { Crossing, CrossingRule } from "../core/funding.ts";
import type { KeyUse } from "../core/key-use.ts";
import { addUse, dayEnds, dayOf, NANO, NO_USE, usualOutputTokens } from "../core/key-use.ts";
import type { ClientKeyStore } from "../store/client-keys.ts";

/** Stands where a client key's id would; those are never like this. */
const CROSSINGS = "@crossing";
/** A kill loses no more than this of what was spent. */
const FLUSH_AFTER_MS = 200;

export type CrossingStore = Pick<ClientKeyStore, "usage" | "addUse">;

/** What calls have spent on the day of `now`, as it is recorded. Creates nothing. */
export async function crossedOn(store: Pick<CrossingStore, "usage">, now: number): Promise<KeyUse> {
  return (await store.usage()).get(CROSSINGS)?.periods.get(dayOf(now)) ?? NO_USE;
}

export class Crossings {
  readonly #store: CrossingStore;
  readonly #now: () => number;
  readonly #report: (error: unknown) => void;
  /** recorded by all processes, by day */
  #stored: ReadonlyMap<string, KeyUse> = new Map();
  /** what is not recorded yet, by day */
  #unwritten = new Map<string, KeyUse>();
  /** the same, being written: it counts until it is recorded, so that no budget opens meanwhile */
  #underWay: ReadonlyMap<string, KeyUse> = NOTHING;
  /** since the start of this process */
  #seen: KeyUse = NO_USE;
  #refused = 0;
  /** billionths of a dollar: what calls under way are thought to spend */
  #reserved = 0;
  #today: KeyUse = NO_USE;
  /** ms since epoch; 0 when the sum is to be made anew */
  #todayEnds = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  readonly #gates = new WeakMap<object, Crossing>();

  /** @param report told how each reading and writing went: the error, or `undefined` */
  constructor(store: CrossingStore, now: () => number, report: (error: unknown) => void) {
    this.#store = store;
    this.#now = now;
    this.#report = report;
  }

  /** Reads what is recorded. Never rejects. */
  async start(): Promise<void> {
    try {
      this.#stored = (await this.#store.usage()).get(CROSSINGS)?.periods ?? this.#stored;
      this.#todayEnds = 0;
      this.#report(undefined);
    } catch (error) {
      this.#report(error);
    }
  }

  /** What plans are handed; it tells at any time whether calls may cross then. Absent where they always may. */
  gate(rule: CrossingRule): Crossing | undefined {
    if (rule === "allow") return undefined;
    if (rule === "never") return NEVER;
    const known = this.#gates.get(rule) ?? this.#budget(rule.maxPerDay * NANO);
    this.#gates.set(rule, known);
    return known;
  }

  #budget(most: number): Crossing {
    const spent = () => this.today().nanoDollars;
    const reserved = () => this.#reserved;
    const now = this.#now;
    return {
      get closed() {
        return spent() + reserved() >= most ? ("crossing_budget" as const) : undefined;
      },
      get until() {
        // Calls under way may end any moment, and with less than is thought.
        return spent() >= most ? dayEnds(now()) : now() + A_MOMENT_MS;
      },
    };
  }

  /** What was spent on this day of UTC, by all processes as far as it is known here. */
  today(): KeyUse {
    const now = this.#now();
    // Every call asks.
    if (now >= this.#todayEnds || now < this.#todayEnds - DAY_MS) {
      const day = dayOf(now);
      const parts = [this.#stored, this.#underWay, this.#unwritten].flatMap((sums) => sums.get(day) ?? []);
      this.#today = parts.reduce(addUse, NO_USE);
      this.#todayEnds = dayEnds(now);
    }
    return this.#today;
  }

  /** Output that a call may be expected to have. */
  get usualOutputTokens(): number {
    return usualOutputTokens(this.today());
  }

  /** What is set aside for calls under way, billionths of a dollar. */
  get reserved(): number {
    return this.#reserved;
  }

  /** A call crosses: what it may cost counts until `settle` says what it did. Billionths of a dollar. */
  reserve(nanoDollars: number): void {
    this.#reserved += nanoDollars;
  }

  /** @param use absent when the call cost nothing */
  settle(reserved: number, use?: KeyUse): void {
    this.#reserved -= reserved;
    if (!use) return;
    this.#seen = addUse(this.#seen, use);
    add(this.#unwritten, dayOf(this.#now()), use);
    this.#todayEnds = 0;
    this.#soon();
  }

  /** A call got no answer, and could have got one for money. */
  refuse(): void {
    this.#refused++;
  }

  /** Since the start of this process. */
  get counts(): { readonly seen: KeyUse; readonly refused: number } {
    return { seen: this.#seen, refused: this.#refused };
  }

  /** Writes what is unwritten. Never rejects. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS);
  }

  async #write(): Promise<void> {
    if (this.#unwritten.size === 0) return;
    this.#underWay = this.#unwritten;
    this.#unwritten = new Map();
    const lastUsedAt = this.#now();
    const changes = [...this.#underWay].map(([day, use]) => ({ id: CROSSINGS, day, use, lastUsedAt }));
    try {
      const stored = await this.#store.addUse(changes);
      this.#stored = stored.get(CROSSINGS)?.periods ?? this.#stored;
      this.#report(undefined);
    } catch (error) {
      for (const [day, use] of this.#underWay) add(this.#unwritten, day, use);
      this.#soon();
      this.#report(error);
    }
    this.#underWay = NOTHING;
    this.#todayEnds = 0;
  }
}

const A_MOMENT_MS = 1000;
const DAY_MS = 24 * 3600 * 1000;
const NOTHING: ReadonlyMap<string, KeyUse> = new Map();
const NEVER: Crossing = { closed: "crossing_never" };

function add(sums: Map<string, KeyUse>, day: string, use: KeyUse): void {
  sums.set(day, addUse(sums.get(day) ?? NO_USE, use));
}
