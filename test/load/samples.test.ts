import assert from "node:assert/strict";
import { test } from "node:test";
import type { Sample } from "./samples.ts";
import { metricsFrom, slopePerHour } from "./samples.ts";

const at = (seconds: number, rssBytes: number): Sample => ({
  at: seconds,
  rssBytes,
  handles: 0,
  sockets: 0,
  heapBytes: 0,
  externalBytes: 0,
  delayP99Ms: 0,
  delayMostMs: 0,
  inFlight: 0,
  calls: 0,
});
const rss = ({ rssBytes }: Sample) => rssBytes;

test("a slope is told per hour, and of what comes after the warm-up", () => {
  const growing = [at(0, 0), at(60, 1000), at(120, 1100), at(180, 1200)];
  assert.equal(Math.round(slopePerHour(growing, rss, 60)), 6000);
  assert.equal(slopePerHour([at(0, 5), at(60, 5), at(120, 5)], rss, 0), 0);
  assert.equal(slopePerHour([at(0, 5)], rss, 0), 0);
});

test("metrics are read by their names", () => {
  const text = [
    'openclaw_memory_bytes{kind="heap_used"} 20',
    'openclaw_memory_bytes{kind="external"} 3e4',
    'openclaw_event_loop_delay_seconds{quantile="0.99"} 0.004',
    'openclaw_event_loop_delay_seconds{quantile="1"} 0.02',
    'openclaw_model_calls_in_flight{provider="a"} 2',
    'openclaw_model_calls_in_flight{provider="b"} 3',
  ].join("\n");
  const expected = { heapBytes: 20, externalBytes: 30_000, delayP99Ms: 4, delayMostMs: 20, inFlight: 5 };
  assert.deepEqual(metricsFrom(text), expected);
});
