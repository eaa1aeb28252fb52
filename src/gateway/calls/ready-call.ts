// A model call as it is before its first attempt: plan, body for upstream, sink for the answer.
import type { IncomingMessage } from "node:http";
import type { LiveAgent } from "../../access/live-agent.ts";
import type { Run } from "../../access/run.ts";
import { AccessError } from "../../core/errors.ts";
import { formatModelRef } from "../../core/model-ref.ts";
import type { TurnPlan } from "../../core/session.ts";
import { beginsFlat } from "../../core/plan/crossing.ts";
import type { RequestBody } from "../body.ts";
import { sinkFor } from "../sinks/answer-sink.ts";
import { runOrder } from "./run-order.ts";
import { CallEstimate } from "./call-estimate.ts";
import type { HttpSession } from "../chat/http-session.ts";
import type { Told } from "../chat/told-words.ts";
import { permitted } from "./key-allows.ts";
import { CallMeter } from "./key-meter.ts";
import { isChoice } from "./choice.ts";
import type { Reach } from "./reach.ts";
import { reach } from "./reach.ts";
import type { ResponseSink } from "../sinks/response-sink.ts";
import type { Served } from "./served.ts";
import { newServed } from "./served.ts";
import type { SeatedCall } from "./session-call.ts";
import { mayNameSession, openSession, seatFor } from "./session-call.ts";
import { refuseReservedSession, sessionKey } from "./session-key.ts";
import { byPrograms } from "./target.ts";
import type { CallTemplate } from "./upstream-call.ts";
import { agentBody, decodedAgain, passThroughBody } from "./upstream-call.ts";
import type { Door, IncomingCall } from "./incoming-call.ts";
import { targetOf } from "./incoming-call.ts";

export interface ReadyCall {
  readonly served: Served;
  readonly sink: ResponseSink;
  readonly order: Run;
  readonly session?: HttpSession | undefined;
  /** its place in its conversation */
  readonly seat?: SeatedCall | undefined;
}

/** answered already */
interface Answered {
  readonly told: Told | undefined;
}

/**
 * Everything up to the first attempt, by the settings as they are once the body is there. What was decoded of the
 * body is let go here, before the long wait. Agents load on their first call only: there is no waiting on any other.
 */
export function readyCall(
  call: IncomingCall,
  body: RequestBody,
  seated?: { readonly seat: SeatedCall | undefined },
): ReadyCall | Promise<ReadyCall | Answered> {
  const { request, door } = call;
  const gateway = call.gateway.latest();
  refuseReservedSession(request.headers);
  const target = permitted(targetOf(call, body, gateway), call.caller, gateway.config(), request);
  const asAgent = target.path === "agent" && door.endpoint === door.wire.endpoint;
  const fault = asAgent ? door.wire.faultOf(body.json) : undefined;
  if (fault !== undefined) throw new AccessError("bad_input", fault);

  const ready = (live: LiveAgent, said: RequestBody, session?: HttpSession): ReadyCall => {
    const held = session?.plan?.models;
    const models = held ? byPrograms(gateway.config(), held) : target.models;
    const reached = reach(models, door.wire, door.endpoint === door.wire.endpoint, said.json, gateway);
    const served = begin(
      { ...call, gateway, runId: seated?.seat?.runId },
      said,
      reached,
      live,
      session?.plan,
    );
    const sink = sinkFor(call.response, served, said, asAgent);
    const bodyFor =
      session?.request.bodyFor(reached.models, gateway) ?? bodyForOf(said, door, asAgent, reached);
    const template = templateOf(request, said, served, door, { asAgent, bodyFor, talk: session?.talk });
    const foreign = reached.request && (asAgent ? { ...reached.request, ...AS_AGENT } : reached.request);
    return {
      served,
      sink,
      order: runOrder(served, session?.listen(sink) ?? sink, template, foreign),
      session,
      seat: seated?.seat,
    };
  };
  const live = gateway.agents.get(target.agent);
  if (!live) return gateway.agents.load(target.agent).then(() => readyCall(call, body, seated));
  const talks = asAgent && mayNameSession(request.headers, body.json) ? gateway.talks : undefined;
  if (!talks || (seated && !seated.seat)) return ready(live, body);
  const { response, caller } = call;
  const by = { headers: request.headers, response, gateway, live, wire: door.wire, caller };
  // Settings may be others when its turn comes.
  if (!seated?.seat)
    return seatFor(talks, body, by).then((found) => {
      if ("told" in found) return found;
      const goOn = () => readyCall(call, body, found);
      return found.seat ? found.seat.take(goOn, door.wire) : goOn();
    });
  return openSession(seated.seat, body, by).then((opened) =>
    ready(live, opened ? { bytes: body.bytes, json: opened.request.body } : body, opened),
  );
}

/** The agent path always asks for a stream, with the token counts that it may have to tell. */
const AS_AGENT = { stream: true, wantsUsage: true };

function begin(
  { request, gateway, caller, door, startedAt, runId }: IncomingCall & { readonly runId: string | undefined },
  body: RequestBody,
  { models, asIs }: Reach,
  live: LiveAgent,
  held: TurnPlan | undefined,
): Served {
  const { wire } = door;
  const choice = isChoice(live.prepared, models);
  const session = choice
    ? sessionKey(gateway.digestKey, request.headers, wire, body.json, live.id, caller)
    : undefined;
  const sticky = session === undefined ? undefined : gateway.sticky.get(session, startedAt);
  const gate = gateway.crossings.gate(gateway.accessConfig().crossing);
  const plan = { models, sticky: held?.sticky ?? sticky, pin: held?.pin, crossing: gate };
  const closed = gate?.closed;
  const estimate = () =>
    new CallEstimate(() => request.socket.bytesWritten, body.bytes.length, body.json["stream"] === true);
  const isCounted = door.endpoint === wire.endpoint;
  return newServed({
    ...(runId === undefined ? {} : { runId }),
    startedAt,
    caller,
    meter:
      caller.kind === "key" && isCounted
        ? new CallMeter(caller.live, gateway, estimate(), formatModelRef(models[0]!))
        : undefined,
    flatEstimate: isCounted && beginsFlat(live.prepared, plan) ? estimate() : undefined,
    crossingClosed: closed && { closed, until: gate!.until },
    gateway,
    live,
    wire,
    asIs,
    requested: typeof body.json["model"] === "string" ? body.json["model"] : "openclaw",
    plan,
    session,
  });
}

function templateOf(
  request: IncomingMessage,
  body: RequestBody,
  served: Served,
  door: Door,
  { asAgent, bodyFor, talk }: { readonly asAgent: boolean } & Pick<CallTemplate, "bodyFor" | "talk">,
): CallTemplate {
  const { gateway } = served;
  return {
    wire: door.wire,
    endpoint: door.endpoint,
    dispatcher: gateway.upstream,
    clientHeaders: request.headers,
    talk,
    env: gateway.env(),
    exchanged: gateway.exchanged,
    stream: asAgent || body.json["stream"] === true,
    bodyFor,
    limits: gateway.accessConfig().gateway,
  };
}

function bodyForOf(
  body: RequestBody,
  { wire }: Door,
  asAgent: boolean,
  { foreign }: Reach,
): CallTemplate["bodyFor"] {
  if (asAgent) return agentBody(wire, body.json);
  return foreign ? decodedAgain(body.bytes) : passThroughBody(body);
}
