// The lines in a shell's start-up file that load the completion (OpenClaw docs, "Completion"). Pure.
import type { Shell } from "./shells.ts";

const HEADER = "# OpenClaw Completion";

/** Lines that earlier versions wrote: they ran the program at every start of a shell. */
const SLOW =
  /^\s*(source\s+<\(|eval\s+"?\$\(|\.\s+<\()?\s*openclaw completion\b[^#;&]*?(\)"?|\|\s*source|\|\s*Out-String.*)\s*$/;

/** The line that loads the script, when it is there. */
export function sourceLine(shell: Shell, script: string): string {
  if (shell === "powershell") return `if (Test-Path ${single(script)}) { . ${single(script)} }`;
  if (shell === "fish") return `test -f ${double(script)}; and source ${double(script)}`;
  return `[ -f ${double(script)} ] && source ${double(script)}`;
}

const double = (path: string): string => `"${path.replaceAll(/["$`\\]/g, "\\$&")}"`;
const single = (path: string): string => `'${path.replaceAll("'", "''")}'`;

/** The start-up file with exactly one such block; what else it says stays as it is. */
export function withCompletion(profile: string, shell: Shell, script: string): string {
  const line = sourceLine(shell, script);
  const lines = profile.split("\n");
  const before = lines.filter((text, at) => text !== HEADER && !SLOW.test(text) && !isBlockLine(lines, at));
  if (isDone(lines, line)) return profile;
  const rest = before.join("\n").replace(/\n+$/, "");
  return `${rest === "" ? "" : `${rest}\n\n`}${HEADER}\n${line}\n`;
}

const isBlockLine = (lines: readonly string[], at: number): boolean =>
  lines[at - 1] === HEADER && lines[at]!.includes("openclaw");

const isDone = (lines: readonly string[], line: string): boolean =>
  lines.filter((text) => text === HEADER).length === 1 &&
  lines[lines.indexOf(HEADER) + 1] === line &&
  !lines.some((text) => SLOW.test(text));
