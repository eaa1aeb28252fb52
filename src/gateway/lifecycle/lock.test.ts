import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { resolvePaths } from "../../config/paths.ts";
import type { ReloadReport } from "../settings/reload.ts";
import { holdLock, readLock } from "./lock.ts";

const home = mkdtempSync(join(tmpdir(), "lock-"));
after(() => rmSync(home, { recursive: true }));
const paths = resolvePaths({}, home);
const file = join(paths.globalDir, "gateway.lock");

const silent = () => undefined;
const holder = {
  paths: () => paths,
  now: Date.now,
  log: { info: silent, warn: silent, error: silent },
};

const REPORT: ReloadReport = { number: 1, at: 2, outcome: "applied", changed: ["agents"], restart: [] };
const ROW = { pid: 7, startedAt: 8 };

test("what a gateway tells of itself is read, and nothing else that stands there", () => {
  const lock = holdLock(holder, { host: "127.0.0.1", port: 4711 });
  lock.note(REPORT);
  lock.noteWorkers([ROW]);
  assert.deepEqual([readLock(paths)?.reload, readLock(paths)?.workers], [REPORT, [ROW]]);
  const written = JSON.parse(readFileSync(file, "utf8"));
  for (const reload of [
    {},
    [],
    { ...REPORT, outcome: 1 },
    { ...REPORT, restart: "all" },
    { ...REPORT, changed: [1] },
  ]) {
    writeFileSync(file, JSON.stringify({ ...written, reload, workers: [null, 7, { pid: "7" }, ROW] }));
    assert.deepEqual([readLock(paths)?.reload, readLock(paths)?.workers], [undefined, [ROW]]);
  }
  lock.release();
  assert.equal(readLock(paths), undefined);
});

test("a disk that is full costs the lock, and no gateway", { skip: !existsSync("/dev/full") }, () => {
  const said: string[] = [];
  const told = { ...holder, log: { ...holder.log, warn: (line: string) => void said.push(line) } };
  const fillDisk = () => symlinkSync("/dev/full", `${file}.${process.pid}`);
  fillDisk();
  holdLock(told, { host: "127.0.0.1", port: 4711 }).release();
  assert.equal(readLock(paths), undefined);
  const lock = holdLock(told, { host: "127.0.0.1", port: 4711 });
  fillDisk();
  lock.note(REPORT);
  assert.deepEqual([readLock(paths)?.port, readLock(paths)?.reload], [4711, undefined]);
  lock.note(REPORT);
  assert.deepEqual(readLock(paths)?.reload, REPORT);
  lock.release();
  assert.equal(said.length, 2);
  for (const line of said) assert.match(line, /gateway\.lock cannot be written \(ENOSPC.*Check free space/);
});
