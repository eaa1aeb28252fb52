// One case of each command as a user has it: a process of its own. The others run in this process.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Case } from "./case.ts";
import { AWAITED, OURS, RECORDED, turn, TURNED } from "./case.ts";
import { asProcess } from "./doors.ts";
import { runCase } from "./run-case.ts";

/** The words before the first flag that name the command; arguments do not count. */
function commandOf(argv: readonly string[]): string {
  const end = argv.findIndex((word) => !/^[a-z-]+$/.test(word) || word.startsWith("-"));
  return argv.slice(0, end === -1 ? argv.length : end).join(" ");
}

const commandsOf = ({ steps }: Case): string[] =>
  steps.flatMap(({ argv, parallel = [] }) =>
    [...(argv ? [argv] : []), ...parallel.map((each) => each.argv)].map(commandOf),
  );

/** The first case of each command that no earlier one has run already. */
function chosen(cases: readonly Case[]): Case[] {
  const seen = new Set<string>();
  return cases.filter((each) => {
    const added = commandsOf(each).filter((command) => !seen.has(command));
    for (const command of added) seen.add(command);
    return added.length > 0;
  });
}

const turnedById = new Map(TURNED.map((turned) => [turned.id, turned]));
const built = [...RECORDED, ...OURS].filter(({ id }) => !(id in AWAITED));

describe("as a process", { concurrency: 4 }, () => {
  for (const each of chosen(built))
    test(`${each.id}: ${[...new Set(commandsOf(each))].join(", ")}`, async () => {
      const faults = await runCase(turn(each, turnedById.get(each.id)), asProcess);
      if (faults.length > 0) assert.fail(faults.join("\n"));
    });
});
