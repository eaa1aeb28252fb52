import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import * as fc from "fast-check";
import { HISTORY_KEPT_MS, MOST_CHANGES } from "../core/history.ts";
import type { JsonObject } from "../core/json.ts";
import { applyEdits } from "./apply-edits.ts";
import type { ConfigEdit } from "./apply-edits.ts";
import { editConfig } from "./edit.ts";
import type { ConfigEntry } from "./history.ts";
import { historyFile, placesOf, readConfigHistory, revertingEdits, stateOfItem } from "./history.ts";
import { resolvePaths } from "./paths.ts";

const root = mkdtempSync(join(tmpdir(), "config-history-"));
after(() => rmSync(root, { recursive: true }));

const NOW = Date.UTC(2026, 0, 2);

function home(content?: string) {
  const paths = resolvePaths({}, mkdtempSync(join(root, "home-")));
  if (content !== undefined) {
    mkdirSync(paths.stateDir);
    writeFileSync(paths.configPath, content);
  }
  const edit = (change: string, edits: ConfigEdit[], now = NOW) =>
    editConfig(paths, edits, { now, version: "1", note: { change, because: "models test" } });
  const history = (now = NOW) => readConfigHistory(paths, now);
  return { ...paths, edit, history };
}

const set = (path: string, value: unknown): ConfigEdit => ({ path: path.split("."), value });

test("an edit is remembered with its places, the text before, and nothing else", async () => {
  const at = home(`{ // mine\n "a": 1 }`);
  await at.edit("c1", [set("a", 2), set("b.c", "new")]);
  const [entry, ...more] = at.history();
  assert.deepEqual(more, []);
  assert.deepEqual(entry?.items, [
    { path: ["a"], before: 1, after: 2 },
    { path: ["b", "c"], after: "new" },
  ]);
  assert.deepEqual(entry.made.slice(0, 1), [["b"]]);
  assert.equal(entry.former, `{ // mine\n "a": 1 }`);
  assert.equal(statSync(historyFile(at)).mode & 0o777, 0o600);
});

test("an edit without a note, one that changes nothing and one that is refused are not remembered", async () => {
  const at = home(`{ "a": 1 }`);
  await editConfig(at, [set("a", 2)], { now: NOW, version: "1" });
  await at.edit("c1", [set("a", 2)]);
  await assert.rejects(at.edit("c2", [set("agents.list", "no list")]));
  assert.deepEqual(at.history(), []);
  assert.ok(!existsSync(historyFile(at)));
});

test("edits are told in the order they were made, whatever the clock read", async () => {
  const at = home();
  await at.edit("c1", [set("mine.a", 1)], NOW + 5);
  await at.edit("c2", [set("mine.b", 1)], NOW);
  await at.edit("c3", [set("mine.c", 1)], NOW);
  const times = at.history().map((entry) => entry.at);
  assert.deepEqual(times, [NOW + 5, NOW + 6, NOW + 7]);
});

test("an entry whose edit never reached the config is no entry", async () => {
  const at = home(`{ "a": 1 }`);
  await at.edit("c1", [set("a", 2)]);
  const before = readFileSync(at.configPath);
  await at.edit("c2", [set("a", 3)]);
  // As a kill between the two writes leaves it.
  writeFileSync(at.configPath, before);
  const told = () => at.history().map(({ change }) => change);
  assert.deepEqual(told(), ["c1"]);
  await at.edit("c3", [set("a", 4)]);
  assert.deepEqual(told(), ["c1", "c3"]);
});

test("number, age and size are bounded; a damaged history costs the history alone", async () => {
  const at = home(`{}`);
  for (let n = 0; n < MOST_CHANGES + 2; n++) await at.edit(`c${n}`, [set("a", n)]);
  assert.equal(at.history().length, MOST_CHANGES);
  assert.equal(at.history()[0]?.change, "c2");
  assert.deepEqual(at.history(NOW + HISTORY_KEPT_MS + 100), []);
  await at.edit("big", [set("big", "x".repeat(600_000))]);
  await at.edit("bigger", [set("big", "y".repeat(600_000))]);
  assert.deepEqual(
    at.history().map(({ change }) => change),
    ["bigger"],
  );
  writeFileSync(historyFile(at), `{"entries":[{"change":1},null]}`);
  assert.deepEqual(at.history(), []);
  await at.edit("next", [set("a", -1)]);
  assert.equal(at.history().length, 1);
});

test("a place tells whether it is as the edit left it", () => {
  const item = { path: ["a", "b"], before: 1, after: [2] };
  assert.equal(stateOfItem({ a: { b: [2] } }, item), "left");
  assert.equal(stateOfItem({ a: { b: 1 } }, item), "before");
  assert.equal(stateOfItem({ a: { b: 3 } }, item), "other");
  assert.equal(stateOfItem({}, item), "other");
  assert.equal(stateOfItem({}, { path: ["a"], before: 1 }), "left");
});

test("objects made on the way go, unless something else lies in them now", () => {
  const before = { a: {} };
  const left = { a: { b: { c: { d: 1 } } } };
  const entry = placesOf(before, left) as ConfigEntry;
  assert.deepEqual(applyEdits(left, revertingEdits(left, entry)), before);
  const since = { a: { b: { c: { d: 1 }, e: 2 } } };
  assert.deepEqual(applyEdits(since, revertingEdits(since, entry)), { a: { b: { e: 2 } } });
});

test("property: taken back at once, every document is what it was", () => {
  const value = fc.letrec((tie) => ({
    node: fc.oneof({ maxDepth: 4 }, fc.integer(), fc.constant(null), fc.array(fc.nat(3)), tie("object")),
    object: fc.dictionary(fc.constantFrom("a", "b", "c", "__proto__"), tie("node"), { maxKeys: 3 }),
  })).object as fc.Arbitrary<JsonObject>;
  const plain = value.map((each) => JSON.parse(JSON.stringify(each)) as JsonObject);
  fc.assert(
    fc.property(plain, plain, (before, left) => {
      const entry = placesOf(before, left) as ConfigEntry;
      assert.ok(entry.items.every((item) => stateOfItem(left, item) === "left"));
      assert.deepEqual(applyEdits(left, revertingEdits(left, entry)), before);
    }),
  );
});
