// The program's entry: one door, the command line. The gateway is behind `gateway run`.
// In dist/ a launcher stands before it that checks Node's version (scripts/build.ts).
import { writeSync } from "node:fs";

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === "--version" || args[0] === "-V") {
    const { VERSION } = await import("./cli/version.ts");
    writeSync(1, `${VERSION}\n`);
    return 0;
  }
  const { openCommandLine } = await import("./cli/main.ts");
  return openCommandLine(args);
}

// Not `await`ed: the bundle is CommonJS, which starts faster.
void main(process.argv.slice(2)).then((exitCode) => (process.exitCode = exitCode));
