// Many real processes on one file, and processes that are killed (DESIGN, "Never broken" 4, 5).
// STORE_SOAK=1 runs more of both.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { MOST_CHANGES } from "../../src/core/history.ts";
import type { AgentState, HistoryEntry } from "../../src/store/store.ts";
import { inHome, rowsOf } from "./home.ts";

const soak = process.env["STORE_SOAK"] === "1";
const PROCESSES = 8;
const ROUNDS = soak ? 250 : 15;
const KILLS = soak ? 400 : 8;
const writer = new URL("./writer.ts", import.meta.url).pathname;

interface Run {
  readonly child: ChildProcess;
  /** every line said so far */
  said(): string[];
  readonly ended: Promise<unknown>;
  faults(): string;
}

function start(folder: string, name: string, rounds: number): Run {
  const child = spawn(process.execPath, [writer, folder, name, String(rounds)]);
  let [out, err] = ["", ""];
  child.stdout.on("data", (data) => (out += data));
  child.stderr.on("data", (data) => (err += data));
  // A line that was cut by the kill was not said.
  return { child, said: () => out.split("\n").slice(0, -1), ended: once(child, "close"), faults: () => err };
}

function assertSound(file: string): void {
  const db = new DatabaseSync(file);
  assert.equal(db.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
  db.close();
}

/** A change and its entry in the history are both there, or neither is: the newest 20 are the newest 20. */
function assertRemembered({ profiles }: AgentState, history: readonly HistoryEntry[]): void {
  const noted = profiles.map(({ id }) => id).filter((id) => id !== "shared:count");
  assert.deepEqual(
    history.map(({ change }) => change),
    noted.slice(-MOST_CHANGES),
  );
}

const numbersOf = (entries: readonly string[], name: string): number[] =>
  entries.filter((entry) => entry.startsWith(`${name}:`)).map((entry) => Number(entry.split(":")[1]));

test(`${PROCESSES} processes, ${ROUNDS * 4} mixed writes each: nothing is lost, nobody sees a lock`, () =>
  inHome(async ({ folder, file, open }) => {
    const names = Array.from({ length: PROCESSES }, (_, n) => `writer${n}`);
    const runs = names.map((name) => start(folder, name, ROUNDS));
    await Promise.all(runs.map((run) => run.ended));
    for (const run of runs) assert.equal(run.said().at(-1), "done", run.faults());
    const { state } = await open(Date.now).read("main");
    const rounds = Array.from({ length: ROUNDS }, (_, round) => round);
    const ids = state.profiles.map(({ id }) => id);
    const order = state.order.get("shared")!;
    for (const name of names) {
      assert.deepEqual(numbersOf(ids, name), rounds);
      assert.deepEqual(numbersOf(order, name), rounds);
    }
    assert.equal(ids.length, PROCESSES * ROUNDS + 1);
    assert.equal(order.length, PROCESSES * ROUNDS);
    assert.equal(rowsOf(file).store.profiles["shared:count"].count, PROCESSES * ROUNDS);
    assert.equal(state.health.get("env:SHARED#1")?.errorCount, PROCESSES * ROUNDS);
    assertSound(file);
  }));

test(`${KILLS} kills at random moments: every acknowledged credential and order is there`, () =>
  inHome(async ({ folder, file, open }) => {
    const acknowledged = new Set<string>();
    for (let kill = 0; kill < KILLS; kill += 2) {
      const runs = [start(folder, `kill${kill}`, 1e6), start(folder, `kill${kill + 1}`, 1e6)];
      while (!runs.every((run) => run.said().length > 0)) await sleep(5);
      for (const run of runs) {
        await sleep(Math.random() * 60);
        run.child.kill("SIGKILL");
      }
      await Promise.all(runs.map((run) => run.ended));
      for (const run of runs) for (const line of run.said()) acknowledged.add(line);
      const store = open(Date.now);
      const { state } = await store.read("main");
      const ids = new Set(state.profiles.map(({ id }) => `profile ${id}`));
      assertRemembered(state, await store.history("main"));
      const order = new Set(state.order.get("shared")?.map((entry) => `order ${entry}`));
      const lost = [...acknowledged].filter((line) => !ids.has(line) && !order.has(line));
      assert.deepEqual(lost, []);
    }
    assert.ok(acknowledged.size >= KILLS);
    assertSound(file);
  }));
