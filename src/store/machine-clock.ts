// A clock that nobody sets, the same for all processes of one machine. It goes on while the machine sleeps.
import { readFileSync } from "node:fs";
import { hostname, uptime } from "node:os";
import type { MachineTime } from "../core/family.ts";

export function machineTime(): MachineTime {
  return { boot: bootId(), ms: Math.round(uptime() * 1000) };
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return hostname();
  }
}
