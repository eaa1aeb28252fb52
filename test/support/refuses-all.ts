// Requests of the control plane that are refused, each in its own words.
import assert from "node:assert/strict";
import type { ControlClient } from "./control-client.ts";

/** method, its params, and what the refusal says */
export type Fault = readonly [string, unknown, RegExp];

export async function refusesAll(client: ControlClient, faults: readonly Fault[]): Promise<void> {
  for (const [method, params, words] of faults) {
    const { ok, error } = await client.request(method, params);
    assert.equal(ok, false, method);
    assert.equal(error.code, "INVALID_REQUEST");
    assert.match(error.message, words);
  }
}
