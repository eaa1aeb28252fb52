import assert from "node:assert/strict";
import { test } from "node:test";
import { mergePatch } from "./merge-patch.ts";
import { redact, REDACTED } from "./redact.ts";
import { restoreRedacted } from "./restore-redacted.ts";

const CURRENT = {
  gateway: { auth: { token: "fake-token" } },
  list: [
    { id: "a", apiKey: "fake-a" },
    { id: "b", apiKey: "fake-b" },
  ],
  bare: [{ apiKey: "fake-1" }, { apiKey: "fake-2" }],
};
const SHOWN = redact(CURRENT, []) as typeof CURRENT;

test("what comes back as it was shown is what it was", () => {
  assert.deepEqual(restoreRedacted(SHOWN, CURRENT), CURRENT);
});

test("entries that moved keep their own secrets", () => {
  const moved = { ...SHOWN, list: [SHOWN.list[1], { ...SHOWN.list[0], name: "new" }] };
  assert.deepEqual(restoreRedacted(moved, CURRENT)["list"], [
    { id: "b", apiKey: "fake-b" },
    { id: "a", apiKey: "fake-a", name: "new" },
  ]);
});

test("a secret never ends up elsewhere", () => {
  const elsewhere: readonly Record<string, unknown>[] = [
    { ...SHOWN, bare: [SHOWN.bare[1]] },
    { ...SHOWN, list: [{ id: "c", apiKey: REDACTED }] },
    { ...SHOWN, env: { OTHER_TOKEN: REDACTED } },
    { ...SHOWN, gateway: { auth: { token: `${REDACTED}x` } } },
  ];
  for (const given of elsewhere) assert.throws(() => restoreRedacted(given, CURRENT), /stand-in/);
});

test("a part is laid over the whole; arrays lose entries only where that was said", () => {
  assert.deepEqual(mergePatch({ a: { b: 1, c: 2 }, d: 3 }, { a: { b: null, e: 4 }, d: null }, []), {
    a: { c: 2, e: 4 },
  });
  assert.throws(() => mergePatch({ a: { list: [1, 2] } }, { a: { list: [1] } }, []), /a\.list/);
  assert.throws(() => mergePatch({ list: [1] }, { list: null }, []), /list/);
  assert.deepEqual(mergePatch({ a: { list: [1, 2] } }, { a: { list: [1] } }, ["a.list"]), {
    a: { list: [1] },
  });
});
