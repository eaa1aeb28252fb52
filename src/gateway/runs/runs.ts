// What is under way in this gateway, by run: for whoever wants to end it.
import type { AgentId, ProfileId, ProviderId } from "../../core/ids.ts";
import type { Begun } from "./begun-runs.ts";
import type { RunRow } from "./run-row.ts";
import { newestRows, runRow } from "./run-row.ts";

export interface ActiveRun {
  readonly runId: string;
  /** of a conversation */
  readonly sessionKey?: string | undefined;
  /** where its attempts go just now */
  provider(): ProviderId;
  /** It uses a stored credential of a provider that has none any more. @param gone what its view may hold still */
  hasLostProvider(gone?: Gone): boolean;
  /** why it was ended, when somebody did */
  readonly stopReason: string | undefined;
  /** Ends it soon. @param reason what its client is told as `stopReason` */
  abort(reason: string): void;
  about?(): RunAbout;
}

/** Profiles that were removed from a store just now. */
export interface Gone {
  readonly owner: AgentId;
  readonly ids: ReadonlySet<ProfileId>;
}

/** Which runs are to end: those that use what is gone, or that go to one of these providers just now. */
export type Ending = { readonly gone: Gone } | { readonly providers: ReadonlySet<ProviderId> };

/** Runs of other processes. Nothing of it rejects. */
export interface RunsElsewhere {
  /** @returns those that end for it */
  end(ending: Ending): Promise<readonly string[]>;
  /** @returns those that are ended by that */
  abort(runIds: readonly string[], reason: string): Promise<readonly string[]>;
  rows(): Promise<readonly RunRow[]>;
  /** Whether anybody looks on. */
  watch(isWatched: boolean): void;
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
  /** Runs have begun in other processes. */
  beganThere?(begun: Begun): void;
  /** A call of a conversation has begun or ended there. */
  ran?(sessionKey: string, reason: "send" | "end"): void;
}

/** The credentials were taken away (requirements 000, "Removing provider auth"). */
export const AUTH_REVOKED = "auth-revoked";
/** The gateway stops, and has waited long enough. */
export const SHUTDOWN = "shutdown";

export class Runs {
  readonly #active = new Set<ActiveRun>();
  readonly #elsewhere: RunsElsewhere | undefined;
  #watcher: RunWatcher | undefined;
  /** why no run goes on */
  #over: string | undefined;

  constructor(elsewhere?: RunsElsewhere) {
    this.#elsewhere = elsewhere;
  }

  /** Nobody looks on most of the time, and then it costs nothing. */
  get watcher(): RunWatcher | undefined {
    return this.#watcher;
  }

  set watcher(watcher: RunWatcher | undefined) {
    this.#watcher = watcher;
    this.#elsewhere?.watch(watcher !== undefined);
  }

  add(run: ActiveRun): void {
    this.#active.add(run);
    this.#watcher?.began(run);
    if (this.#over !== undefined) run.abort(this.#over);
  }

  /** It has ended, whichever way. */
  delete(run: ActiveRun): void {
    this.#active.delete(run);
    this.#watcher?.ended(run);
  }

  all(): ActiveRun[] {
    return [...this.#active];
  }

  /** Of all processes, the newest first. */
  async rows(): Promise<RunRow[]> {
    // What waits here for its turn may have it there by the time of that answer: it is looked for here first.
    const here = this.all().map(runRow);
    return newestRows([...here, ...((await this.#elsewhere?.rows()) ?? [])]);
  }

  /** Ends some of them, of whichever process. @returns those that are ended by that */
  async abort(runIds: readonly string[], reason: string): Promise<string[]> {
    const wanted = new Set(runIds);
    const meant = this.all().filter((run) => wanted.has(run.runId) && run.stopReason === undefined);
    for (const run of meant) run.abort(reason);
    const elsewhere = (await this.#elsewhere?.abort(runIds, reason)) ?? [];
    return [...new Set([...meant.map(({ runId }) => runId), ...elsewhere])];
  }

  /** Views were made anew: whatever uses a provider's credentials that has none any more ends. */
  abortLost(): void {
    this.#revoke((run) => run.hasLostProvider());
  }

  /** Ends runs for good, before this returns where they are of this process. @returns those that end for it */
  async end(ending: Ending): Promise<string[]> {
    const before = this.all().filter(({ stopReason }) => stopReason === undefined);
    const there = this.#elsewhere?.end(ending);
    this.#revoke(
      "gone" in ending
        ? (run) => run.hasLostProvider(ending.gone)
        : (run) => ending.providers.has(run.provider()),
    );
    const elsewhere = (await there) ?? [];
    // Also what waits here for one of another process, and ended with it.
    const here = before.filter(({ stopReason }) => stopReason === AUTH_REVOKED);
    return [...new Set([...here.map(({ runId }) => runId), ...elsewhere])];
  }

  /** Nobody waits any longer: those of this process end, and so does what waited for one of them. */
  abortAll(reason: string): void {
    this.#over = reason;
    for (const run of this.#active) if (run.stopReason === undefined) run.abort(reason);
  }

  /** In one step, in the order in which they began: what waits for another one ends with it. */
  #revoke(isMeant: (run: ActiveRun) => boolean): void {
    for (const run of this.#active) if (isMeant(run)) run.abort(AUTH_REVOKED);
  }
}
