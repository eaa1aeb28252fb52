// `models status --probe`: one real, minimal call with each credential, and what came of it. Health is settled
// as after a real run. Nothing here is printed (fidelity spec §3).
import type { Dispatcher } from "undici";
import { messageOf } from "../core/errors.ts";
import type { AgentId } from "../core/ids.ts";
import type { ProbeFilter, ProbeRow } from "../core/probe.ts";
import { probeTargets } from "../core/probe.ts";
import type { AgentView } from "./agent-view.ts";
import type { Deps } from "./deps.ts";
import { ExchangedTokens } from "./exchanged.ts";
import { HealthWriter } from "./health-writer.ts";
import { inParallel } from "./in-parallel.ts";
import { probeOne } from "./probe-call.ts";
import { FreeProbe } from "./probe-free.ts";
import { probeModels } from "./probe-model.ts";
import { ProbePrograms } from "./probe-programs.ts";
import type { Probe } from "./probe-rows.ts";
import { unaskedRow, untriedRow } from "./probe-rows.ts";

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
      ? unaskedRow(probe.target, config, context.view)
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
  const programs = new ProbePrograms(deps, context.view.agent);
  const calls = { deps, context, options, writer, tokens, programs };
  return inParallel(probes, options.concurrency, async (probe) => {
    if (context.signal?.aborted) return undefined;
    const row = free ? await probeFree(free, context, probe, writer) : await probeOne(calls, probe);
    if (row) context.onRow?.(row, ++done, probes.length);
    return row;
  }).finally(() => {
    over.abort();
    return programs.close();
  });
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
