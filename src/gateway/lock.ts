// Who runs the gateway of this state dir: its process and port, for the CLI and for the next gateway.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Paths } from "../config/paths.ts";
import type { JsonObject } from "../core/json.ts";
import { parseObject } from "../core/json.ts";
import { fateOf, parseProcessIdentity, thisProcess } from "../store/process-identity.ts";

export interface GatewayLock {
  readonly pid: number;
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
  const lock = parseObject(text) as { process?: JsonObject; port?: unknown } | undefined;
  const owner = parseProcessIdentity(lock?.process);
  if (!owner || typeof lock?.port !== "number") return undefined;
  return fateOf(owner, thisProcess()) === "dead" ? undefined : { pid: owner.pid, port: lock.port };
}

export function writeLock(paths: Paths, port: number): void {
  const file = lockFile(paths);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(file, `${JSON.stringify({ process: thisProcess(), port })}\n`, { mode: 0o600 });
}

/** Takes away our own lock; another gateway's is left alone. */
export function removeLock(paths: Paths): void {
  if (readLock(paths)?.pid === process.pid) rmSync(lockFile(paths), { force: true });
}
