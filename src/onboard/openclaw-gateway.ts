// OpenClaw's own gateway names itself in a lock in the system's folder for such files, one for each config.
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseObject } from "../core/json.ts";

export interface OpenClawGateway {
  readonly pid: number;
  readonly lock: string;
}

/** @returns the one that works with this config, as far as can be seen: its pid may be another program's by now */
export function openClawGateway(configPath: string): OpenClawGateway | undefined {
  const user = process.getuid?.();
  const folder = user === undefined ? "openclaw" : `openclaw-${user}`;
  const lock = join(tmpdir(), folder, `gateway.${hash("sha256", configPath, "hex").slice(0, 8)}.lock`);
  try {
    const pid = parseObject(readFileSync(lock, "utf8"))?.["pid"];
    return typeof pid === "number" && pid > 0 && isAlive(pid) ? { pid, lock } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
