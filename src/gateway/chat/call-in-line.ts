// A client's call among what is to be answered in a conversation. While it waits it can be ended as any other run.
import type { ProviderId } from "../../core/ids.ts";
import type { SessionName } from "../../core/session.ts";
import type { ActiveRun, RunAbout } from "../runs/runs.ts";
import { AUTH_REVOKED } from "../runs/runs.ts";
import type { SessionCall } from "./conversations.ts";
import type { Foresight } from "./foresight.ts";
import type { InLine, Place } from "./lines.ts";

export class CallInLine implements InLine, ActiveRun {
  readonly sessionKey: string;
  /** where it waits */
  place: Place | undefined;
  readonly #about: RunAbout;
  readonly #call: SessionCall;
  readonly #foresight: Foresight;
  #stopReason: string | undefined;

  /** @param now ms since epoch */
  constructor({ agent, key }: SessionName, call: SessionCall, foresight: Foresight, now: number) {
    this.sessionKey = key;
    this.#about = { agentId: agent, startedAt: now, requested: key };
    this.#call = call;
    this.#foresight = foresight;
  }

  get runId(): string {
    return this.#call.runId;
  }

  get stopReason(): string | undefined {
    return this.#call.stopReason ?? this.#stopReason;
  }

  provider(): ProviderId {
    return this.#call.provider() ?? this.#foresight.provider();
  }

  about(): RunAbout {
    return this.#about;
  }

  /** As a turn that waits: it shares the fate of what it waits for. */
  hasLostProvider(): boolean {
    const ahead = this.place?.ahead();
    return ahead?.stopReason === AUTH_REVOKED && ahead.provider() === this.provider();
  }

  foresee(): Promise<void> {
    return this.#foresight.look();
  }

  abort(reason: string): void {
    if (this.stopReason !== undefined) return;
    this.#stopReason = reason;
    this.#call.abort(reason);
  }
}
