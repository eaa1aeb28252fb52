// Runs as they begin and end, for lists of what is under way.
import { agentOfSession } from "../../core/session.ts";
import type { Begun } from "../runs/begun-runs.ts";
import { BegunRuns } from "../runs/begun-runs.ts";
import type { ActiveRun, RunWatcher } from "../runs/runs.ts";
import type { SessionNews } from "./session-news.ts";

export class RunNews implements RunWatcher {
  readonly #begun: BegunRuns;
  readonly #sessions: SessionNews;

  constructor(tell: (event: string, payload: unknown) => void, sessions: SessionNews) {
    this.#begun = new BegunRuns((begun) => tell("runs.started", begun));
    this.#sessions = sessions;
  }

  began(run: ActiveRun): void {
    this.ran(run.sessionKey, "send");
    this.#begun.add(run);
  }

  ended(run: ActiveRun): void {
    this.ran(run.sessionKey, "end");
  }

  beganThere(begun: Begun): void {
    this.#begun.addThere(begun);
  }

  ran(sessionKey: string | undefined, reason: "send" | "end"): void {
    if (sessionKey === undefined || !this.#sessions.wanted) return;
    const name = { agent: agentOfSession(sessionKey), key: sessionKey };
    // Once whoever keeps it in a list has let it go.
    setImmediate(() => void this.#sessions.ran(name, reason));
  }

  stop(): void {
    this.#begun.stop();
  }
}
