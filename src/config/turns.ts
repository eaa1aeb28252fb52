// What `agents.defaults` says of an agent's turns, with the values that OpenClaw documents where it says nothing.
import type { Config } from "./config.ts";

/** Two days. */
const TURN_SECONDS = 172_800;
const MOST_AT_ONCE = 4;

export function turnsIn(defaults: Readonly<Record<string, unknown>>): Config["turns"] {
  const { timeoutSeconds, maxConcurrent, workspace } = defaults;
  const folder = typeof workspace === "string" ? workspace.trim() : "";
  return {
    timeoutMs: 1000 * (isPositive(timeoutSeconds) ? timeoutSeconds : TURN_SECONDS),
    maxConcurrent: isPositive(maxConcurrent) ? Math.ceil(maxConcurrent) : MOST_AT_ONCE,
    ...(folder ? { workspace: folder } : {}),
  };
}

const isPositive = (value: unknown): value is number => typeof value === "number" && value > 0;
