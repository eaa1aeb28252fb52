// What the command line does with a gateway that runs: look at it, stop it, have it read its settings again.
import { request } from "node:http";
import { request as requestSecurely } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import type { Paths } from "../../config/paths.ts";
import { AccessError, messageOf } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { parseObject } from "../../core/json.ts";
import type { GatewayLock, WorkerRow } from "./lock.ts";
import { readLock } from "./lock.ts";
import type { ReloadReport } from "../settings/reload.ts";
import type { SecretsReport } from "../secrets/report.ts";

export interface GatewayStatus {
  readonly running: boolean;
  readonly pid?: number;
  /** the container or machine, if it is another one */
  readonly host?: string;
  readonly port?: number;
  readonly url?: string;
  readonly version?: string;
  /** ms since epoch */
  readonly startedAt?: number;
  readonly uptimeMs?: number;
  readonly probe?: Probe;
  readonly reload?: ReloadReport;
  readonly workers?: readonly WorkerRow[];
}

/** What the gateway says of itself over HTTP. */
export interface Probe {
  readonly reachable: boolean;
  readonly ready: boolean;
  /** why it could not be asked */
  readonly error?: string;
  /** its own report of `GET /ready` */
  readonly report?: JsonObject;
}

/** @param timeoutMs of each question; `undefined`: nothing is asked */
export async function gatewayStatus(
  paths: Paths,
  now: number,
  timeoutMs: number | undefined,
): Promise<GatewayStatus> {
  const lock = readLock(paths);
  if (!lock) return { running: false };
  const url = gatewayUrl(lock);
  const { pid, port, version, startedAt, reload, elsewhere, workers } = lock;
  return {
    running: true,
    pid,
    ...(elsewhere === undefined ? {} : { host: elsewhere }),
    port,
    url,
    ...(version === undefined ? {} : { version }),
    ...(startedAt === undefined ? {} : { startedAt, uptimeMs: now - startedAt }),
    ...(timeoutMs === undefined ? {} : { probe: await probe(url, timeoutMs) }),
    ...(reload ? { reload } : {}),
    ...(workers ? { workers } : {}),
  };
}

/** An address that listens for all is reached by loopback. */
export function gatewayUrl({ host = "127.0.0.1", port, certPath }: GatewayLock): string {
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  return `${certPath === undefined ? "http" : "https"}://${name.includes(":") ? `[${name}]` : name}:${port}`;
}

async function probe(url: string, timeoutMs: number): Promise<Probe> {
  try {
    const health = await get(`${url}/health`, timeoutMs);
    if (health.status !== 200) throw new Error(`GET /health answered ${health.status}`);
    const ready = await get(`${url}/ready`, timeoutMs);
    const report = parseObject(ready.text);
    return { reachable: true, ready: ready.status === 200, ...(report ? { report } : {}) };
  } catch (error) {
    return { reachable: false, ready: false, error: messageOf(error) };
  }
}

const MOST_CHARACTERS = 1024 * 1024;

function get(url: string, timeoutMs: number): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const late = () => ask.destroy(new Error(`no answer within ${timeoutMs} ms`));
    const send = url.startsWith("https:") ? requestSecurely : request;
    // Its certificate need not be for this address. Nothing secret is sent.
    const ask = send(url, { agent: false, rejectUnauthorized: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        if (text.length > MOST_CHARACTERS) ask.destroy(new Error("the answer does not end"));
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      response.on("error", reject);
      response.on("close", () => clearTimeout(timer));
    });
    // Of the whole exchange: one byte now and then does not keep it alive.
    const timer = setTimeout(late, timeoutMs);
    ask.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    ask.end();
  });
}

const LOOK_EVERY_MS = 50;

/**
 * Lets running calls end, then the process.
 *
 * @returns its pid; `undefined` when there was none to stop
 * @throws AccessError `bad_input` when it may not be stopped, or does not end in time
 */
export async function stopGateway(paths: Paths, timeoutMs: number): Promise<number | undefined> {
  const lock = readLock(paths);
  if (!lock) return undefined;
  signal(lock, "SIGTERM");
  const over = Date.now() + timeoutMs;
  while (readLock(paths)?.pid === lock.pid) {
    if (Date.now() > over)
      throw new AccessError(
        "bad_input",
        `The gateway (pid ${lock.pid}) still serves calls. Wait for them, or end it: kill -9 ${lock.pid}`,
      );
    await pause(LOOK_EVERY_MS);
  }
  return lock.pid;
}

/**
 * Has the gateway read its files again.
 *
 * @throws AccessError `bad_input` when none runs or it does not answer; `config_invalid` when it keeps the old ones
 */
export async function reloadGateway(paths: Paths, timeoutMs: number): Promise<ReloadReport> {
  return accepted(await askedToReload(paths, timeoutMs));
}

/**
 * Has the gateway ask for all references again, by the settings that it goes on with.
 *
 * @throws AccessError `bad_input` when none runs or it does not answer
 */
export async function reloadSecrets(paths: Paths, timeoutMs: number): Promise<SecretsReport> {
  const { secrets } = await askedToReload(paths, timeoutMs);
  if (secrets) return secrets;
  throw new AccessError("bad_input", "The gateway is of an older version. Start it again.");
}

async function askedToReload(paths: Paths, timeoutMs: number): Promise<ReloadReport> {
  const lock = readLock(paths);
  if (!lock) throw new AccessError("bad_input", "No gateway runs here. Start one: openclaw gateway run");
  const before = lock.reload?.number ?? 0;
  signal(lock, "SIGHUP");
  const over = Date.now() + timeoutMs;
  for (;;) {
    const { reload, pid } = readLock(paths) ?? {};
    if (pid === lock.pid && reload && reload.number > before) return reload;
    if (Date.now() > over)
      throw new AccessError(
        "bad_input",
        `The gateway (pid ${lock.pid}) did not say what became of it within ${timeoutMs} ms. Its log may tell.`,
      );
    await pause(LOOK_EVERY_MS);
  }
}

function accepted(reload: ReloadReport): ReloadReport {
  if (reload.outcome !== "rejected") return reload;
  throw new AccessError("config_invalid", `The gateway goes on with its former settings. ${reload.error}`);
}

function signal({ pid, elsewhere }: GatewayLock, name: "SIGTERM" | "SIGHUP"): void {
  // Here the same pid is somebody else.
  if (elsewhere !== undefined)
    throw new AccessError(
      "bad_input",
      `The gateway runs in another container or on another machine (${elsewhere}, pid ${pid} there). Do this there; if it is gone, remove the lock state/gateway.lock in the state dir.`,
    );
  if (process.platform === "win32" && name === "SIGHUP")
    throw new AccessError("bad_input", "Windows has no signal for this. Edits are noticed within seconds.");
  try {
    process.kill(pid, name);
  } catch (cause) {
    throw new AccessError("bad_input", `Process ${pid} takes no signal from you: ${messageOf(cause)}`, {
      cause,
    });
  }
}
