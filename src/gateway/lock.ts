// Who runs the gateway of this state dir: its process and address, for the CLI and for the next gateway.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Paths } from "../config/paths.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject, parseObject } from "../core/json.ts";
import { fateOf, parseProcessIdentity, thisProcess } from "../store/process-identity.ts";
import type { Log } from "./gateway.ts";
import type { ReloadReport } from "./reload.ts";

export interface GatewayLock {
  readonly pid: number;
  readonly port: number;
  /** as it is listened on; absent in locks of older versions, as are the others */
  readonly host?: string;
  /** It speaks HTTPS, by this certificate. */
  readonly certPath?: string;
  /** ms since epoch */
  readonly startedAt?: number;
  readonly version?: string;
  /** how the last change of settings went */
  readonly reload?: ReloadReport;
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
  const lock = parseObject(text);
  const owner = parseProcessIdentity(isObject(lock?.["process"]) ? lock["process"] : undefined);
  if (!lock || !owner || typeof lock["port"] !== "number") return undefined;
  if (fateOf(owner, thisProcess()) === "dead") return undefined;
  return { pid: owner.pid, port: lock["port"], ...toldBy(lock) };
}

function toldBy({ host, certPath, startedAt, version, reload }: JsonObject): Partial<GatewayLock> {
  return {
    ...(typeof host === "string" ? { host } : {}),
    ...(typeof certPath === "string" ? { certPath } : {}),
    ...(typeof startedAt === "number" ? { startedAt } : {}),
    ...(typeof version === "string" ? { version } : {}),
    ...(isObject(reload) ? { reload: reload as unknown as ReloadReport } : {}),
  };
}

export interface HeldLock {
  /** Tells others how a change of settings went. */
  note(reload: ReloadReport): void;
  release(): void;
}

interface Holder {
  readonly paths: () => Paths;
  readonly now: () => number;
  readonly log: Log;
  readonly version?: string;
}

/** Another gateway of the same state dir may hold it already, on another port: then it stays the one that is named. */
export function holdLock(
  deps: Holder,
  at: Pick<GatewayLock, "port" | "certPath"> & { readonly host: string },
): HeldLock {
  const paths = deps.paths();
  const other = readLock(paths);
  if (other && other.pid !== process.pid) {
    const which = `pid ${other.pid}, port ${other.port}`;
    deps.log.warn(`Another gateway serves this state dir (${which}): the gateway commands mean that one.`);
    return { note: () => undefined, release: () => undefined };
  }
  const { version } = deps;
  const entry = { process: thisProcess(), ...at, startedAt: deps.now(), ...(version && { version }) };
  write(paths, entry);
  return {
    note: (reload) => write(paths, { ...entry, reload }),
    release: () => removeLock(paths),
  };
}

/** In one step: a reader finds the old text or the new one. */
function write(paths: Paths, entry: JsonObject): void {
  const file = lockFile(paths);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.${process.pid}`, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
  renameSync(`${file}.${process.pid}`, file);
}

/** Takes away our own lock; another gateway's is left alone. */
function removeLock(paths: Paths): void {
  if (readLock(paths)?.pid === process.pid) rmSync(lockFile(paths), { force: true });
}
