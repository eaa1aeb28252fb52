// A case may be turned only where docs/differences.md lists it, and a listed case must be turned for a reason:
// what was recorded must not hold any more.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { AWAITED, OURS, RECORDED, TURNED } from "./case.ts";
import { inProcess } from "./doors.ts";
import { runCase } from "./run-case.ts";

const TABLE = readFileSync(join(import.meta.dirname, "../../docs/differences.md"), "utf8");
const ID = /`([a-z]+\.[a-z0-9-]+)`/g;
/** A cell of nothing but ids: the cases themselves. With words beside them, cases like them. */
const IDS_ALONE = /^(`[a-z]+\.[a-z0-9-]+`(, )?)+$/;

const cells = TABLE.split("\n").flatMap((line) => /^\| (.+?) +\|/.exec(line)?.[1] ?? []);
const idsIn = (cell: string): string[] => [...cell.matchAll(ID)].map((match) => match[1]!);
const listed = new Set(cells.filter((cell) => IDS_ALONE.test(cell)).flatMap(idsIn));
const recorded = new Map(RECORDED.map((each) => [each.id, each]));

test("what is turned is listed, and what is listed is turned", () => {
  const known = [...listed].filter((id) => recorded.has(id));
  assert.deepEqual(TURNED.map(({ id }) => id).toSorted(), known.toSorted());
});

test("an id stands for one case", () => {
  const ids = [...RECORDED, ...OURS].map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  const unknown = [...TURNED.map(({ id }) => id), ...Object.keys(AWAITED)].filter((id) => !recorded.has(id));
  assert.deepEqual(unknown, []);
});

describe("what was recorded no longer holds", { concurrency: 4 }, () => {
  const notHeld = [...TURNED.map(({ id }) => [id, "turned"]), ...Object.entries(AWAITED)] as const;
  for (const [id, why] of notHeld)
    test(`${id} (${why})`, async () => {
      const faults = await runCase(recorded.get(id!)!, inProcess);
      assert.notDeepEqual(faults, [], `${id} holds: take it out of turned.json or awaited.json.`);
    });
});
