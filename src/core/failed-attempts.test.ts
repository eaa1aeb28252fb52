import assert from "node:assert/strict";
import { test } from "node:test";
import { FailedAttempts } from "./failed-attempts.ts";

const LIMITS = { maxAttempts: 3, windowMs: 1000, lockoutMs: 5000 };
const NOW = 1_800_000_000_000;

test("the last of the allowed failures locks the source out, for its time and no longer", () => {
  const attempts = new FailedAttempts();
  for (let n = 0; n < 3; n++) {
    assert.equal(attempts.lockedUntil("a", NOW), undefined);
    attempts.failed("a", LIMITS, NOW);
  }
  assert.equal(attempts.lockedUntil("a", NOW + 4999), NOW + 5000);
  assert.equal(attempts.lockedUntil("a", NOW + 5000), undefined);
  assert.equal(attempts.lockedUntil("b", NOW), undefined);
  attempts.failed("a", LIMITS, NOW + 5000);
  assert.equal(attempts.lockedUntil("a", NOW + 5001), undefined, "it begins anew");
});

test("failures that lie apart do not add up", () => {
  const attempts = new FailedAttempts();
  for (let n = 0; n < 20; n++) attempts.failed("a", LIMITS, NOW + n * 600);
  assert.equal(attempts.lockedUntil("a", NOW + 20 * 600), undefined);
});

test("a flood of sources is counted as one, in bounded memory, and forgets nobody who is locked out", () => {
  const attempts = new FailedAttempts();
  for (let n = 0; n < 3; n++) attempts.failed("guesser", LIMITS, NOW);
  for (let n = 0; n < 200_000; n++) attempts.failed(`flood ${n}`, LIMITS, NOW + 1);
  assert.equal(attempts.lockedUntil("guesser", NOW + 1), NOW + 5000);
  assert.equal(attempts.lockedUntil("one more", NOW + 1), NOW + 5001);
  // When all of it is over there is room again.
  attempts.failed("later", LIMITS, NOW + 10_000);
  assert.equal(attempts.lockedUntil("one more", NOW + 10_000), undefined);
  assert.equal(attempts.lockedUntil("later", NOW + 10_000), undefined);
});

test("sources that have shown the right secret are known, the newest of them", () => {
  const attempts = new FailedAttempts();
  for (let n = 0; n < 5000; n++) attempts.succeeded(`source ${n}`);
  assert.equal(attempts.knows("source 4999"), true);
  assert.equal(attempts.knows("source 0"), false);
});
