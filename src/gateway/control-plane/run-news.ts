// Runs as they begin and end, for lists of what is under way. Under load many begin at once: they are told together.
import { agentOfSession } from "../../core/session.ts";
import type { ActiveRun, RunWatcher } from "../runs/runs.ts";
import type { SessionNews } from "./session-news.ts";

const TELL_AFTER_MS = 100;
/** A loaded gateway begins more than anybody can look at. */
const MOST_TOLD = 50;

export class RunNews implements RunWatcher {
  readonly #tell: (event: string, payload: unknown) => void;
  readonly #sessions: SessionNews;
  #begun: ActiveRun[] = [];
  #omitted = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (event: string, payload: unknown) => void, sessions: SessionNews) {
    this.#tell = tell;
    this.#sessions = sessions;
  }

  began(run: ActiveRun): void {
    this.#ran(run, "send");
    if (this.#begun.length < MOST_TOLD) this.#begun.push(run);
    else this.#omitted++;
    this.#timer ??= setTimeout(() => this.#flush(), TELL_AFTER_MS).unref();
  }

  ended(run: ActiveRun): void {
    this.#ran(run, "end");
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    [this.#begun, this.#omitted] = [[], 0];
  }

  #ran({ sessionKey }: ActiveRun, reason: "send" | "end"): void {
    if (sessionKey === undefined || !this.#sessions.wanted) return;
    const name = { agent: agentOfSession(sessionKey), key: sessionKey };
    // Once whoever keeps it in a list has let it go.
    setImmediate(() => void this.#sessions.ran(name, reason));
  }

  #flush(): void {
    const [begun, omitted] = [this.#begun, this.#omitted];
    this.stop();
    this.#tell("runs.started", { runs: begun.map(activeRow).toReversed(), omitted });
  }
}

/** A run that is under way, in a line of a list. */
export function activeRow(run: ActiveRun) {
  const { runId, sessionKey, stopReason } = run;
  return {
    runId,
    ...(sessionKey === undefined ? {} : { agentId: agentOfSession(sessionKey) }),
    ...run.about?.(),
    provider: run.provider(),
    ...(sessionKey === undefined ? {} : { sessionKey }),
    ...(stopReason === undefined ? {} : { stopReason }),
  };
}
