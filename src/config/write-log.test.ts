import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { editConfig } from "./edit.ts";
import { digestOf } from "./history.ts";
import { resolvePaths } from "./paths.ts";
import { writeLogFile } from "./write-log.ts";

const folders: string[] = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

function home() {
  const folder = mkdtempSync(join(tmpdir(), "write-log-"));
  folders.push(folder);
  const paths = resolvePaths({}, folder);
  const log = writeLogFile(paths);
  return {
    paths,
    log,
    set: (n: number) =>
      editConfig(paths, [{ path: ["n"], value: n }], {
        now: Date.UTC(2026, 0, 2),
        version: "1.2.3",
        note: { change: `c${n}`, because: "models set" },
      }),
    lines: () =>
      readFileSync(log, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

const hexOf = (text: Buffer): string => Buffer.from(digestOf(text), "base64url").toString("hex");
const modeOf = (path: string): number => statSync(path).mode & 0o777;

test("each write leaves a line, an edit that changes nothing leaves none", async () => {
  const at = home();
  await at.set(1);
  const first = readFileSync(at.paths.configPath);
  chmodSync(at.paths.configPath, 0o640);
  await at.set(2);
  await at.set(2);
  const second = readFileSync(at.paths.configPath);
  const same = {
    ts: "2026-01-02T00:00:00.000Z",
    event: "config.write",
    configPath: at.paths.configPath,
    pid: process.pid,
    argv: ["openclaw", "models", "set"],
    nextMode: 0o600,
  };
  const none = { previousHash: null, previousBytes: null, previousMode: null };
  assert.deepEqual(at.lines(), [
    { ...same, ...none, nextHash: hexOf(first), nextBytes: first.length },
    {
      ...same,
      previousHash: hexOf(first),
      previousBytes: first.length,
      previousMode: 0o640,
      nextHash: hexOf(second),
      nextBytes: second.length,
    },
  ]);
  assert.deepEqual([modeOf(at.log), modeOf(dirname(at.log))], [0o600, 0o700]);
});

test("above 1 MB the older half goes, in whole lines", async () => {
  const at = home();
  mkdirSync(dirname(at.log), { recursive: true });
  const old = (n: number) => `${JSON.stringify({ old: n, filler: "x".repeat(100) })}\n`;
  writeFileSync(at.log, Array.from({ length: 10_000 }, (_, n) => old(n)).join(""));
  await at.set(1);
  const lines = at.lines();
  assert.ok(statSync(at.log).size < 700_000);
  assert.equal(modeOf(at.log), 0o600);
  assert.equal(lines.at(-2)?.["old"], 9999);
  assert.equal(lines.at(-1)?.["event"], "config.write");
});

test("a log that cannot be written stops no edit", async () => {
  const at = home();
  mkdirSync(at.paths.stateDir, { recursive: true });
  writeFileSync(dirname(at.log), "in the way");
  assert.equal((await at.set(1)).changed, true);
  assert.equal(existsSync(at.log), false);
});
