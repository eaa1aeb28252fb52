import assert from "node:assert/strict";
import { test } from "node:test";
import { newRunId } from "./run-id.ts";

const VERSION_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("ids of runs are UUIDs that sort by time, and differ within a moment", () => {
  const now = Date.UTC(2026, 6, 1);
  const ids = [now, now + 1, now + 100_000, now + 400 * 24 * 3600 * 1000].map(newRunId);
  for (const id of ids) assert.match(id, VERSION_7);
  assert.deepEqual(ids.toSorted(), ids);
  assert.notEqual(newRunId(now), newRunId(now));
  for (const odd of [0, -1, 0.5, 2 ** 52]) assert.match(newRunId(Math.abs(odd)), VERSION_7);
});
