// A model call from the client's request to its last byte: target, plan, run, answer, receipt.
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { exchange } from "../access/exchange.ts";
import type { LiveAgent } from "../access/live-agents.ts";
import { routeFor } from "../access/provider-route.ts";
import type { Run, RunResult } from "../access/run.ts";
import { run } from "../access/run.ts";
import { AccessError } from "../core/errors.ts";
import type { ModelRef } from "../core/model-ref.ts";
import { formatModelRef } from "../core/model-ref.ts";
import type { Attempt } from "../core/plan/walk.ts";
import { soonestRecovery } from "../core/recovery.ts";
import type { ModelRequest } from "../wire/translate/neutral.ts";
import type { AnswerMarks, Wire } from "../wire/wire.ts";
import { AgentJsonSink, AgentStreamSink } from "./agent-sinks.ts";
import type { RequestBody } from "./body.ts";
import { readBody } from "./body.ts";
import type { Caller } from "./caller.ts";
import type { Gateway } from "./gateway.ts";
import { permitted } from "./key-allows.ts";
import { admit, CallMeter } from "./key-meter.ts";
import { PassSink } from "./pass-sink.ts";
import { isChoice, noteChoice, testedAtFirst } from "./choice.ts";
import { keepReceipt } from "./receipt-of.ts";
import type { Reach } from "./reach.ts";
import { reach } from "./reach.ts";
import type { TimedRefusal } from "./refusals.ts";
import { refusalAfter, refusalWithoutAttempt } from "./refusals.ts";
import type { ResponseSink } from "./response-sink.ts";
import type { Served } from "./served.ts";
import { refuseReservedSession, sessionKey } from "./session-key.ts";
import type { Target } from "./target.ts";
import { otherExchange } from "./other-call.ts";
import type { CallTemplate } from "./upstream-call.ts";
import { agentBody, passThroughBody, upstreamCall } from "./upstream-call.ts";

/** What is called: a wire, or one of its sub-resources, which is never agent work. */
export interface Door {
  readonly wire: Wire;
  /** path below the provider's base URL */
  readonly endpoint: string;
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
  admit(caller, startedAt);
  const limit = gateway.accessConfig().gateway.maxBodyBytes;
  const call = { ...asked, door, startedAt };
  // Not `await readBody(…)`: a function that waits keeps what it has seen.
  const { served, sink, order } = await readBody(request, limit).then((body) => readyCall(call, body));
  finish(served, await metered(() => run(order, gateway), served), sink);
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
}

/**
 * Everything up to the first attempt, by the settings as they are once the body is there. What was decoded of the
 * body is let go here, before the long wait. Agents load on their first call only: there is no waiting on any other.
 */
function readyCall(call: IncomingCall, body: RequestBody): ReadyCall | Promise<ReadyCall> {
  const { request, door } = call;
  const gateway = call.gateway.latest();
  refuseReservedSession(request.headers);
  const target = permitted(targetOf(request, body, gateway), call.caller, gateway.config(), request);
  const isAgents = target.path === "agent" && request.headers["x-openclaw-model"] === undefined;
  if (isAgents && door.agentless !== undefined) throw new AccessError("bad_input", door.agentless);
  const asAgent = target.path === "agent" && door.endpoint === door.wire.endpoint;
  const fault = asAgent ? door.wire.faultOf(body.json) : undefined;
  if (fault !== undefined) throw new AccessError("bad_input", fault);

  const ready = (live: LiveAgent): ReadyCall => {
    const reached = reach(target.models, door.wire, door.endpoint === door.wire.endpoint, body.json, gateway);
    const served = begin({ ...call, gateway }, body, reached, live);
    const sink = sinkFor(call.response, served, body, asAgent);
    const template = templateOf(request, body, served, door, asAgent);
    const foreign = reached.request && (asAgent ? { ...reached.request, ...AS_AGENT } : reached.request);
    return { served, sink, order: orderOf(served, sink, template, request, foreign) };
  };
  const live = gateway.agents.get(target.agent);
  return live ? ready(live) : gateway.agents.load(target.agent).then(() => readyCall(call, body));
}

/** The agent path always asks for a stream, with the token counts that it may have to tell. */
const AS_AGENT = { stream: true, wantsUsage: true };

function begin(
  { request, gateway, caller, door, startedAt }: IncomingCall,
  body: RequestBody,
  { models, asIs }: Reach,
  live: LiveAgent,
): Served {
  const { wire } = door;
  const isStream = body.json["stream"] === true;
  const choice = isChoice(live.prepared, models);
  const session = choice ? sessionKey(request.headers, wire, body.json, live.id, caller) : undefined;
  const sticky = session === undefined ? undefined : gateway.sticky.get(session, startedAt);
  const plan = { models, ...(sticky === undefined ? {} : { sticky }) };
  return {
    runId: randomUUID(),
    startedAt,
    caller,
    ...(caller.kind === "key" && door.endpoint === wire.endpoint
      ? {
          meter: new CallMeter(caller.live, gateway, request, {
            bodyBytes: body.bytes.length,
            stream: isStream,
            model: formatModelRef(models[0]!),
          }),
        }
      : {}),
    gateway,
    live,
    begun: live.prepared,
    seen: live.prepared,
    from: live.view.snapshot,
    load: undefined,
    chosen: false,
    decidedMs: undefined,
    wire,
    asIs,
    requested: typeof body.json["model"] === "string" ? body.json["model"] : "openclaw",
    plan,
    tested: testedAtFirst(live.prepared, plan),
    session,
    place: { attempts: 0 },
  };
}

function templateOf(
  request: IncomingMessage,
  body: RequestBody,
  served: Served,
  door: Door,
  asAgent: boolean,
): CallTemplate {
  const { gateway } = served;
  return {
    ...door,
    dispatcher: gateway.upstream,
    clientHeaders: request.headers,
    env: gateway.env(),
    exchanged: gateway.exchanged,
    stream: asAgent || body.json["stream"] === true,
    bodyFor: asAgent ? agentBody(door.wire, body.json) : passThroughBody(body),
    limits: gateway.accessConfig().gateway,
  };
}

function targetOf(request: IncomingMessage, body: RequestBody, gateway: Gateway): Target {
  const { headers } = request;
  const model = headers["x-openclaw-model"];
  const agent = headers["x-openclaw-agent-id"];
  return gateway.targets.resolve(gateway.config(), body.json["model"], {
    ...(typeof model === "string" ? { model } : {}),
    ...(typeof agent === "string" ? { agent } : {}),
  });
}

function sinkFor(
  response: ServerResponse,
  served: Served,
  body: RequestBody,
  asAgent: boolean,
): ResponseSink {
  const stream = body.json["stream"] === true;
  const { commentEveryMs } = served.gateway.accessConfig().gateway;
  const parts = { response, wire: served.wire, own: () => ownHeaders(served), stream, commentEveryMs };
  if (!asAgent) return new PassSink(parts);
  const marks: AnswerMarks = { runId: served.runId, model: served.requested };
  return stream ? new AgentStreamSink(parts, marks, body.json) : new AgentJsonSink(parts, marks);
}

function ownHeaders({ runId, place }: Served): string[] {
  const headers = ["x-openclaw-run-id", runId];
  if (!place.ref) return headers;
  return [
    ...headers,
    "x-openclaw-served-model",
    servedModelText(place.ref),
    "x-openclaw-attempts",
    String(place.attempts),
    ...(place.dropped?.length ? ["x-openclaw-dropped", place.dropped.join(", ")] : []),
  ];
}

const SERVED_MODEL = new WeakMap<ModelRef, string>();

/** Model names may hold any letter; a header holds visible ASCII. */
function servedModelText(ref: ModelRef): string {
  const known = SERVED_MODEL.get(ref);
  if (known !== undefined) return known;
  const text = formatModelRef(ref)
    .toWellFormed()
    .replaceAll(/[^\x21-\x7e]/gu, encodeURIComponent);
  SERVED_MODEL.set(ref, text);
  return text;
}

function orderOf(
  served: Served,
  sink: ResponseSink,
  template: CallTemplate,
  request: IncomingMessage,
  foreign: ModelRequest | undefined,
): Run {
  const { gateway, live } = served;
  const sendOnce = (attempt: Attempt, again: boolean) => {
    served.place.ref = attempt.ref;
    served.place.dropped = undefined;
    if (!again) served.place.attempts++;
    const { profile } = attempt.candidate;
    const route = routeFor(gateway.config(), profile, served.wire.api, gateway.env())!;
    if (route.api === served.wire.api)
      return exchange(upstreamCall(template, attempt, live, route), sink, gateway.now);
    return otherExchange({ served, live, template, request: foreign, sink }, attempt, route);
  };
  const { maxWaitMs } = gateway.accessConfig().gateway;
  const clientMs = clientTimeoutMs(request);
  const patienceMs = Math.min(maxWaitMs, clientMs);
  // Whoever stops waiting for a test asks for itself, and needs time for that.
  const testPatienceMs = Math.min(Math.max(maxWaitMs, SHORTEST_TEST_WAIT_MS), clientMs / 2);
  const secretOf = ({ candidate }: Attempt) => live.view.secrets.get(candidate.profile.id);
  const ready = (attempt: Attempt) => {
    const { profile } = attempt.candidate;
    const waiting =
      gateway.logins.ready(live, profile) ??
      gateway.exchanged.ready(profile, secretOf(attempt), gateway.env());
    return served.chosen ? waiting : noteChoice(served, attempt, waiting);
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
  return { live, request: plan, sink, startedAt, patienceMs, testPatienceMs, send, ready };
}

/** Who has patience for nothing else waits this long for a test: it saves a profile that returns from a crowd. */
const SHORTEST_TEST_WAIT_MS = 1000;

/** The OpenAI and Anthropic SDKs say how many seconds they wait. */
function clientTimeoutMs(request: IncomingMessage): number {
  const seconds = Number(request.headers["x-stainless-timeout"]);
  return seconds > 0 ? seconds * 1000 : Infinity;
}

/** A run that cannot be made has used nothing. */
function metered(start: () => Promise<RunResult>, { meter }: Served): Promise<RunResult> {
  if (!meter) return start();
  meter.begin();
  return start().catch((error: unknown) => {
    meter.settle();
    throw error;
  });
}

function finish(served: Served, result: RunResult, sink: ResponseSink): void {
  const { gateway, session } = served;
  if (result.kind === "answered") {
    if (session !== undefined)
      gateway.sticky.set(session, result.attempt.candidate.profile.id, gateway.now());
  } else if (result.kind !== "aborted") sink.refuse(refusalOfRun(served, result));
  served.meter?.settle(result);
  gateway.counts.add(served.plan.models[0]!, result, gateway.now() - served.startedAt);
  gateway.log.debug?.(runWords(served, result));
  keepReceipt(served, result, sink.status);
}

function runWords({ runId, requested, startedAt, gateway }: Served, { kind, attempts }: RunResult): string {
  const calls = attempts
    .map(({ model, profileId, outcome }) => `${model} ${profileId} ${outcome}`)
    .join(", ");
  return `Run ${runId} of ${requested.slice(0, 200)}: ${kind} after ${gateway.now() - startedAt} ms; ${calls}`;
}

function refusalOfRun(served: Served, result: RunResult & { kind: "cut" | "exhausted" }): TimedRefusal {
  const now = served.gateway.now();
  if (result.kind === "cut") return refusalAfter(result.failure, result.attempts, undefined, now);
  const soonest = soonestRecovery(result.leftOut);
  if (result.failure) return refusalAfter(result.failure, result.attempts, soonest, now);
  return refusalWithoutAttempt(served.plan.models.map(formatModelRef), result.leftOut, soonest, now);
}
