// The registered application of the Gemini CLI: its secret is no part of this program, it is read from the CLI
// that is installed.
import { globSync, readFileSync, realpathSync, statSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import type { Environment } from "../../secrets/env.ts";

export interface InstalledClient {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Inside the package, next to it, and in one file with everything. */
const PLACES = [
  "node_modules/@google/gemini-cli-core/dist/src/code_assist/oauth2.js",
  "../gemini-cli-core/dist/src/code_assist/oauth2.js",
  "bundle/*.js",
];

const ID = /\b\d{6,20}-[a-z0-9]{16,64}\.apps\.googleusercontent\.com\b/;
const SECRET = /\bGOCSPX-[\w-]{16,64}/;
const LARGEST_FILE = 64 * 1024 * 1024;

/** Of the `gemini` on `PATH`; `undefined` when there is none, or one of an unknown build. */
export function installedGeminiClient(env: Environment): InstalledClient | undefined {
  const root = packageRoot(env);
  if (root === undefined) return undefined;
  for (const file of PLACES.flatMap((place) => globSync(place, { cwd: root }))) {
    const text = contentOf(join(root, file));
    const [clientId, clientSecret] = [ID.exec(text)?.[0], SECRET.exec(text)?.[0]];
    if (clientId !== undefined && clientSecret !== undefined) return { clientId, clientSecret };
  }
  return undefined;
}

function packageRoot(env: Environment): string | undefined {
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  for (const folder of folders) {
    const program = realFile(join(folder, process.platform === "win32" ? "gemini.cmd" : "gemini"));
    const root = program === undefined ? undefined : rootAbove(program, folder);
    if (root !== undefined) return root;
  }
  return undefined;
}

/** On Windows the program is a script beside `node_modules`, elsewhere a link into the package. */
function rootAbove(program: string, folder: string): string | undefined {
  const above = [dirname(program), dirname(dirname(program)), dirname(dirname(dirname(program)))];
  const beside = join(folder, "node_modules/@google/gemini-cli");
  return [...above, beside].find((root) =>
    contentOf(join(root, "package.json")).includes('"@google/gemini-cli"'),
  );
}

function realFile(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function contentOf(path: string): string {
  try {
    const file = statSync(path);
    return file.isFile() && file.size <= LARGEST_FILE ? readFileSync(path, "utf8") : "";
  } catch {
    return "";
  }
}
