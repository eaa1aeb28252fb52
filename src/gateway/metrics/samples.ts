// Values with labels, as prom-client prints them.
import client from "prom-client";

export type Labels = Readonly<Record<string, string>>;
export type Sample = readonly [labels: Labels, value: number];

export function counter(page: client.Registry, name: string, help: string, samples: readonly Sample[]): void {
  const metric = new client.Counter({ name, help, labelNames: namesIn(samples), registers: [page] });
  for (const [labels, value] of samples) metric.inc(labels, value);
}

export function gauge(page: client.Registry, name: string, help: string, samples: readonly Sample[]): void {
  const metric = new client.Gauge({ name, help, labelNames: namesIn(samples), registers: [page] });
  for (const [labels, value] of samples) metric.set(labels, value);
}

const namesIn = (samples: readonly Sample[]): string[] => [
  ...new Set(samples.flatMap(([labels]) => Object.keys(labels))),
];
