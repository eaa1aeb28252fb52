// The call of a probe: with one credential, to where the gateway would call with it.
import type { Failure } from "../core/failure/failure.ts";
import type { ProbeRow } from "../core/probe.ts";
import { probeStatus } from "../core/probe.ts";
import { findWire } from "../wire/all.ts";
import type { Deps } from "./deps.ts";
import type { ExchangedTokens } from "./exchanged.ts";
import type { HealthWriter } from "./health-writer.ts";
import type { CallResult } from "./one-call.ts";
import { callOnce } from "./one-call.ts";
import type { ProbeContext, ProbeOptions } from "./probe.ts";
import type { ProbePrograms } from "./probe-programs.ts";
import type { Probe } from "./probe-rows.ts";
import { baseRow } from "./probe-rows.ts";
import { routeFor, routeVia } from "./provider-route.ts";

/** What all calls of one probe share. */
export interface ProbeCalls {
  readonly deps: Deps;
  readonly context: ProbeContext;
  readonly options: ProbeOptions;
  readonly writer: HealthWriter;
  readonly tokens: ExchangedTokens;
  readonly programs: ProbePrograms;
}

/** `undefined` when the signal came first. */
export async function probeOne(calls: ProbeCalls, { target, ref }: Probe): Promise<ProbeRow | undefined> {
  const { deps, context, writer } = calls;
  const { profile } = target;
  const { model } = ref!;
  const startedAt = deps.now();
  const result = await resultOf(calls, profile, model, startedAt);
  if (result.kind === "aborted") return undefined;
  const at = deps.now();
  const { latencyMs } = result;
  const heard = (event: Parameters<HealthWriter["add"]>[2]) =>
    writer.add(context.view.agent, profile, event, true);
  if (result.kind === "answered") {
    heard({ kind: "success", model, startedAt, at });
    return { ...baseRow(profile, ref), status: "ok", latencyMs };
  }
  const { failure } = result;
  heard({ kind: "failure", model, failure: healthOf(failure), startedAt, at });
  return { ...baseRow(profile, ref), status: probeStatus(failure), error: failure.message, latencyMs };
}

async function resultOf(
  { deps, context, options, tokens, programs }: ProbeCalls,
  profile: Probe["target"]["profile"],
  model: string,
  startedAt: number,
): Promise<CallResult> {
  const { view, dispatcher, signal } = context;
  const { timeoutMs, maxTokens } = options;
  const provider = routeFor(deps.config(), profile, undefined, deps.env())!;
  const wire = findWire(provider.api)!;
  const stored = view.secrets.get(profile.id);
  const unready = await tokens.ready(profile, stored, deps.env());
  if (signal?.aborted) return { kind: "aborted" };
  if (unready) return { kind: "failed", failure: unready, latencyMs: deps.now() - startedAt };
  const exchanged = tokens.held(profile);
  const route = exchanged?.baseUrl === undefined ? provider : routeVia(provider, exchanged.baseUrl);
  return callOnce({
    dispatcher: route.backend ? await programs.sender(route.backend, profile) : dispatcher,
    route,
    wire,
    profile,
    secret: exchanged?.secret ?? stored,
    pass: exchanged,
    env: deps.env(),
    timeoutMs: Math.max(1, timeoutMs - (deps.now() - startedAt)),
    allowedMs: timeoutMs,
    now: deps.now,
    signal,
    model,
    body: wire.ping(model, maxTokens),
  });
}

/** The part that health keeps: no upstream text. */
const healthOf = ({ kind, scope, retryAt }: Failure) => ({
  kind,
  scope,
  ...(retryAt === undefined ? {} : { retryAt }),
});
