import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpRun } from "./http-run.ts";
import { AUTH_REVOKED, Runs, SHUTDOWN } from "./runs.ts";

/** A call of `p` whose client waits. */
function waiting(told: any[]) {
  const served = { runId: "run", place: {}, plan: { models: [{ provider: "p", model: "m" }] } };
  const sink = {
    gone: false,
    leave: () => (sink.gone = true),
    refuse: (refusal: unknown) => void told.push(refusal),
  };
  return new HttpRun(served as any, sink as any);
}

test("SDKs repeat a call that a stopping gateway ended, and no other", () => {
  const ended = (reason: string) => {
    const told: any[] = [];
    const run = waiting(told);
    const runs = new Runs();
    runs.add(run);
    runs.abortAll(reason);
    // Whatever ends it later does not change why.
    runs.abortAll("rpc");
    run.tell();
    const late = waiting([]);
    runs.add(late);
    assert.equal(late.stopReason, "rpc");
    const [{ status, details, final = false }] = told;
    return [status, details.stopReason, final];
  };
  assert.deepEqual(ended(SHUTDOWN), [503, "shutdown", false]);
  assert.deepEqual(ended(AUTH_REVOKED), [401, "auth-revoked", true]);
  assert.deepEqual(ended("rpc"), [409, "rpc", true]);
});
