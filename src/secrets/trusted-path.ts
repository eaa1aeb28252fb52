// Whether a file may be believed: what others may write, or read where it holds secrets, is none of ours
// (fidelity spec §8; seen in 2026.7.1).
import type { Stats } from "node:fs";
import { lstatSync, realpathSync, statSync } from "node:fs";
import { sep } from "node:path";
import type { ExecProvider } from "../core/secret-ref.ts";

const READABLE_BY_OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;

type Kind = "secrets" | "program";

/** What is wrong with who owns the file and who else gets at it; `undefined` when nothing is. */
export function accessFault(stats: Pick<Stats, "mode" | "uid">, kind: Kind): string | undefined {
  if (process.platform === "win32")
    return "it cannot be checked on Windows who else has access; allowInsecurePath: true trusts it";
  const open = stats.mode & (kind === "secrets" ? READABLE_BY_OTHERS : WRITABLE_BY_OTHERS);
  if (open !== 0)
    return kind === "secrets"
      ? `others than its owner have access (mode ${modeText(stats.mode)}; chmod 600)`
      : `others than its owner may change it (mode ${modeText(stats.mode)}; chmod go-w)`;
  const own = process.getuid?.();
  if (stats.uid !== own && stats.uid !== 0) return "it belongs to another user";
  return undefined;
}

const modeText = (mode: number): string => (mode & 0o777).toString(8);

/** The program that a block names, links followed; or why it must not be started. */
export function trustedProgram(block: ExecProvider): { readonly path: string } | { readonly fault: string } {
  const { command, allowSymlinkCommand, allowInsecurePath, trustedDirs } = block;
  let path = command;
  let stats: Stats;
  try {
    stats = lstatSync(command);
    if (stats.isSymbolicLink()) {
      if (!allowSymlinkCommand)
        return { fault: `${command} is a symbolic link; allowSymlinkCommand: true allows it` };
      path = realpathSync(command);
      stats = statSync(path);
    }
    if (!stats.isFile()) return { fault: `${path} is no file` };
    if (trustedDirs && !trustedDirs.some((folder) => isInside(path, folder)))
      return { fault: `${path} lies outside its trustedDirs` };
  } catch (error) {
    return { fault: `${command} cannot be read (${codeOf(error)})` };
  }
  const fault = allowInsecurePath ? undefined : accessFault(stats, "program");
  return fault === undefined ? { path } : { fault: `${path}: ${fault}` };
}

function isInside(path: string, folder: string): boolean {
  try {
    const real = realpathSync(folder);
    return realpathSync(path).startsWith(real.endsWith(sep) ? real : `${real}${sep}`);
  } catch {
    return false;
  }
}

/** How the system names a failure: its words may hold more than people are to see. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "failed";
