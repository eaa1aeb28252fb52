// What a run is given to do for a model call: how an attempt is made ready, how it is sent, how long to wait.
import type { IncomingHttpHeaders } from "node:http";
import { exchange } from "../../access/exchange.ts";
import { routeFor } from "../../access/provider-route.ts";
import type { Run } from "../../access/run.ts";
import type { Sink } from "../../access/sink.ts";
import type { Attempt } from "../../core/plan/walk.ts";
import type { ModelRequest } from "../../wire/translate/neutral.ts";
import { noteChoice } from "./choice.ts";
import { meterCrossing } from "./crossing-meter.ts";
import { otherExchange } from "./other-call.ts";
import type { Served } from "./served.ts";
import type { CallTemplate } from "./upstream-call.ts";
import { upstreamCall } from "./upstream-call.ts";

/** @param foreign the request for providers of another protocol, if there are any */
export function runOrder(
  served: Served,
  sink: Sink,
  template: CallTemplate,
  foreign: ModelRequest | undefined,
): Run {
  const { gateway, live } = served;
  const sendOnce = (attempt: Attempt, again: boolean) => {
    served.place.ref = attempt.ref;
    served.place.dropped = undefined;
    if (!again) served.place.attempts++;
    const { profile } = attempt.candidate;
    served.place.profile = profile;
    meterCrossing(served, attempt);
    const route = routeFor(gateway.config(), profile, served.wire.api, gateway.env())!;
    if (route.api === served.wire.api)
      return exchange(upstreamCall(template, attempt, live, route), sink, gateway.now);
    return otherExchange({ served, live, template, request: foreign, sink }, attempt, route);
  };
  const { maxWaitMs } = gateway.accessConfig().gateway;
  const clientMs = clientTimeoutMs(template.clientHeaders);
  const patienceMs = Math.min(maxWaitMs, clientMs);
  // Whoever stops waiting for a test asks for itself, and needs time for that.
  const testPatienceMs = Math.min(Math.max(maxWaitMs, SHORTEST_TEST_WAIT_MS), clientMs / 2);
  const secretOf = ({ candidate }: Attempt) => live.view.secrets.get(candidate.profile.id);
  const ready = (attempt: Attempt, decidedAt: number) => {
    const { profile } = attempt.candidate;
    const waiting =
      gateway.logins.ready(live, profile) ??
      gateway.exchanged.ready(profile, secretOf(attempt), gateway.env()) ??
      gateway.readyToTest?.(attempt);
    return served.chosen ? waiting : noteChoice(served, attempt, decidedAt, waiting);
  };
  const send = (attempt: Attempt, again: boolean) => {
    const { profile } = attempt.candidate;
    if (!gateway.exchanged.held(profile)) return sendOnce(attempt, again);
    let resent = again;
    return gateway.exchanged.sendWith(profile, secretOf(attempt), gateway.env(), () => {
      const sent = sendOnce(attempt, resent);
      resent = true;
      return sent;
    });
  };
  const { plan, startedAt } = served;
  return { live, request: plan, sink, startedAt, patienceMs, clientMs, testPatienceMs, send, ready };
}

/** Who has patience for nothing else waits this long for a test: it saves a profile that returns from a crowd. */
const SHORTEST_TEST_WAIT_MS = 1000;

/** The OpenAI and Anthropic SDKs say how many seconds they wait. */
function clientTimeoutMs(headers: IncomingHttpHeaders): number {
  const seconds = Number(headers["x-stainless-timeout"]);
  return seconds > 0 ? seconds * 1000 : Infinity;
}
