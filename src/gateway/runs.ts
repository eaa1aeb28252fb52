// What is under way in this gateway, by run: for whoever wants to end it.
import type { AgentId, ProviderId } from "../core/ids.ts";

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
  about?(): RunAbout;
}

/** What a list shows of a run that is under way. */
export interface RunAbout {
  readonly agentId: AgentId;
  /** ms since epoch */
  readonly startedAt: number;
  /** the model, alias or agent that was asked for */
  readonly requested?: string;
  /** name of the client key that asked */
  readonly clientKey?: string;
}

/** Somebody who looks on. */
export interface RunWatcher {
  began(run: ActiveRun): void;
  ended(run: ActiveRun): void;
}

/** The credentials were taken away (requirements 000, "Removing provider auth"). */
export const AUTH_REVOKED = "auth-revoked";

export class Runs {
  readonly #active = new Set<ActiveRun>();

  /** Nobody looks on most of the time, and then it costs nothing. */
  watcher: RunWatcher | undefined;

  add(run: ActiveRun): void {
    this.#active.add(run);
    this.watcher?.began(run);
  }

  /** It has ended, whichever way. */
  delete(run: ActiveRun): void {
    this.#active.delete(run);
    this.watcher?.ended(run);
  }

  all(): ActiveRun[] {
    return [...this.#active];
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
