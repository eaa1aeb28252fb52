// Who runs the gateway of this state dir: pid, start time and port, for the CLI and for the next gateway.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Paths } from "../config/paths.ts";
import { parseObject } from "../wire/json.ts";

export interface GatewayLock {
  readonly pid: number;
  /** ms since epoch */
  readonly startedAt: number;
  readonly port: number;
}

const lockFile = (paths: Paths): string => join(paths.globalDir, "gateway.lock");

/** The gateway that holds the state dir, if it is still alive. */
export function readLock(paths: Paths): GatewayLock | undefined {
  let text: string;
  try {
    text = readFileSync(lockFile(paths), "utf8");
  } catch {
    return undefined;
  }
  const lock = parseObject(text) as Partial<GatewayLock> | undefined;
  if (typeof lock?.pid !== "number" || typeof lock.port !== "number") return undefined;
  return isAlive(lock.pid) ? (lock as GatewayLock) : undefined;
}

export function writeLock(paths: Paths, lock: GatewayLock): void {
  const file = lockFile(paths);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify(lock)}\n`, { mode: 0o600 });
}

/** Takes away our own lock; another gateway's is left alone. */
export function removeLock(paths: Paths): void {
  if (readLock(paths)?.pid === process.pid) rmSync(lockFile(paths), { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
