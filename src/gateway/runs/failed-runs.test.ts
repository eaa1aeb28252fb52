import assert from "node:assert/strict";
import { test } from "node:test";
import { FailedRuns } from "./failed-runs.ts";
import type { Served } from "../calls/served.ts";

function setup() {
  const lines: string[] = [];
  const nothing = () => {};
  const runs = new FailedRuns({ info: nothing, warn: (line) => lines.push(line), error: nothing });
  const fail = (model: string, now: number, status = 503) => {
    const plan = { models: [{ provider: "p", model }] };
    const served = { runId: "r", requested: "p/m1", startedAt: 0, plan } as unknown as Served;
    runs.add(served, { kind: "exhausted", attempts: [], waitedMs: 0, leftOut: [] }, status, now);
  };
  return { lines, fail };
}

test("a kind of failure is told at once, then again after a while, with how many there were", () => {
  const { lines, fail } = setup();
  for (let i = 0; i < 50; i += 1) fail("m1", i);
  assert.equal(lines.length, 1);
  fail("m1", 1000, 429);
  fail("m2", 1000);
  assert.equal(lines.length, 3, "another status and another model are other kinds");
  fail("m1", 10_000);
  assert.match(lines[3]!, /\(49 more like it before\)$/);
  fail("m1", 20_000);
  assert.doesNotMatch(lines[4]!, /more like it/);
});

test("what clients ask for does not grow it without end", () => {
  const { lines, fail } = setup();
  for (let i = 0; i < 1000; i += 1) fail(`m${i}`, 0);
  fail("m0", 1);
  assert.equal(lines.length, 1001, "the oldest was forgotten");
});
