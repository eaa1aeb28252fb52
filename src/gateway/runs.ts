// What is under way in this gateway, by run: for whoever wants to end it.
import type { ProviderId } from "../core/ids.ts";

export interface ActiveRun {
  readonly runId: string;
  /** of a conversation */
  readonly sessionKey?: string;
  /** where its attempts go just now */
  provider(): ProviderId;
  /** The credential that it uses just now is stored no more. */
  hasLost(): boolean;
  /** Ends it soon. @param reason what its client is told as `stopReason` */
  abort(reason: string): void;
}

/** The credentials were taken away (requirements 000, "Removing provider auth"). */
export const AUTH_REVOKED = "auth-revoked";

export class Runs {
  readonly #active = new Set<ActiveRun>();

  add(run: ActiveRun): void {
    this.#active.add(run);
  }

  /** It has ended, whichever way. */
  delete(run: ActiveRun): void {
    this.#active.delete(run);
  }

  ofSession(key: string): ActiveRun[] {
    return [...this.#active].filter(({ sessionKey }) => sessionKey === key);
  }

  /** Credentials were read anew: whatever uses one that is gone ends. */
  abortLost(): void {
    for (const run of this.#active) if (run.hasLost()) run.abort(AUTH_REVOKED);
  }

  /** @returns the runs that were ended */
  abortProvider(provider: ProviderId): string[] {
    const ended = [...this.#active].filter((run) => run.provider() === provider);
    for (const run of ended) run.abort(AUTH_REVOKED);
    return ended.map(({ runId }) => runId);
  }
}
