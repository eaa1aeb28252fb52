// An attempt at a provider that speaks another protocol than the client.
import type { Outcome } from "../access/exchange.ts";
import { exchange } from "../access/exchange.ts";
import type { LiveAgent } from "../access/live-agents.ts";
import type { ProviderRoute } from "../access/provider-route.ts";
import type { Sink } from "../access/sink.ts";
import { translatedSink } from "../access/translated-sink.ts";
import { providerTranslator, targetFor } from "../access/translation.ts";
import { AccessError } from "../core/errors.ts";
import type { Attempt } from "../core/plan.ts";
import { findWire } from "../wire/all.ts";
import { TRANSLATORS } from "../wire/translate/all.ts";
import type { ModelRequest } from "../wire/translate/neutral.ts";
import type { Served } from "./served.ts";
import type { CallTemplate } from "./upstream-call.ts";
import { upstreamCall } from "./upstream-call.ts";

export interface TranslatedCall {
  readonly served: Served;
  readonly live: LiveAgent;
  readonly template: CallTemplate;
  /** the client's request */
  readonly request: ModelRequest;
  readonly sink: Sink;
}

/** As `exchange`; a request that this provider's protocol cannot carry is a fault of that attempt alone. */
export function translatedExchange(
  call: TranslatedCall,
  attempt: Attempt,
  route: ProviderRoute,
): Promise<Outcome> {
  const { served, live, template, request, sink } = call;
  const { gateway, wire: client, runId } = served;
  const from = providerTranslator(route.api)!;
  const wire = findWire(route.api)!;
  const written = writtenFor(from, request, targetFor(gateway.config(), attempt.ref, route));
  if (written instanceof AccessError) return Promise.resolve(cannotCarry(written));
  served.place.dropped = headerNames(written.dropped);
  const bytes = Buffer.from(JSON.stringify(written.body));
  const upstream = upstreamCall(
    {
      ...template,
      wire,
      endpoint: wire.pathFor?.(attempt.ref.model, request.stream) ?? wire.endpoint,
      clientHeaders: {},
      stream: request.stream,
      bodyFor: () => bytes,
    },
    attempt,
    live,
    route,
  );
  const frame = {
    id: runId,
    model: attempt.ref.model,
    created: Math.floor(served.startedAt / 1000),
    usage: request.wantsUsage,
    freeform: new Set(request.tools.filter((tool) => tool.freeform).map(({ name }) => name)),
  };
  const to = TRANSLATORS[client.api]!.client!;
  return exchange(upstream, translatedSink(sink, { from, to, frame, stream: request.stream }), gateway.now);
}

function writtenFor(
  from: NonNullable<ReturnType<typeof providerTranslator>>,
  request: ModelRequest,
  target: Parameters<typeof from.writeRequest>[1],
) {
  try {
    return from.writeRequest(request, target);
  } catch (error) {
    if (error instanceof AccessError) return error;
    throw error;
  }
}

const MOST_NAMES = 32;
const LONGEST_NAME = 64;

/** Clients may name their fields as they like; a header holds visible ASCII. */
const headerNames = (names: readonly string[]): string[] =>
  names.slice(0, MOST_NAMES).map((name) => name.replaceAll(/[^\w.-]/g, "_").slice(0, LONGEST_NAME));

const cannotCarry = ({ message }: AccessError): Outcome => ({
  kind: "failed",
  failure: { kind: "format", scope: "request", rotateKey: false, message },
  visible: false,
});
