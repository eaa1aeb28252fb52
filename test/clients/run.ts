// `npm run test:clients [-- <part of a file name> …]`: real programs before the gateway, on loopback alone. Installs
// them on first use. No part of `npm test`: they are large, and others make them.
import { globSync } from "node:fs";
import { join } from "node:path";
import { runForeground } from "../../scripts/foreground.mjs";
import { isInstalled, npmCi } from "../../scripts/npm-ci.mjs";

const FOLDER = import.meta.dirname;
const patterns = process.argv.slice(2);
const files = globSync("*.client.ts", { cwd: FOLDER })
  .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
  .toSorted();

if (files.length === 0) {
  console.error(`No client test has ${patterns.join(" or ")} in its name.`);
  process.exitCode = 1;
} else {
  if (!isInstalled(FOLDER)) await npmCi(FOLDER, "the clients", `Try "npm ci --prefix test/clients".`);
  const flags = ["--test", "--test-reporter=spec", "--test-timeout=900000", "--test-concurrency=1"];
  process.exitCode = await runForeground(process.execPath, [
    ...flags,
    ...files.map((file) => join(FOLDER, file)),
  ]);
}
