// The text of `GET /metrics`: the gateway's counts and what it knows of its credentials, as Prometheus reads them.
// Names are OpenClaw's where it has them (docs, "Prometheus metrics").
import client from "prom-client";
import type { Gateway } from "../gateway.ts";
import { addCredentials } from "./credential-samples.ts";
import { addCrossings } from "./crossing-samples.ts";
import type { ModelCounts } from "./counts.ts";
import { DURATION_BUCKETS } from "./counts.ts";
import type { Figures } from "./figures.ts";
import { figures } from "./figures.ts";
import { addKeys } from "./key-samples.ts";
import type { Labels, Sample } from "./samples.ts";
import { counter, gauge } from "./samples.ts";

export interface MetricsPage {
  readonly type: string;
  readonly text: string;
}

/** Where several processes serve: what all of them counted, and each of them. */
export interface AllFigures {
  readonly models: readonly ModelCounts[];
  readonly processes: readonly (Figures & { readonly name?: string })[];
  readonly restarts?: number;
}

export async function metricsPage(gateway: Gateway, all = alone(gateway)): Promise<MetricsPage> {
  const page = new client.Registry();
  addRuns(page, all.models);
  await addCredentials(page, gateway);
  addKeys(page, gateway);
  addCrossings(page, gateway);
  addProcesses(page, all);
  addProcess(page, gateway);
  return { type: page.contentType, text: await page.metrics() };
}

function alone({ counts }: Gateway): AllFigures {
  const own = figures(counts);
  return { models: own.models, processes: [own] };
}

function addRuns(page: client.Registry, models: readonly ModelCounts[]): void {
  const outcomes = ["ok", "failed", "aborted", "cut"] as const;
  const each = (samples: (counts: ModelCounts) => readonly (readonly [Labels, number])[]): Sample[] =>
    models.flatMap((counts) =>
      samples(counts).map(([labels, value]): Sample => [{ ...nameOf(counts), ...labels }, value]),
    );
  counter(
    page,
    "openclaw_run_completed_total",
    "Client requests for a model, by how they ended",
    each((counts) => outcomes.map((outcome) => [{ outcome }, counts[outcome]])),
  );
  counter(
    page,
    "openclaw_model_call_total",
    "Upstream calls, by outcome; of failures with their kind",
    each(({ attemptsOk, attemptsFailed }) => [
      [{ outcome: "ok", error_category: "none" }, attemptsOk],
      ...[...attemptsFailed].map(
        ([kind, count]) => [{ outcome: "failed", error_category: kind }, count] as const,
      ),
    ]),
  );
  counter(
    page,
    "openclaw_model_failover_total",
    "Upstream calls that failed and were followed by another",
    each(({ failovers }) => [...failovers].map(([reason, count]) => [{ reason }, count])),
  );
  counter(
    page,
    "openclaw_model_tokens_total",
    "Tokens of answers that told them",
    each(({ inputTokens, outputTokens }) => [
      [{ token_type: "input" }, inputTokens],
      [{ token_type: "output" }, outputTokens],
    ]),
  );
  addDurations(page, models);
}

const nameOf = ({ provider, model }: ModelCounts) => ({ provider, model });

/** The library would count by itself; it only prints. */
function addDurations(page: client.Registry, models: readonly ModelCounts[]): void {
  const name = "openclaw_run_duration_seconds";
  const values = models.flatMap((counts) => {
    const labels = nameOf(counts);
    let sum = 0;
    const buckets = counts.durations.map((count, i) => {
      sum += count;
      return {
        metricName: `${name}_bucket`,
        labels: { ...labels, le: DURATION_BUCKETS[i] ?? "+Inf" },
        value: sum,
      };
    });
    return [
      ...buckets,
      { metricName: `${name}_sum`, labels, value: counts.durationMs / 1000 },
      { metricName: `${name}_count`, labels, value: sum },
    ];
  });
  const help = "From a request to its last byte";
  const metric = {
    name,
    help,
    type: "histogram",
    aggregator: "sum",
    get: async () => ({ name, help, type: "histogram", values }),
  };
  page.registerMetric(metric as unknown as client.Metric);
}

function addProcesses(page: client.Registry, { processes, restarts }: AllFigures): void {
  const each = (samples: (one: Figures) => readonly (readonly [Labels, number])[]): Sample[] =>
    processes.flatMap((one) =>
      samples(one).map(([labels, value]): Sample => [
        one.name === undefined ? labels : { ...labels, worker: one.name },
        value,
      ]),
    );
  gauge(
    page,
    "openclaw_event_loop_delay_seconds",
    "Delay of the event loop since the last look",
    each(({ delay: { p50, p99, max } }) => [
      [{ quantile: "0.5" }, p50],
      [{ quantile: "0.99" }, p99],
      [{ quantile: "1" }, max],
    ]),
  );
  gauge(
    page,
    "openclaw_memory_bytes",
    "Memory of the process",
    each(({ rss, heapUsed, external }) => [
      [{ kind: "rss" }, rss],
      [{ kind: "heap_used" }, heapUsed],
      [{ kind: "external" }, external],
    ]),
  );
  counter(
    page,
    "process_cpu_seconds_total",
    "Processor time of all threads",
    each(({ cpuSeconds }) => [[{}, cpuSeconds]]),
  );
  if (restarts === undefined) return;
  gauge(page, "openclaw_workers", "Workers that serve", [[{}, processes.length - 1]]);
  counter(page, "openclaw_worker_restarts_total", "Workers that were started again", [[{}, restarts]]);
}

function addProcess(page: client.Registry, { now, startedAt, agents }: Gateway): void {
  gauge(page, "process_start_time_seconds", "Start, in seconds since 1970", [[{}, startedAt / 1000]]);
  gauge(page, "openclaw_uptime_seconds", "Time since the start", [[{}, (now() - startedAt) / 1000]]);
  gauge(page, "openclaw_agents", "Agents in memory", [[{}, [...agents.all()].length]]);
}
