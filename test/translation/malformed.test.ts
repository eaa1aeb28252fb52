// Samples of the malformed soak. At full size: npm run soak:malformed
import assert from "node:assert/strict";
import { test } from "node:test";
import { malformedAtGateway } from "./malformed-gateway.ts";
import { malformedRounds } from "./malformed.ts";

const ROUNDS = 800;
const REQUESTS = 500;
const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 32);

test("requests and answers with faults make no codec fail", (t) => {
  t.diagnostic(`seed ${seed}`);
  try {
    malformedRounds(seed, ROUNDS);
  } catch (error) {
    throw new Error(`SEED=${seed} shows it again`, { cause: error });
  }
});

test("requests with faults at every route: an answer or a reason, never a failure of the gateway", async (t) => {
  t.diagnostic(`seed ${seed}; SEED=${seed} shows it again`);
  const { hits, wrong } = await malformedAtGateway({ seed, requests: REQUESTS, atOnce: 8 });
  assert.deepEqual(wrong, []);
  for (const status of [200, 400])
    assert.ok(
      Object.keys(hits).some((what) => what.endsWith(`: ${status}`)),
      `some are answered with ${status}`,
    );
});
