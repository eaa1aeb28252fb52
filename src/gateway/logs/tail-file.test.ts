import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { tailFile } from "./tail-file.ts";

const folder = mkdtempSync(join(tmpdir(), "tail-test-"));
const file = join(folder, "x.log");
after(() => rmSync(folder, { recursive: true }));
const all = { limit: 100, maxBytes: 1000 };

test("whole lines from the end, so many and so much of them", async () => {
  writeFileSync(file, "one\ntwo\nthree\nfou");
  const whole = { file, cursor: 14, size: 17, truncated: false, reset: false };
  assert.deepEqual(await tailFile(file, all), { ...whole, lines: ["one", "two", "three"] });
  assert.deepEqual(await tailFile(file, { ...all, limit: 1 }), {
    ...whole,
    lines: ["three"],
    truncated: true,
  });
  const few = await tailFile(file, { ...all, maxBytes: 11 });
  assert.deepEqual([few.lines, few.truncated], [["three"], true]);
  const none = await tailFile(file, { ...all, maxBytes: 2 });
  assert.deepEqual([none.lines, none.truncated, none.cursor], [[], true, 15]);
});

test("from a cursor what was added; of another file its end", async () => {
  writeFileSync(file, "one\ntwo\n");
  const { cursor } = await tailFile(file, all);
  assert.deepEqual((await tailFile(file, { ...all, cursor })).lines, []);
  writeFileSync(file, "one\ntwo\nthree\n");
  assert.deepEqual((await tailFile(file, { ...all, cursor })).lines, ["three"]);
  const other = await tailFile(file, { ...all, cursor: 1000 });
  assert.deepEqual([other.lines.length, other.reset], [3, true]);
});

test("no file is an empty one", async () => {
  const nothing = { cursor: 0, size: 0, lines: [], truncated: false, reset: false };
  assert.deepEqual(await tailFile(undefined, all), { file: "", ...nothing });
  assert.deepEqual(await tailFile(join(folder, "none"), all), { file: join(folder, "none"), ...nothing });
});
