import assert from "node:assert/strict";
import { test } from "node:test";
import type { CliBackend } from "../../providers/cli-backends.ts";
import { limitsOf } from "./limits.ts";

const HOURS = 48 * 3_600_000;
const backend = (reliability: NonNullable<CliBackend["settings"]["reliability"]> = {}): CliBackend => ({
  id: "x",
  settings: { command: "x", reliability },
  dialect: "text",
  resumeDialect: "text",
  install: "",
});

test("the documented limits", () => {
  const usual = { mostChars: 8 * 1024 ** 2, mostLines: 20_000 };
  assert.deepEqual(limitsOf(backend(), false, HOURS), { silenceMs: 600_000, ...usual });
  assert.deepEqual(limitsOf(backend(), true, HOURS), { silenceMs: 180_000, ...usual });
  assert.equal(limitsOf(backend(), false, 300_000).silenceMs, 240_000);
  assert.equal(limitsOf(backend(), true, 300_000).silenceMs, 90_000);
  assert.equal(limitsOf(backend(), true, 10_000).silenceMs, 60_000);
});

test("a watchdog of one's own, and output within bounds", () => {
  const silence = (fresh: object) => limitsOf(backend({ watchdog: { fresh } }), false, 1_000_000).silenceMs;
  assert.equal(silence({ noOutputTimeoutMs: 1500, minMs: 9000 }), 1500);
  assert.equal(silence({ noOutputTimeoutRatio: 0.5 }), 500_000);
  assert.equal(silence({ noOutputTimeoutRatio: 0.5, maxMs: 400_000 }), 400_000);
  assert.equal(silence({ minMs: 700_000, maxMs: 1000 }), 700_000);
  const huge = { outputLimits: { maxTurnRawChars: 10 ** 12, maxTurnLines: 10 ** 12 } };
  const { mostChars, mostLines } = limitsOf(backend(huge), false, HOURS);
  assert.deepEqual([mostChars, mostLines], [64 * 1024 ** 2, 100_000]);
});
