// A model call from the client's request to its last byte: target, plan, run, answer, receipt.
import type { IncomingMessage, ServerResponse } from "node:http";

import type { LiveAgent } from "../access/live-agent.ts";
import type { Run, RunResult } from "../access/run.ts";
import { run } from "../access/run.ts";
import type { Config } from "../config/config.ts";
import { AccessError } from "../core/errors.ts";
import { formatModelRef } from "../core/model-ref.ts";
import type { TurnPlan } from "../core/session.ts";
import { beginsFlat } from "../core/plan/crossing.ts";
import type { Wire } from "../wire/wire.ts";
import type { RequestBody } from "./body.ts";
import { readBody } from "./body.ts";
import { sinkFor } from "./answer-sink.ts";
import { endCall } from "./call-end.ts";
import { Refused } from "./refused.ts";
import { runOrder } from "./run-order.ts";
import { CallEstimate } from "./call-estimate.ts";
import type { Caller } from "./caller.ts";
import { mayDo, outOfScope } from "./caller.ts";
import type { HttpSession } from "./chat/http-session.ts";
import type { Told } from "./chat/told-words.ts";
import { tellWords } from "./chat/told-words.ts";
import type { Gateway } from "./gateway.ts";
import { permitted } from "./key-allows.ts";
import { admit, CallMeter } from "./key-meter.ts";
import { isChoice } from "./choice.ts";
import { HttpRun } from "./http-run.ts";
import type { Reach } from "./reach.ts";
import { reach } from "./reach.ts";
import type { ResponseSink } from "./response-sink.ts";
import type { Served } from "./served.ts";
import { newServed } from "./served.ts";
import type { SeatedCall } from "./session-call.ts";
import { mayNameSession, openSession, seatFor } from "./session-call.ts";
import { refuseReservedSession, sessionKey } from "./session-key.ts";
import type { Target } from "./target.ts";
import { byPrograms, embeddingTarget } from "./target.ts";
import type { CallTemplate } from "./upstream-call.ts";
import { agentBody, decodedAgain, passThroughBody } from "./upstream-call.ts";

/** What is called: a wire, or one of its sub-resources, which is never agent work. */
export interface Door {
  readonly wire: Wire;
  /** path below the provider's base URL */
  readonly endpoint: string;
  /** largest request, where openclaw.json says it */
  readonly bodyBytes?: (config: Config) => number | undefined;
  /** why an agent's own model cannot serve it */
  readonly agentless?: string;
}

/**
 * Serves a call of `door`'s protocol.
 *
 * @throws AccessError before anything was sent
 */
export async function serveModelCall(asked: Asked, door: Door): Promise<void> {
  const { request, gateway, caller } = asked;
  const startedAt = gateway.now();
  const admitted = admit(caller, startedAt);
  if (admitted) await admitted;
  const limit = door.bodyBytes?.(gateway.config()) ?? gateway.accessConfig().gateway.maxBodyBytes;
  const call = { ...asked, door, startedAt };
  // Not `await readBody(…)`: a function that waits keeps what it has seen.
  const ready = await readBody(request, limit).then((body) => readyCall(call, body));
  if ("told" in ready) return ready.told && tellWords(asked.response, door.wire, ready.told);
  const { served, sink, order, session, seat } = ready;
  const underWay = new HttpRun(served, sink, seat?.name.key);
  gateway.runs.add(underWay);
  try {
    seat?.begin(underWay);
    const result = await metered(() => run(order, gateway), served);
    endCall(served, result, sink);
    if (session) await session.keep(result, served.runId, gateway);
  } finally {
    gateway.runs.delete(underWay);
    seat?.leave();
  }
  underWay.tell();
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly gateway: Gateway;
  readonly caller: Caller;
}

interface IncomingCall extends Asked {
  readonly door: Door;
  readonly startedAt: number;
}

interface ReadyCall {
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
function readyCall(
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
    const bodyFor = bodyForOf(said, door, asAgent, reached);
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
    ready(live, opened ? { bytes: body.bytes, json: opened.body } : body, opened),
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

function targetOf({ request, door, caller }: IncomingCall, body: RequestBody, gateway: Gateway): Target {
  const { headers } = request;
  const model = headers["x-openclaw-model"];
  const agent = headers["x-openclaw-agent-id"];
  if (model !== undefined && caller.kind === "user" && !mayDo(caller, "admin")) throw new Refused(NOT_ADMIN);
  const target = gateway.targets.resolve(gateway.config(), body.json["model"], {
    ...(typeof model === "string" ? { model } : {}),
    ...(typeof agent === "string" ? { agent } : {}),
  });
  const isAgents = target.path === "agent" && model === undefined;
  return isAgents && door.agentless !== undefined
    ? embeddingTarget(gateway.config(), target, door.agentless)
    : target;
}

/** OpenClaw docs, "OpenAI chat completions": owner-level controls such as this header. */
const NOT_ADMIN = outOfScope("admin", "x-openclaw-model");

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

/** A run that cannot be made has used nothing. */
function metered(start: () => Promise<RunResult>, { meter, crossing }: Served): Promise<RunResult> {
  if (!meter && !crossing) return start();
  const begun = meter?.begin();
  return (begun ? begun.then(start) : start()).catch((error: unknown) => {
    meter?.settle();
    crossing?.settle();
    throw error;
  });
}
