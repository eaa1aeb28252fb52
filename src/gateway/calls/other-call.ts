// An attempt at a provider that speaks another protocol than the client: as it is where that fits, else told anew.
import type { Sender } from "../../access/cli-backends/cli-backends.ts";
import type { Talk } from "../../access/cli-backends/sessions.ts";
import type { Outcome } from "../../access/exchange.ts";
import { exchange } from "../../access/exchange.ts";
import type { LiveAgent } from "../../access/live-agent.ts";
import type { ProviderRoute } from "../../access/provider-route.ts";
import type { Origin } from "../../access/proofs.ts";
import { marked, withOwnProofs } from "../../access/proofs.ts";
import { ReasoningListener, ReasoningMemory } from "../../access/reasoning-memory.ts";
import type { Sink } from "../../access/sink.ts";
import type { Tongues } from "../../access/translated-sink.ts";
import { translatedSink } from "../../access/translated-sink.ts";
import { providerTranslator, targetFor } from "../../access/translation.ts";
import { AccessError } from "../../core/errors.ts";
import { parseObject } from "../../core/json.ts";
import type { Attempt } from "../../core/plan/walk.ts";
import type { CliBackend } from "../../providers/cli-backends.ts";
import { findWire } from "../../wire/all.ts";
import { TRANSLATORS } from "../../wire/translate/all.ts";
import type { ModelRequest } from "../../wire/translate/neutral.ts";
import { fitToolNames } from "../../wire/translate/tool-names.ts";
import type { ProviderWire } from "../../wire/wire.ts";
import type { Served } from "./served.ts";
import { namedSession } from "./session-key.ts";
import type { CallTemplate } from "./upstream-call.ts";
import { upstreamCall } from "./upstream-call.ts";

export interface OtherCall {
  readonly served: Served;
  readonly live: LiveAgent;
  readonly template: CallTemplate;
  /** the client's request; absent when it can go to this protocol as it is, or to no other */
  readonly request: ModelRequest | undefined;
  readonly sink: Sink;
}

/** The client's request at a place of its own kind: under another path, or with another frame around it. */
function sameIn(template: CallTemplate, wire: ProviderWire, { ref }: Attempt): CallTemplate {
  const { bodyOf } = wire;
  const endpoint = wire.pathFor?.(ref.model, template.stream) ?? wire.endpoint;
  if (!bodyOf) return { ...template, wire, endpoint };
  const bodyFor = (model: string) =>
    Buffer.from(JSON.stringify(bodyOf(parseObject(template.bodyFor(model).toString())!)));
  return { ...template, wire, endpoint, bodyFor };
}

/** As `exchange`; a request that this provider's protocol cannot carry is a fault of that attempt alone. */
export function otherExchange(call: OtherCall, attempt: Attempt, route: ProviderRoute): Promise<Outcome> {
  const { served, live, template, request, sink } = call;
  const wire = findWire(route.api);
  if (wire && served.asIs.includes(route.api)) {
    return exchange(
      upstreamCall(sameIn(template, wire, attempt), attempt, live, route),
      sink,
      served.gateway.now,
    );
  }
  const fitted = request && fitToolNames(request);
  const written = fitted && writtenFor(call, fitted.request, attempt, route);
  if (!wire || !request || !written) return Promise.resolve(cannotCarry(NOT_SPOKEN));
  if (written instanceof AccessError) return Promise.resolve(cannotCarry(written.message));
  served.place.dropped = headerNames(written.dropped);
  const stream = request.stream || wire.alwaysStreams === true;
  const told: CallTemplate = {
    ...template,
    dispatcher: route.backend ? programFor(call, attempt, route.backend) : template.dispatcher,
    wire,
    endpoint: wire.pathFor?.(attempt.ref.model, stream) ?? wire.endpoint,
    clientHeaders: {},
    stream,
    bodyFor: () => written.bytes,
  };
  const upstream = upstreamCall(told, attempt, live, route);
  return exchange(
    upstream,
    translatedSink(sink, tonguesOf(served, request, attempt, route, fitted.names)),
    served.gateway.now,
  );
}

/** The program that makes the call, where a provider's server would be. */
function programFor({ served, template, request }: OtherCall, attempt: Attempt, backend: CliBackend): Sender {
  const { gateway, live, caller } = served;
  const { talk = talkNamedBy(gateway.digestKey, template.clientHeaders, request?.user, live.id, caller) } =
    template;
  return gateway.programs.sender({
    backend,
    agent: live.id,
    profile: attempt.candidate.profile,
    talk,
    env: gateway.env(),
    config: gateway.config(),
  });
}

/** A conversation that only the client keeps. */
function talkNamedBy(...by: Parameters<typeof namedSession>): Talk | undefined {
  const name = namedSession(...by);
  return name === undefined ? undefined : { name };
}

function tonguesOf(
  { wire, runId, startedAt }: Served,
  request: ModelRequest,
  attempt: Attempt,
  route: ProviderRoute,
  names: ReadonlyMap<string, string> | undefined,
): Tongues {
  return {
    from: providerTranslator(route.api)!,
    to: TRANSLATORS[wire.api]!.client!,
    frame: {
      id: runId,
      model: attempt.ref.model,
      created: Math.floor(startedAt / 1000),
      usage: request.wantsUsage,
      thinks: request.reasoning !== undefined && request.reasoning.effort !== "none",
      freeform: new Set(request.tools.filter((tool) => tool.freeform).map(({ name }) => name)),
    },
    stream: request.stream,
    tell: tellerFor(originOf(attempt), names),
  };
}

/** For all gateways of the process: ids of calls are like no other. */
export const REASONING = new ReasoningMemory();

const originOf = ({ ref, candidate }: Attempt): Origin => ({
  provider: ref.provider,
  profile: candidate.profile.id,
});

/** What happens to an answer's events between the two protocols. */
function tellerFor(origin: Origin, names: ReadonlyMap<string, string> | undefined): Tongues["tell"] {
  const listener = new ReasoningListener(REASONING);
  return (event) => {
    if (event.kind === "text" || event.kind === "arguments") return event;
    const told = marked(event, origin);
    listener.hear(told);
    const name = told.kind === "tool" ? names?.get(told.name) : undefined;
    return told.kind === "tool" && name !== undefined ? { ...told, name } : told;
  };
}

interface SentRequest {
  readonly bytes: Buffer;
  readonly dropped: readonly string[];
}

function writtenFor(
  { served }: OtherCall,
  request: ModelRequest,
  attempt: Attempt,
  route: ProviderRoute,
): SentRequest | AccessError | undefined {
  const translator = providerTranslator(route.api);
  if (!translator) return undefined;
  const target = targetFor(served.gateway.config(), attempt.ref, route);
  try {
    const own = withOwnProofs(REASONING.restored(request), originOf(attempt));
    const { body, dropped } = translator.writeRequest(own, target);
    return { bytes: Buffer.from(JSON.stringify(body)), dropped };
  } catch (error) {
    if (error instanceof AccessError) return error;
    // JSON.parse takes any depth, JSON.stringify does not.
    if (error instanceof RangeError) return new AccessError("bad_input", "The body is nested too deeply.");
    throw error;
  }
}

const MOST_NAMES = 32;
const LONGEST_NAME = 64;

/** Clients may name their fields as they like; a header holds visible ASCII. */
const headerNames = (names: readonly string[]): string[] =>
  names.slice(0, MOST_NAMES).map((name) => name.replaceAll(/[^\w.-]/g, "_").slice(0, LONGEST_NAME));

const NOT_SPOKEN = "The request cannot be carried to the protocol that this login speaks.";

const cannotCarry = (message: string): Outcome => ({
  kind: "failed",
  failure: { kind: "format", scope: "request", rotateKey: false, message },
  visible: false,
});
