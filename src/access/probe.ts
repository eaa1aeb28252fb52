// `models status --probe`: one real, minimal call with each credential, and what came of it. Health is settled
// as after a real run. Nothing here is printed (fidelity spec §3).
import type { Dispatcher } from "undici";
import type { Failure } from "../core/failure/failure.ts";
import { messageOf } from "../core/errors.ts";
import type { AgentId } from "../core/ids.ts";
import type { ProbeFilter, ProbeRow } from "../core/probe.ts";
import { probeStatus, probeTargets } from "../core/probe.ts";
import { findWire } from "../wire/all.ts";
import type { AgentView } from "./agent-view.ts";
import type { Deps } from "./deps.ts";
import { ExchangedTokens } from "./exchanged.ts";
import { HealthWriter } from "./health-writer.ts";
import { inParallel } from "./in-parallel.ts";
import type { CallResult } from "./one-call.ts";
import { callOnce } from "./one-call.ts";
import { FreeProbe } from "./probe-free.ts";
import { probeModels } from "./probe-model.ts";
import type { Probe } from "./probe-rows.ts";
import { baseRow, unaskedRow, untriedRow } from "./probe-rows.ts";
import { routeFor, routeVia } from "./provider-route.ts";

export interface ProbeOptions extends ProbeFilter {
  /** ms for one call */
  readonly timeoutMs: number;
  /** calls at once */
  readonly concurrency: number;
  /** tokens of an answer; the provider may give more */
  readonly maxTokens: number;
  /** No tokens at all: lists are asked for instead of answers, where that proves something. */
  readonly free?: true;
}

export interface ProbeReport {
  /** ms since epoch */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly durationMs: number;
  /** calls that were made */
  readonly totalTargets: number;
  readonly options: ProbeOptions;
  /** those that could not be tried first */
  readonly results: readonly ProbeRow[];
}

export interface ProbeContext {
  readonly view: AgentView;
  /** the agent that was named, if one was: its models come first */
  readonly agent?: AgentId | undefined;
  readonly dispatcher: Dispatcher;
  /** Told of every finished call. */
  readonly onRow?: (row: ProbeRow, done: number, total: number) => void;
  /** Told why health could not be written. */
  readonly warn?: (sentence: string) => void;
  /** Ends the calls under way; no further ones are made. */
  readonly signal?: AbortSignal | undefined;
}

/** Never rejects because of a credential: each has its row. */
export async function probeCredentials(
  deps: Deps,
  context: ProbeContext,
  options: ProbeOptions,
): Promise<ProbeReport> {
  const startedAt = deps.now();
  const config = deps.config();
  const modelOf = probeModels(config, context.agent);
  const targets = probeTargets(context.view.snapshot, options, startedAt);
  const probes: Probe[] = await Promise.all(
    targets.map(async (target) => ({
      target,
      ref: options.free ? undefined : await modelOf(target.profile.provider),
    })),
  );
  const untried = probes.map((probe) =>
    options.free
      ? unaskedRow(probe.target, context.view)
      : untriedRow(probe, config, deps.env(), context.view),
  );
  const worth = probes.filter((_, index) => untried[index] === undefined);
  const writer = new HealthWriter(deps.store(), (error) => {
    if (error !== undefined)
      context.warn?.(`What the probe found could not be recorded: ${messageOf(error)}`);
  });
  const tried = await probeAll(deps, context, options, worth, writer);
  await writer.flush();
  const finishedAt = deps.now();
  return {
    startedAt,
    finishedAt,
    durationMs: finishedAt - startedAt,
    totalTargets: worth.length,
    options,
    results: [...untried, ...tried].filter((row) => row !== undefined),
  };
}

async function probeAll(
  deps: Deps,
  context: ProbeContext,
  options: ProbeOptions,
  probes: readonly Probe[],
  writer: HealthWriter,
): Promise<(ProbeRow | undefined)[]> {
  let done = 0;
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, ...(context.signal ? [context.signal] : [])]);
  const tokens = new ExchangedTokens({
    config: deps.config,
    settings: () => deps.accessConfig().oauth,
    now: deps.now,
    patienceMs: options.timeoutMs,
    signal,
  });
  const free = options.free && new FreeProbe({ deps, ...context, timeoutMs: options.timeoutMs });
  return inParallel(probes, options.concurrency, async (probe) => {
    if (context.signal?.aborted) return undefined;
    const row = free
      ? await probeFree(free, context, probe, writer)
      : await probeOne(deps, context, options, probe, writer, tokens);
    if (row) context.onRow?.(row, ++done, probes.length);
    return row;
  }).finally(() => over.abort());
}

async function probeFree(
  free: FreeProbe,
  { view }: ProbeContext,
  { target: { profile } }: Probe,
  writer: HealthWriter,
): Promise<ProbeRow | undefined> {
  const found = await free.ask(profile);
  if (found?.event) writer.add(view.agent, profile, found.event, true);
  return found?.row;
}

async function probeOne(
  deps: Deps,
  { view, dispatcher, signal }: ProbeContext,
  { timeoutMs, maxTokens }: ProbeOptions,
  { target: { profile }, ref }: Probe,
  writer: HealthWriter,
  tokens: ExchangedTokens,
): Promise<ProbeRow | undefined> {
  const { model } = ref!;
  const provider = routeFor(deps.config(), profile, undefined, deps.env())!;
  const wire = findWire(provider.api)!;
  const startedAt = deps.now();
  const stored = view.secrets.get(profile.id);
  const unready = await tokens.ready(profile, stored, deps.env());
  if (signal?.aborted) return undefined;
  const exchanged = tokens.held(profile);
  const secret = exchanged?.secret ?? stored;
  const route = exchanged?.baseUrl === undefined ? provider : routeVia(provider, exchanged.baseUrl);
  const call = {
    dispatcher,
    route,
    wire,
    profile,
    secret,
    pass: exchanged,
    env: deps.env(),
    timeoutMs: Math.max(1, timeoutMs - (deps.now() - startedAt)),
    allowedMs: timeoutMs,
    now: deps.now,
    signal,
  };
  const result: CallResult = unready
    ? { kind: "failed", failure: unready, latencyMs: deps.now() - startedAt }
    : await callOnce({ ...call, model, body: wire.ping(model, maxTokens) });
  if (result.kind === "aborted") return undefined;
  const at = deps.now();
  const { latencyMs } = result;
  if (result.kind === "answered") {
    writer.add(view.agent, profile, { kind: "success", model, startedAt, at }, true);
    return { ...baseRow(profile, ref), status: "ok", latencyMs };
  }
  const { failure } = result;
  writer.add(
    view.agent,
    profile,
    { kind: "failure", model, failure: healthOf(failure), startedAt, at },
    true,
  );
  return { ...baseRow(profile, ref), status: probeStatus(failure), error: failure.message, latencyMs };
}

/** The part that health keeps: no upstream text. */
const healthOf = ({ kind, scope, retryAt }: Failure) => ({
  kind,
  scope,
  ...(retryAt === undefined ? {} : { retryAt }),
});
