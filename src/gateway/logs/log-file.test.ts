import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { test } from "node:test";
import { eventually } from "../../../test/support/eventually.ts";
import type { LoggingConfig } from "../../config/config.ts";
import { LogFile } from "./log-file.ts";

const DAY = 24 * 3_600_000;
const NOON = new Date(2026, 5, 1, 12).getTime();

function logIn(t: TestContext, settings: Partial<LoggingConfig> = {}, file?: string) {
  const folder = mkdtempSync(join(tmpdir(), "log-file-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const clock = { now: NOON };
  const errors: unknown[] = [];
  const logFolder = join(folder, "logs");
  const log = new LogFile({
    file: file && join(folder, file),
    folder: logFolder,
    settings: () => ({ level: "info", consoleLevel: "info", maxFileBytes: 1e6, ...settings }),
    now: () => clock.now,
    hide: (text) => text.replaceAll("hush", "[secret]"),
    report: (error) => void (error === undefined || errors.push(error)),
  });
  return { log, folder, logFolder, clock, errors };
}

const linesOf = (path: string): any[] =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

/** pino opens and writes its files behind. */
const written = (path: string, text: string) =>
  eventually(() => assert.ok(readFileSync(path, "utf8").includes(text)));

test("one JSON object a line, by level, without secrets, the owner's alone; early lines come too", async (t) => {
  const { log, logFolder } = logIn(t);
  log.write("warn", "before it was open");
  log.write("debug", "not wanted");
  await log.open();
  log.write("error", "It failed with hush", new Error("hush is wrong"));
  const path = join(logFolder, "gateway-2026-06-01.log");
  await written(path, "It failed with");
  log.close();
  const [early, late] = linesOf(path);
  assert.equal(early.msg, "before it was open");
  assert.equal(early.level, 40);
  assert.equal(early.time, new Date(NOON).toISOString());
  assert.equal(late.msg, "It failed with [secret]");
  assert.equal(late.err.message, "[secret] is wrong");
  assert.ok(!readFileSync(path, "utf8").includes("hush"));
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("a file for each day, and those of two weeks ago are gone; others' files stay", async (t) => {
  const { log, logFolder, clock } = logIn(t);
  mkdirSync(logFolder);
  for (const name of ["gateway-2026-05-01.log", "notes.log"]) {
    writeFileSync(join(logFolder, name), "old");
    utimesSync(join(logFolder, name), (NOON - 31 * DAY) / 1000, (NOON - 31 * DAY) / 1000);
  }
  await log.open();
  log.write("info", "first");
  await written(join(logFolder, "gateway-2026-06-01.log"), "first");
  clock.now += DAY;
  log.write("info", "second");
  await written(join(logFolder, "gateway-2026-06-02.log"), "second");
  log.close();
  assert.deepEqual(readdirSync(logFolder).toSorted(), [
    "gateway-2026-06-01.log",
    "gateway-2026-06-02.log",
    "notes.log",
  ]);
  assert.equal(linesOf(join(logFolder, "gateway-2026-06-02.log"))[0].msg, "second");
});

test("a large file is put aside; there are at most five of them", async (t) => {
  const { log, folder } = logIn(t, { maxFileBytes: 300 }, "own.log");
  await log.open();
  for (let i = 0; i < 30; i++) {
    log.write("info", `line ${i} ${"x".repeat(100)}`);
    await written(join(folder, "own.log"), `line ${i} `);
  }
  await written(join(folder, "own.log"), "line 29");
  log.close();
  const names = readdirSync(folder).toSorted();
  assert.deepEqual(names, ["own.log", ...[1, 2, 3, 4, 5].map((n) => `own.log.${n}`)]);
  for (const name of names) assert.ok(statSync(join(folder, name)).size <= 400);
  assert.match(linesOf(join(folder, "own.log")).at(-1).msg, /line 29/);
});

test("a place that cannot be written is told, and costs lines alone", async (t) => {
  const { log, folder, errors } = logIn(t, {}, "file/log");
  writeFileSync(join(folder, "file"), "");
  await log.open();
  log.write("info", "nobody reads this");
  await eventually(() => assert.ok(errors.length > 0));
  log.close();
  assert.ok(!existsSync(join(folder, "file/log")));
});
