// A client's call while it is under way, for whoever wants to end it.
import type { ProviderId } from "../core/ids.ts";
import type { TimedRefusal } from "./refusals.ts";
import type { ResponseSink } from "./response-sink.ts";
import type { ActiveRun, RunAbout } from "./runs.ts";
import type { Served } from "./served.ts";
import { hasLostProvider } from "./served.ts";

export class HttpRun implements ActiveRun {
  stopReason: string | undefined;
  readonly #served: Served;
  readonly #sink: ResponseSink;

  constructor(served: Served, sink: ResponseSink) {
    this.#served = served;
    this.#sink = sink;
  }

  get runId(): string {
    return this.#served.runId;
  }

  provider(): ProviderId {
    const { place, plan } = this.#served;
    return (place.ref ?? plan.models[0]!).provider;
  }

  about(): RunAbout {
    const { live, startedAt, requested, caller } = this.#served;
    const clientKey = caller.kind === "key" ? { clientKey: caller.live.key.name } : {};
    return { agentId: live.id, startedAt, requested, ...clientKey };
  }

  hasLostProvider(): boolean {
    return hasLostProvider(this.#served);
  }

  abort(reason: string): void {
    if (this.#sink.gone) return;
    this.stopReason = reason;
    this.#sink.leave();
  }

  /** The client waits still: it is told in its own protocol. */
  tell(): void {
    if (this.stopReason !== undefined) this.#sink.refuse(refusalFor(this.stopReason, this.provider()));
  }
}

const refusalFor = (reason: string, provider: ProviderId): TimedRefusal => ({
  status: 401,
  type: "authentication_error",
  message: `The call was ended: the credentials of ${provider} were removed while it ran (${reason}). They are still good at the provider: revoke them there.`,
  details: { stopReason: reason },
  final: true,
});
