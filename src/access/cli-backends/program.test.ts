import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "../../../test/support/eventually.ts";
import { join } from "node:path";
import type { ProgramOrder } from "./program-order.ts";
import { Program } from "./program.ts";

const held: number[] = [];
const order = (script: string, more: Partial<ProgramOrder> = {}): ProgramOrder => ({
  command: "/bin/sh",
  args: ["-c", script],
  env: { PATH: process.env["PATH"]! },
  cwd: "/",
  input: "",
  timeoutMs: 60_000,
  silenceMs: 60_000,
  mostChars: 1_000_000,
  mostLines: 1000,
  warden: { hold: (pid) => void held.push(pid), release: (pid) => void held.splice(held.indexOf(pid), 1) },
  ...more,
});
const isPosix = process.platform !== "win32";

test("one that ends while nobody listens is heard to its last word", { skip: !isPosix }, async () => {
  const lines: string[] = [];
  const program = new Program(order("echo one; echo two"), (line) => lines.push(line));
  program.pause();
  assert.equal(held.length, 1);
  assert.deepEqual(await program.ended, { kind: "ended", exit: 0, signal: null, stderr: "" });
  assert.deepEqual([lines, held], [["one", "two"], []]);
});

test("why a program was never started", { skip: !isPosix }, async () => {
  const endOf = (more: Partial<ProgramOrder>) => new Program(order("", more), () => undefined).ended;
  assert.deepEqual(await endOf({ command: "/nowhere/x" }), { kind: "unstarted", errno: "ENOENT" });
  assert.deepEqual(await endOf({ cwd: join(import.meta.dirname, "nowhere") }), {
    kind: "unstarted",
    errno: "ENOTDIR",
  });
  assert.deepEqual(await endOf({ command: import.meta.filename }), { kind: "unstarted", errno: "EACCES" });
  const long = { args: ["-c", "x".repeat(4_000_000)] };
  assert.deepEqual(await endOf(long), { kind: "unstarted", errno: "E2BIG" });
  assert.deepEqual(held, []);
});

test("what it leaves running in its group ends with it", { skip: !isPosix }, async () => {
  const lines: string[] = [];
  await new Program(order("sleep 600 & echo $!"), (line) => lines.push(line)).ended;
  await eventually(() => assert.throws(() => process.kill(Number(lines[0]), 0)));
});
