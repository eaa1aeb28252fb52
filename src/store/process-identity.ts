// Who a process is, so that a later one can prove it dead (DESIGN, "State": pid, start time, boot id).
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import type { JsonObject } from "../core/json.ts";

/** What is absent is not known on this system. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** clock ticks after boot, field 22 of /proc/<pid>/stat */
  readonly startTime?: string;
  readonly bootId?: string;
  /** Processes of another namespace, as in containers, cannot be seen from here. */
  readonly pidNamespace?: string;
}

export function thisProcess(): ProcessIdentity {
  const startTime = startTimeOf(process.pid);
  const bootId = attempt(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const pidNamespace = attempt(() => readlinkSync("/proc/self/ns/pid"));
  return {
    pid: process.pid,
    host: hostname(),
    ...(startTime !== undefined && { startTime }),
    ...(bootId !== undefined && { bootId }),
    ...(pidNamespace !== undefined && { pidNamespace }),
  };
}

export function parseProcessIdentity(value: JsonObject | undefined): ProcessIdentity | undefined {
  const well = typeof value?.["pid"] === "number" && typeof value["host"] === "string";
  return well ? (value as unknown as ProcessIdentity) : undefined;
}

/**
 * `dead` only with proof: another boot of this machine, or a pid that is gone or belongs to a later
 * process. `unknown` for processes that cannot be seen from here: other machines, other containers.
 */
export function fateOf(owner: ProcessIdentity, self: ProcessIdentity): "alive" | "dead" | "unknown" {
  if (owner.bootId !== self.bootId) return owner.host === self.host ? "dead" : "unknown";
  if (owner.pidNamespace !== self.pidNamespace) return "unknown";
  if (owner.bootId === undefined && owner.host !== self.host) return "unknown";
  if (!isRunning(owner.pid)) return "dead";
  const started = startTimeOf(owner.pid);
  return started === undefined || owner.startTime === undefined || started === owner.startTime
    ? "alive"
    : "dead";
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: somebody else's process, but a process.
    return !(error instanceof Error && "code" in error && error.code === "ESRCH");
  }
}

function startTimeOf(pid: number): string | undefined {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The second field is the program's name in parentheses and may hold anything.
  return stat
    ?.slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .at(22 - 3);
}

function attempt(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
