// Children that lead a group of their own, so that whatever they start ends with them.
import type { ChildProcess } from "node:child_process";

/** For `spawn`. Windows has no groups: there the child alone is ended. */
export const OWN_GROUP = { detached: process.platform !== "win32", windowsHide: true } as const;

/** Never throws: it may be gone already. */
export function signalGroup(child: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === "win32") child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // Nobody is left in it.
  }
}
