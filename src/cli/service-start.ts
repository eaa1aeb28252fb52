// How a service starts this program: the same Node, the same files.
import { resolve } from "node:path";
import type { ServiceStart } from "../gateway/service/files.ts";

/** Where the state lies, when it is not in its usual place. */
const PLACES = ["OPENCLAW_HOME", "OPENCLAW_STATE_DIR", "OPENCLAW_CONFIG_PATH"] as const;

/** This program as words of a command line. */
export function ownProgram(): string[] {
  const entry = process.argv[1];
  return entry === undefined ? ["openclaw"] : [process.execPath, resolve(entry)];
}

export function serviceStart(
  env: NodeJS.ProcessEnv,
  stateDir: string,
  port: number | undefined,
): ServiceStart {
  const places = PLACES.flatMap((name) => {
    const value = env[name]?.trim();
    return value ? [[name, resolve(value)] as const] : [];
  });
  return {
    program: ownProgram(),
    env: Object.fromEntries(places),
    port,
    logFolder: resolve(stateDir, "logs"),
  };
}
