// What is under way in this gateway, by run: for whoever wants to end it.
import type { ProviderId } from "../core/ids.ts";

export interface ActiveRun {
  readonly runId: string;
  /** of a conversation */
  readonly sessionKey?: string;
  /** where its attempts go just now */
  provider(): ProviderId;
  /** It uses a stored credential of a provider that has none any more. */
  hasLostProvider(): boolean;
  /** why it was ended, when somebody did */
  readonly stopReason: string | undefined;
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

  /** Credentials were read anew: whatever uses a provider's that has none any more ends. */
  abortLost(): void {
    for (const run of this.#active) if (run.hasLostProvider()) run.abort(AUTH_REVOKED);
  }

  /** Those that go to a provider just now. */
  at(provider: ProviderId): readonly ActiveRun[] {
    return [...this.#active].filter((run) => run.provider() === provider);
  }

  /** Ends those of `runs` that are still under way. @returns which of them have ended for this */
  revoke(runs: readonly ActiveRun[]): string[] {
    for (const run of runs) if (this.#active.has(run)) run.abort(AUTH_REVOKED);
    return runs.filter(({ stopReason }) => stopReason === AUTH_REVOKED).map(({ runId }) => runId);
  }
}
