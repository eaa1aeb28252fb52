import assert from "node:assert/strict";
import { test } from "node:test";
import { readFault } from "./faults.ts";

/** As `node:sqlite` throws it. */
const thrown = (errcode: number, message: string) => Object.assign(new Error(message), { errcode });

test("nobody is told to move a file away because the disk is full", () => {
  const told = (errcode: number, message: string): string =>
    String(readFault("/x/y.sqlite", thrown(errcode, message)));
  for (const [code, message] of [
    [4874, "disk I/O error"],
    [13, "database or disk is full"],
  ] as const)
    assert.match(
      told(code, message),
      new RegExp(`\\(${message}\\)\\. It was left as it is\\. Check free space`),
    );
  for (const [code, message] of [
    [266, "disk I/O error"],
    [26, "file is not a database"],
  ] as const)
    assert.match(told(code, message), /Restore it from a backup or move it away/);
});
