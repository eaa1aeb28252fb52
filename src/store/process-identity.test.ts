import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import type { ProcessIdentity } from "./process-identity.ts";
import { fateOf, thisProcess } from "./process-identity.ts";

const self = thisProcess();
const gone = spawnSync(process.execPath, ["-e", "0"]).pid;
const linux = { skip: self.startTime === undefined && "no /proc" };

const cases: [string, ProcessIdentity, ReturnType<typeof fateOf>][] = [
  ["ourselves", self, "alive"],
  ["a process that ended", { ...self, pid: gone }, "dead"],
  ["our pid, started at another time", { ...self, startTime: "1" }, "dead"],
  ["another boot of this machine", { ...self, bootId: "other" }, "dead"],
  ["another machine", { ...self, bootId: "other", host: "elsewhere" }, "unknown"],
  ["another container of this machine", { ...self, pid: gone, pidNamespace: "pid:[1]" }, "unknown"],
];
for (const [name, owner, fate] of cases) {
  test(`${name}: ${fate}`, linux, () => assert.equal(fateOf(owner, self), fate));
}

test("without /proc the pid alone decides", () => {
  const bare = { pid: process.pid, host: self.host };
  assert.equal(fateOf(bare, bare), "alive");
  assert.equal(fateOf({ ...bare, pid: gone }, bare), "dead");
  assert.equal(fateOf({ ...bare, host: "elsewhere" }, bare), "unknown");
});
