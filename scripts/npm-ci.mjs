// Installs a folder's packages exactly as its lock file names them, and tells whether that is needed.
// Plain JavaScript on built-ins alone: it runs before anything is installed, on Node 20.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const TELL_EVERY_MS = 10_000;

/** What stops a script: one sentence for the person who started it. */
export class SetupError extends Error {}

/**
 * Whether `folder/node_modules` holds what `folder/package-lock.json` asks for. npm keeps its own record of
 * what it installed; packages for other machines are missing there, and may be.
 *
 * @param {string} folder
 */
export function isInstalled(folder) {
  const wanted = packagesOf(join(folder, "package-lock.json"));
  const installed = packagesOf(join(folder, "node_modules", ".package-lock.json"));
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === "") return true;
    const present = installed[path];
    return present ? present.version === version : optional === true;
  });
}

/**
 * @param {string} lockFile
 * @returns {Record<string, { version?: string, optional?: boolean }>}
 */
function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, "utf8")).packages ?? {};
  } catch {
    return {};
  }
}

/**
 * Runs `npm ci` in `folder`, progress on stderr.
 *
 * @param {string} folder
 * @param {string} what for the progress lines: "Node 24"
 * @param {string} remedy a sentence for when it fails
 */
export async function npmCi(folder, what, remedy) {
  const startedAt = Date.now();
  const seconds = () => `${((Date.now() - startedAt) / 1000).toFixed(0)} s`;
  tell(`Installing ${what} (npm ci) …`);
  const ticks = setInterval(() => tell(`Installing ${what}: ${seconds()} so far …`), TELL_EVERY_MS);
  const ended = await run(folder).finally(() => clearInterval(ticks));
  if (ended !== "code 0")
    throw new SetupError(`Could not install ${what}: "npm ci" in ${folder} ended with ${ended}. ${remedy}`);
  tell(`Installed ${what} in ${seconds()}.`);
}

/** @param {string} text */
export const tell = (text) => void process.stderr.write(`${text}\n`);

/**
 * @param {string} folder
 * @returns {Promise<string>} `code <n>`, or what kept npm from running
 */
function run(folder) {
  const { command, args } = npm();
  // A caller may have asked npm to leave out what start and test need (NODE_ENV=production).
  const flags = ["--include=dev", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error"];
  return new Promise((resolve) => {
    const child = spawn(command, [...args, "ci", ...flags], {
      cwd: folder,
      // stdout belongs to the script that is started afterwards
      stdio: ["ignore", 2, 2],
      shell: process.platform === "win32" && args.length === 0,
    });
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code, signal) => resolve(signal ?? `code ${code}`));
  });
}

/** The npm that started us, else the one in PATH. */
function npm() {
  const script = process.env["npm_execpath"];
  return script?.endsWith("npm-cli.js")
    ? { command: process.execPath, args: [script] }
    : { command: "npm", args: [] };
}
