// Who runs the gateway of this state dir: its process and address, for the CLI and for the next gateway.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Paths } from "../../config/paths.ts";
import { messageOf } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { isObject, parseObject } from "../../core/json.ts";
import { fateOf, parseProcessIdentity, thisProcess } from "../../store/process-identity.ts";
import type { Log } from "../gateway.ts";
import type { ReloadReport } from "../settings/reload.ts";

export interface GatewayLock {
  readonly pid: number;
  readonly port: number;
  /** It runs in another container or on another machine: its pid means nothing here. */
  readonly elsewhere?: string;
  /** as it is listened on; absent in locks of older versions, as are the others */
  readonly host?: string;
  /** It speaks HTTPS, by this certificate. */
  readonly certPath?: string;
  /** ms since epoch */
  readonly startedAt?: number;
  readonly version?: string;
  /** how the last change of settings went */
  readonly reload?: ReloadReport;
  /** the processes that serve, where there are several */
  readonly workers?: readonly WorkerRow[];
}

export interface WorkerRow {
  readonly pid: number;
  /** ms since epoch */
  readonly startedAt: number;
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
  const fate = fateOf(owner, thisProcess());
  if (fate === "dead") return undefined;
  const elsewhere = fate === "unknown" ? { elsewhere: owner.host } : {};
  return { pid: owner.pid, port: lock["port"], ...elsewhere, ...toldBy(lock) };
}

const isOwn = (lock: GatewayLock | undefined): boolean =>
  lock?.pid === process.pid && lock.elsewhere === undefined;

function toldBy({ host, certPath, startedAt, version, reload, workers }: JsonObject): Partial<GatewayLock> {
  return {
    ...(typeof host === "string" ? { host } : {}),
    ...(typeof certPath === "string" ? { certPath } : {}),
    ...(typeof startedAt === "number" ? { startedAt } : {}),
    ...(typeof version === "string" ? { version } : {}),
    ...(isReport(reload) ? { reload } : {}),
    ...(Array.isArray(workers) ? { workers: workers.filter(isRow) } : {}),
  };
}

const isRow = (row: unknown): row is WorkerRow =>
  isObject(row) && typeof row["pid"] === "number" && typeof row["startedAt"] === "number";

const isReport = (value: unknown): value is ReloadReport & JsonObject =>
  isObject(value) &&
  typeof value["number"] === "number" &&
  typeof value["at"] === "number" &&
  OUTCOMES.has(value["outcome"]) &&
  areNames(value["changed"]) &&
  areNames(value["restart"]);

const OUTCOMES: ReadonlySet<unknown> = new Set<ReloadReport["outcome"]>(["applied", "unchanged", "rejected"]);

const areNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every((each) => typeof each === "string");

export interface HeldLock {
  /** Tells others how a change of settings went. */
  note(reload: ReloadReport): void;
  /** Tells others which processes serve. */
  noteWorkers(workers: readonly WorkerRow[]): void;
  release(): void;
}

interface Holder {
  readonly paths: () => Paths;
  readonly now: () => number;
  readonly log: Log;
  readonly version?: string;
}

/**
 * Another gateway of the same state dir may hold it already, on another port: then it stays the one that is named. One
 * that cannot be seen from here may be long gone, as a container that was started anew: then the newer one is named.
 */
export function holdLock(
  deps: Holder,
  at: Pick<GatewayLock, "port" | "certPath"> & { readonly host: string },
): HeldLock {
  const paths = deps.paths();
  const { version } = deps;
  let entry = { process: thisProcess(), ...at, startedAt: deps.now(), ...(version && { version }) };
  const other = serveAllTheSame(deps, () => take(paths, entry));
  if (other) {
    const which = other.elsewhere === undefined ? `pid ${other.pid}` : `on ${other.elsewhere}`;
    const what =
      other.elsewhere === undefined ? "the gateway commands mean that one" : "it is no longer named here";
    deps.log.warn(`Another gateway serves this state dir (${which}, port ${other.port}): ${what}.`);
  }
  // Whoever was quicker in the same moment, or took it since, keeps it.
  const note = (more: Pick<GatewayLock, "reload" | "workers">) => {
    entry = { ...entry, ...more };
    serveAllTheSame(deps, () => isOwn(readLock(paths)) && write(paths, entry, false));
  };
  return {
    note: (reload) => note({ reload }),
    noteWorkers: (workers) => note({ workers }),
    release: () =>
      serveAllTheSame(deps, () => isOwn(readLock(paths)) && rmSync(lockFile(paths), { force: true })),
  };
}

/** A full disk or a read-only one costs the commands their way to this gateway, and no call. */
function serveAllTheSame<T>({ paths, log }: Holder, change: () => T): T | undefined {
  try {
    return change();
  } catch (error) {
    log.warn(
      `${lockFile(paths())} cannot be written (${messageOf(error)}): the gateway commands may not find this gateway, or see its last news. Check free space and the permissions of its folder.`,
    );
    return undefined;
  }
}

/** Returns the other gateway that the lock names, or named. */
function take(paths: Paths, entry: JsonObject): GatewayLock | undefined {
  if (write(paths, entry, true)) return undefined;
  const other = readLock(paths);
  if (other && !isOwn(other) && other.elsewhere === undefined) return other;
  write(paths, entry, false);
  return isOwn(other) ? undefined : other;
}

/** In one step: a reader finds the old text or the new one. Returns whether it was written. */
function write(paths: Paths, entry: JsonObject, onlyNew: boolean): boolean {
  const file = lockFile(paths);
  const draft = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(draft, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
    if (onlyNew) return isLinked(draft, file);
    renameSync(draft, file);
    return true;
  } finally {
    rmSync(draft, { force: true });
  }
}

function isLinked(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch {
    // It is there already, or the file system has no links.
    return false;
  }
}
