// Observations on their way to the store: numbered, batched, never lost before they are acknowledged.
import { randomUUID } from "node:crypto";
import type { AuthProfile } from "../core/credential.ts";
import type { HealthEvent } from "../core/health.ts";
import type { AgentId } from "../core/ids.ts";
import type { HealthChange, Store } from "../store/store.ts";

/** With the 100 ms that the store's thread collects, a kill loses 250 ms at most (DESIGN, "No lost write"). */
const FLUSH_AFTER_MS = 140;
/** While the store cannot be written, the newest observations are kept up to this many. */
const MOST_PENDING = 10_000;

/** Collects health changes and writes them behind. One per process. */
export class HealthWriter {
  readonly #store: Store;
  readonly #writer = randomUUID();
  readonly #report: (error: unknown) => void;
  #seq = 0;
  #pending: HealthChange[] = [];
  /** Plain successes, newest per profile: only `lastUsed` moves, so older ones say nothing. */
  readonly #successes = new Map<AuthProfile, { readonly agent: AgentId; readonly event: HealthEvent }>();
  #inFlight: readonly HealthChange[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @param report told how each write went: the error, or `undefined` */
  constructor(store: Store, report: (error: unknown) => void) {
    this.#store = store;
    this.#report = report;
  }

  /** @param telling whether the event changes more than `lastUsed` */
  add(agent: AgentId, profile: AuthProfile, event: HealthEvent, telling: boolean): void {
    if (telling) {
      this.#numberSuccesses();
      this.#number(agent, profile, event);
    } else this.#successes.set(profile, { agent, event });
    this.#timer ??= setTimeout(() => void this.flush(), FLUSH_AFTER_MS);
  }

  /** Observations that the store has not acknowledged, oldest first. */
  unacknowledged(): readonly HealthChange[] {
    return [...this.#inFlight, ...this.#pending];
  }

  /** Resolves when everything added before the call is written, or could not be. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  #numberSuccesses(): void {
    for (const [profile, { agent, event }] of this.#successes) this.#number(agent, profile, event);
    this.#successes.clear();
  }

  #number(agent: AgentId, profile: AuthProfile, event: HealthEvent): void {
    const { id: profileId, provider, generation, owner } = profile;
    this.#pending.push({
      agent: profile.source === "store" ? owner : agent,
      profileId,
      provider,
      generation,
      event,
      writer: this.#writer,
      seq: ++this.#seq,
    });
  }

  async #write(): Promise<void> {
    this.#numberSuccesses();
    if (this.#pending.length === 0) return;
    this.#inFlight = this.#pending;
    this.#pending = [];
    try {
      await this.#store.applyHealth(this.#inFlight);
      this.#report(undefined);
    } catch (error) {
      // Applying is idempotent by (writer, seq): the same changes are simply sent again.
      this.#pending = [...this.#inFlight, ...this.#pending].slice(-MOST_PENDING);
      this.#report(error);
    }
    this.#inFlight = [];
  }
}
