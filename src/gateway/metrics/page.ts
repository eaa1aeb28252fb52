// The text of `GET /metrics`: the gateway's counts and what it knows of its credentials, as Prometheus reads them.
// Names are OpenClaw's where it has them (docs, "Prometheus metrics").
import client from "prom-client";
import type { Gateway } from "../gateway.ts";
import { addCredentials } from "./credential-samples.ts";
import { addCrossings } from "./crossing-samples.ts";
import type { ModelCounts } from "./counts.ts";
import { DURATION_BUCKETS, LOOK_EVERY_MS } from "./counts.ts";
import { addKeys } from "./key-samples.ts";
import type { Labels, Sample } from "./samples.ts";
import { counter, gauge } from "./samples.ts";

export interface MetricsPage {
  readonly type: string;
  readonly text: string;
}

export async function metricsPage(gateway: Gateway): Promise<MetricsPage> {
  const page = new client.Registry();
  addRuns(page, [...gateway.counts.models()]);
  await addCredentials(page, gateway);
  addKeys(page, gateway);
  addCrossings(page, gateway);
  addProcess(page, gateway);
  return { type: page.contentType, text: await page.metrics() };
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

function addProcess(page: client.Registry, { counts, now, startedAt, agents }: Gateway): void {
  const delay = counts.eventLoopDelay();
  gauge(page, "openclaw_event_loop_delay_seconds", "Delay of the event loop since the last look", [
    [{ quantile: "0.5" }, seconds(delay.percentile(50))],
    [{ quantile: "0.99" }, seconds(delay.percentile(99))],
    [{ quantile: "1" }, seconds(delay.max)],
  ]);
  delay.reset();
  const { rss, heapUsed, external } = process.memoryUsage();
  gauge(page, "openclaw_memory_bytes", "Memory of the process", [
    [{ kind: "rss" }, rss],
    [{ kind: "heap_used" }, heapUsed],
    [{ kind: "external" }, external],
  ]);
  const { user, system } = process.cpuUsage();
  counter(page, "process_cpu_seconds_total", "Processor time of all threads", [[{}, (user + system) / 1e6]]);
  gauge(page, "process_start_time_seconds", "Start, in seconds since 1970", [[{}, startedAt / 1000]]);
  gauge(page, "openclaw_uptime_seconds", "Time since the start", [[{}, (now() - startedAt) / 1000]]);
  gauge(page, "openclaw_agents", "Agents in memory", [[{}, [...agents.all()].length]]);
}

/** What is measured is the time between two looks. */
const seconds = (ns: number): number =>
  Number.isFinite(ns) ? Math.max(0, ns / 1e9 - LOOK_EVERY_MS / 1000) : 0;
