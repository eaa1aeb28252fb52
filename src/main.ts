// The program's entry: one door, the command line. The gateway is behind `gateway run`.
// In dist/ a launcher stands before it that checks Node's version (scripts/build.ts).
import { writeSync } from "node:fs";

const args = process.argv.slice(2);
if (args[0] === "--version" || args[0] === "-V") {
  const { VERSION } = await import("./cli/version.ts");
  writeSync(1, `${VERSION}\n`);
} else {
  const { openCommandLine } = await import("./cli/main.ts");
  process.exitCode = await openCommandLine(args);
}
