import assert from "node:assert/strict";
import { test } from "node:test";
import { agentIdOf, parseAgentName } from "./agent-id.ts";

const CASES: readonly (readonly [name: string, id: string])[] = [
  ["work", "work"],
  ["My Work!", "my-work"],
  ["my--work", "my--work"],
  ["_private_", "_private_"],
  ["  Ops / EU  ", "ops-eu"],
  ["Ünï", "n"],
  ["..", ""],
  ["../../etc", "etc"],
  ["-x-", "x"],
  ["日本", ""],
  [`${"a".repeat(63)}--b`, "a".repeat(63)],
];

for (const [name, id] of CASES) {
  test(`${JSON.stringify(name)} is ${id || "no id"}`, () => assert.equal(agentIdOf(name), id));
}

test("a name that makes no id, or that would draw on a terminal, is refused", () => {
  for (const name of ["", "  ", "!!!", "日本", "a\u001b[2Jb", "a\nb"])
    assert.throws(() => parseAgentName(name), { code: "bad_input" });
});

test("a name keeps its letters, its id is plain", () => {
  assert.deepEqual(parseAgentName(" My Work! "), { id: "my-work", name: "My Work!" });
});
