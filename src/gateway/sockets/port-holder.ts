// Who listens on a port, where the system tells: on Linux, of programs that this user may look at.
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { basename } from "node:path";

export interface PortHolder {
  readonly pid: number;
  /** of the program; no argument of its command line, which may hold a secret */
  readonly name: string;
}

const LISTENS = "0A";

export function portHolder(port: number): PortHolder | undefined {
  const sockets = new Set(["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) => listeningOn(port, table)));
  if (sockets.size === 0) return undefined;
  const pid = entriesOf("/proc").find((entry) => /^\d+$/.test(entry) && holdsOne(entry, sockets));
  return pid === undefined ? undefined : { pid: Number(pid), name: nameOf(pid) };
}

/** Links of its sockets, as `/proc/<pid>/fd` shows them. */
function listeningOn(port: number, table: string): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return textOf(table)
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(suffix) === true && state === LISTENS)
    .map((fields) => `socket:[${fields[9]}]`);
}

const holdsOne = (pid: string, sockets: ReadonlySet<string>): boolean =>
  entriesOf(`/proc/${pid}/fd`).some((fd) => sockets.has(linkOf(`/proc/${pid}/fd/${fd}`)));

/** What Node calls its first thread says nothing of the program. */
function nameOf(pid: string): string {
  const name = textOf(`/proc/${pid}/comm`).trim();
  return (name === "MainThread" ? basename(linkOf(`/proc/${pid}/exe`)) : name) || "a program";
}

// What is gone or not ours to see tells nothing.

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
