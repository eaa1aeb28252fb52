import assert from "node:assert/strict";
import { test } from "node:test";
import type { EndedTurn } from "./turn-end.ts";
import { settleTurn } from "./turn-end.ts";

test("turns that are ended together are all told before anything of them is kept", async () => {
  const steps: string[] = [];
  const ended = (name: string): EndedTurn => ({
    events: { aborted: () => void steps.push(`${name} told`), fallbackStep: () => undefined } as any,
    sink: { text: "half a", finish: undefined, refusal: undefined },
    result: { kind: "aborted", attempts: [], waitedMs: 0, leftOut: [] } as any,
    models: [{ provider: "p", model: "m1" }],
    served: undefined,
    before: undefined,
    stopReason: "auth-revoked",
    times: { startedAt: 1, endedAt: 2 },
    message: (stopReason) => ({ role: "assistant", content: [], timestamp: 1, stopReason }) as any,
    keep: async ({ stopReason }) => void steps.push(`${name} kept as ${stopReason}`),
  });
  const ends = await Promise.all([settleTurn(ended("a")), settleTurn(ended("b"))]);
  assert.deepEqual(steps, ["a told", "b told", "a kept as aborted", "b kept as aborted"]);
  assert.deepEqual(
    ends.map((end) => end.kind === "aborted" && end.stopReason),
    ["auth-revoked", "auth-revoked"],
  );
});
