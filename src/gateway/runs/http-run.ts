// A client's call while it is under way, for whoever wants to end it.
import type { ProviderId } from "../../core/ids.ts";
import type { TimedRefusal } from "../calls/refusals.ts";
import type { ResponseSink } from "../sinks/response-sink.ts";
import type { ActiveRun, Gone, RunAbout } from "./runs.ts";
import { AUTH_REVOKED, SHUTDOWN } from "./runs.ts";
import type { Served } from "../calls/served.ts";
import { hasLostProvider } from "../calls/served.ts";

export class HttpRun implements ActiveRun {
  stopReason: string | undefined;
  /** of the conversation it belongs to */
  readonly sessionKey: string | undefined;
  readonly #served: Served;
  readonly #sink: ResponseSink;

  constructor(served: Served, sink: ResponseSink, sessionKey?: string) {
    this.#served = served;
    this.#sink = sink;
    this.sessionKey = sessionKey;
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

  hasLostProvider(gone?: Gone): boolean {
    return hasLostProvider(this.#served, gone);
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

function refusalFor(reason: string, provider: ProviderId): TimedRefusal {
  if (reason === AUTH_REVOKED) return revoked(provider);
  return reason === SHUTDOWN ? SHUT_DOWN : stopped(reason);
}

/** The next gateway may well answer. */
const SHUT_DOWN: TimedRefusal = {
  status: 503,
  type: "api_error",
  message: "The call was ended: the gateway stops. Try again.",
  details: { stopReason: SHUTDOWN },
};

/** No SDK asks again by itself for what a person has stopped. */
const stopped = (reason: string): TimedRefusal => ({
  status: 409,
  type: "invalid_request_error",
  message: `The call was ended: its conversation was stopped, or begun anew (${reason}).`,
  details: { stopReason: reason },
  final: true,
});

const revoked = (provider: ProviderId): TimedRefusal => ({
  status: 401,
  type: "authentication_error",
  message: `The call was ended: the credentials of ${provider} were removed while it ran (${AUTH_REVOKED}). They are still good at the provider: revoke them there.`,
  details: { stopReason: AUTH_REVOKED },
  final: true,
});
