import assert from "node:assert/strict";
import { test } from "node:test";
import type { Written } from "./echo.ts";
import { ABSENT, acknowledged, judge, recordWrite } from "./echo.ts";

const credential = { type: "api_key", provider: "p", key: "sk-fake" } as const;
const replacing: Written = {
  generation: "new",
  credential,
  replaced: ["old", "older"],
  witnesses: [],
  kin: false,
  writtenAt: 0,
};
const adding: Written = { ...replacing, replaced: [ABSENT], witnesses: ["p:sibling"], kin: true };
const addingFirst: Written = { ...adding, witnesses: ["q:other"], kin: false };
const { generation: _generation, credential: _credential, ...removing } = replacing;

const cases: [string, Written, string, string[], boolean, ReturnType<typeof judge>][] = [
  ["our material stands", replacing, "new", [], false, "ours"],
  ["what we replaced is back", replacing, "old", [], false, "echo"],
  ["what we replaced two writes ago is back", replacing, "older", [], false, "echo"],
  ["somebody replaced ours", replacing, "theirs", [], false, "theirs"],
  ["somebody deleted what was there before us", replacing, ABSENT, ["p:sibling"], false, "theirs"],
  ["what we added is missing, a sibling is there", adding, ABSENT, ["p:sibling"], false, "echo"],
  ["the same, and its usage was reset", adding, ABSENT, ["p:sibling"], true, "echo"],
  ["the whole provider is gone: a logout", adding, ABSENT, ["q:other"], false, "theirs"],
  [
    "the provider's first profile is missing, others are there",
    addingFirst,
    ABSENT,
    ["q:other"],
    false,
    "echo",
  ],
  ["the same, and the state row forgot it: a logout", addingFirst, ABSENT, ["q:other"], true, "theirs"],
  ["nothing was there before, nothing is now", { ...adding, witnesses: [] }, ABSENT, [], false, "theirs"],
  [
    "missing, after another program had seen it",
    acknowledged(adding),
    ABSENT,
    ["p:sibling"],
    false,
    "theirs",
  ],
  ["removed by us, still gone", removing, ABSENT, [], false, "ours"],
  ["removed by us, an old copy brings it back", removing, "old", [], false, "echo"],
  ["removed by us, added anew with other material", removing, "theirs", [], false, "theirs"],
];

for (const [name, written, generation, present, forgotten, verdict] of cases) {
  test(`${name}: ${verdict}`, () => {
    assert.equal(judge(written, { generation, present: new Set(present), forgotten }), verdict);
  });
}

const row = (entries: Record<string, string>) => ({
  generations: new Map(Object.entries(entries)),
  providers: new Map(Object.keys(entries).map((id) => [id, id.split(":")[0]!])),
});

test("a record remembers what each write replaced, and who stood there when the profile came", () => {
  const added = recordWrite("p:a", { generation: "1", credential }, "p", undefined, row({ "q:x": "9" }), 5);
  assert.deepEqual([added.replaced, added.witnesses, added.kin], [[ABSENT], ["q:x"], false]);
  const changed = recordWrite("p:a", { generation: "2", credential }, "p", added, row({ "p:a": "1" }), 6);
  assert.deepEqual([changed.replaced, changed.witnesses], [[ABSENT, "1"], ["q:x"]]);
  const back = recordWrite("p:a", { generation: "1", credential }, "p", changed, row({ "p:a": "2" }), 7);
  assert.deepEqual(back.replaced, [ABSENT, "2"]);
  const removed = recordWrite("p:a", {}, "p", back, row({ "p:a": "1" }), 8);
  assert.equal(removed.credential, undefined);
  assert.deepEqual(removed.replaced, [ABSENT, "2", "1"]);
});
