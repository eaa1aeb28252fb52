// What is tested as a process: the build that a user runs, when the whole suite runs (scripts/test.ts has made it);
// the sources, when a test file is run by itself and the build may be old.
import { resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../..");

export const ENTRY = resolve(ROOT, process.env["TEST_ENTRY"] ?? "src/main.ts");
