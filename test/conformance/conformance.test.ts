// Every recorded case of OpenClaw 2026.7.1, and ours of the same groups, in this process. Where
// docs/differences.md says that we do something else, the case runs with our expectation.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Case } from "./case.ts";
import { AWAITED, OURS, RECORDED, turn, TURNED } from "./case.ts";
import { inProcess } from "./doors.ts";
import { runCase } from "./run-case.ts";

const turnedById = new Map(TURNED.map((turned) => [turned.id, turned]));

async function holds(each: Case): Promise<void> {
  const faults = await runCase(each, inProcess);
  if (faults.length > 0) assert.fail(faults.join("\n"));
}

describe("as recorded", { concurrency: 4 }, () => {
  for (const recorded of RECORDED.filter(({ id }) => !(id in AWAITED)))
    test(`${recorded.id}${turnedById.has(recorded.id) ? " (turned)" : ""}: ${recorded.title ?? ""}`, () =>
      holds(turn(recorded, turnedById.get(recorded.id))));
});

describe("others like them", { concurrency: 4 }, () => {
  for (const own of OURS) test(`${own.id}: ${own.title ?? ""}`, () => holds(own));
});
