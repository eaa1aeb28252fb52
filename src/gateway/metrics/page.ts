// The text of `GET /metrics`: the gateway's counts and what it knows of its credentials, as Prometheus reads them.
// Names are OpenClaw's where it has them (docs, "Prometheus metrics").
import client from "prom-client";
import type { Candidate } from "../../core/plan/candidate.ts";
import type { Gateway } from "../gateway.ts";
import type { ModelCounts } from "./counts.ts";
import { DURATION_BUCKETS, LOOK_EVERY_MS } from "./counts.ts";

export interface MetricsPage {
  readonly type: string;
  readonly text: string;
}

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [labels: Labels, value: number];

export async function metricsPage(gateway: Gateway): Promise<MetricsPage> {
  const page = new client.Registry();
  addRuns(page, [...gateway.counts.models()]);
  addCredentials(page, gateway);
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

function addCredentials(page: client.Registry, { agents, now, counts }: Gateway): void {
  const candidates = new Map<string, Candidate>();
  for (const { prepared } of agents.all())
    for (const list of prepared.candidates.values())
      for (const one of list)
        candidates.set(`${one.profile.owner} ${one.profile.id} ${one.profile.provider}`, one);
  const at = now();
  const [barred, inFlight, profiles] = [new Tally(), new Tally(), new Tally()];
  const windows: Sample[] = [];
  for (const { profile, health, load } of candidates.values()) {
    const { provider, type, id } = profile;
    profiles.add({ provider, type }, 1);
    inFlight.add({ provider }, load.inFlight);
    const reasons = new Set(health.bars.filter(({ until }) => until > at).map(({ reason }) => reason));
    for (const reason of reasons) barred.add({ provider, reason }, 1);
    for (const { label, scope, used, limit } of health.usage?.windows ?? [])
      windows.push([{ provider, profile: id, window: label, scope }, used / limit]);
  }
  gauge(page, "openclaw_profiles", "Credentials in use, by provider and type", profiles.samples());
  gauge(
    page,
    "openclaw_profiles_barred",
    "Credentials that are left out just now, by reason",
    barred.samples(),
  );
  gauge(page, "openclaw_model_calls_in_flight", "Upstream calls under way", inFlight.samples());
  gauge(
    page,
    "openclaw_usage_window_used_ratio",
    "Part of a plan's window that is used, 0 to 1",
    windows.slice(0, MOST_WINDOWS),
  );
  counter(
    page,
    "openclaw_login_refresh_total",
    "Refreshes of logins, by outcome",
    counts.refreshes().map(({ provider, outcome, count }) => [{ provider, outcome }, count]),
  );
}

const MOST_WINDOWS = 2000;

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

/** Sums by labels. */
class Tally {
  readonly #sums = new Map<string, readonly [Labels, number]>();

  add(labels: Labels, value: number): void {
    const key = Object.values(labels).join("\0");
    this.#sums.set(key, [labels, (this.#sums.get(key)?.[1] ?? 0) + value]);
  }

  samples(): Sample[] {
    return [...this.#sums.values()];
  }
}

function counter(page: client.Registry, name: string, help: string, samples: readonly Sample[]): void {
  const metric = new client.Counter({ name, help, labelNames: namesIn(samples), registers: [page] });
  for (const [labels, value] of samples) metric.inc(labels, value);
}

function gauge(page: client.Registry, name: string, help: string, samples: readonly Sample[]): void {
  const metric = new client.Gauge({ name, help, labelNames: namesIn(samples), registers: [page] });
  for (const [labels, value] of samples) metric.set(labels, value);
}

const namesIn = (samples: readonly Sample[]): string[] => [
  ...new Set(samples.flatMap(([labels]) => Object.keys(labels))),
];
