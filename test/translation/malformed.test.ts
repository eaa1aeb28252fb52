import { test } from "node:test";
import { malformedRounds } from "./malformed.ts";

const ROUNDS = 800;

test("requests and answers with faults make no codec fail", (t) => {
  const seed = Number(process.env["SEED"] ?? Date.now() % 2 ** 32);
  t.diagnostic(`seed ${seed}`);
  try {
    malformedRounds(seed, ROUNDS);
  } catch (error) {
    throw new Error(`SEED=${seed} shows it again`, { cause: error });
  }
});
