import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StickyProfiles } from "../../access/sticky.ts";
import { sharedMemory } from "./memory.ts";

const LIMITS = { maxAttempts: 2, windowMs: 1000, lockoutMs: 60_000 };
const HOUR_MS = 3_600_000;

describe("what processes remember for each other", () => {
  test("a worker that begins knows what the others had told", () => {
    const primary = sharedMemory(() => undefined);
    const old = sharedMemory((told) => primary.hear(structuredClone(told)));
    old.sticky.set("talk", "p:a", 5);
    old.sticky.set("older", "p:b", 5 - HOUR_MS);
    old.attempts.failed("guesser", LIMITS, 5);
    old.attempts.failed("guesser", LIMITS, 6);
    old.attempts.succeeded("holder");
    const next = sharedMemory(() => assert.fail("nothing of this is news"));
    next.take(structuredClone(primary.all(10)));
    assert.ok(next.sticky instanceof StickyProfiles);
    assert.equal(next.sticky.get("talk", 10), "p:a");
    assert.deepEqual(primary.all(10).sticky, [["talk", "p:a", 5]]);
    assert.equal(next.attempts.lockedUntil("guesser", 10), 60_006);
    assert.equal(next.attempts.knows("holder"), true);
  });
});
