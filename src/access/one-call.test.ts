import assert from "node:assert/strict";
import { test } from "node:test";
import type { OneCall } from "./one-call.ts";
import { callOnce } from "./one-call.ts";

test("a call whose signal was raised before it began is not made", async () => {
  const call = { signal: AbortSignal.abort(), timeoutMs: 60_000, now: () => 0 } as Partial<OneCall>;
  assert.deepEqual(await callOnce(call as OneCall), { kind: "aborted" });
});
