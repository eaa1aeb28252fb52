import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { readJournal, removeJournal, writeJournal } from "./journal.ts";

const folders: string[] = [];
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "apply-journal-"));
  folders.push(folder);
});
after(() => folders.forEach((path) => rmSync(path, { recursive: true })));

test("what was written is read, and gone once it is removed", async () => {
  assert.equal(readJournal(folder), undefined);
  await writeJournal(folder, new Set(["one", "two"]));
  assert.deepEqual(readJournal(folder), new Set(["one", "two"]));
  removeJournal(folder);
  assert.equal(readJournal(folder), undefined);
});

test("a journal that cannot be read is not taken for none: what it names would stay in its copies", () => {
  const file = join(folder, "secrets-apply.json");
  mkdirSync(file);
  assert.throws(() => readJournal(folder), { code: "store_unreadable", message: /secrets-apply\.json/ });
});

for (const text of ["", "{", "[]", '{"version":1}', '{"version":1,"moved":[7]}'])
  test(`nor is one that holds ${text || "nothing"}`, () => {
    writeFileSync(join(folder, "secrets-apply.json"), text);
    assert.throws(() => readJournal(folder), { code: "store_unreadable", message: /remove it/ });
  });
