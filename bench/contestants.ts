// Who is compared: everyone takes the same conversation to the same upstream.
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { isInstalled, npmCi } from "../scripts/npm-ci.mjs";
import type { Home } from "./home.ts";
import { createHome, TRANSLATED } from "./home.ts";
import type { Target } from "./load.ts";
import type { Payload } from "./payloads.ts";
import { bodyOf, ENDLESS_MODEL, FAST_MODEL, PACED_MODEL } from "./payloads.ts";
import { freePort, startHelper, startProgram, stop, untilReady } from "./processes.ts";

export type Subject = "openclaw" | "bare" | "portkey" | "direct";

export interface Contestant {
  readonly subject: Subject;
  /** absent for the direct call, which has no process in between */
  readonly pid?: number;
  /** ms from the start of the process to its first good answer about its health; absent when nobody waited */
  readonly readyMs?: number;
  target(payload: Payload): Target;
  stop(): Promise<void>;
}

const ROOT = join(import.meta.dirname, "..");
export const MAIN = join(ROOT, "dist", "main.js");
const PATH = "/v1/chat/completions";
const UPSTREAM_KEY = "sk-bench-upstream-key";

export interface Upstream {
  readonly origin: string;
  stop(): Promise<void>;
}

export async function startUpstream(): Promise<Upstream> {
  const { child, ready } = await startHelper("upstream.ts");
  return { origin: `http://127.0.0.1:${ready as number}`, stop: () => stop(child) };
}

type Start = (upstream: Upstream) => Promise<Contestant>;
export const START: Record<Subject, Start> = {
  direct: startDirect,
  bare: startBareProxy,
  openclaw: startGateway,
  portkey: startPortkey,
};

/** Starts those asked for, and ends them whatever happens. */
export async function withContestants<T>(
  subjects: readonly Subject[],
  upstream: Upstream,
  use: (contestants: readonly Contestant[]) => Promise<T>,
): Promise<T> {
  const started: Contestant[] = [];
  try {
    for (const subject of subjects) started.push(await START[subject](upstream));
    return await use(started);
  } finally {
    await Promise.all(started.map((contestant) => contestant.stop()));
  }
}

async function startDirect({ origin }: Upstream): Promise<Contestant> {
  const headers = { authorization: `Bearer ${UPSTREAM_KEY}` };
  return {
    subject: "direct",
    target: (payload) => targetOf(origin, headers, payload),
    stop: async () => {},
  };
}

async function startBareProxy({ origin }: Upstream): Promise<Contestant> {
  const token = randomToken();
  const bundle = await bundleBareProxy();
  const { child, ready } = await startHelper(bundle, [origin, token, UPSTREAM_KEY]);
  rmSync(dirname(bundle), { recursive: true });
  const headers = { authorization: `Bearer ${token}` };
  return {
    subject: "bare",
    pid: child.pid!,
    target: (payload) => targetOf(`http://127.0.0.1:${ready as number}`, headers, payload),
    stop: () => stop(child),
  };
}

/** One file of plain JavaScript, as our gateway is: Node's own TypeScript support would count as memory. */
async function bundleBareProxy(): Promise<string> {
  const { build } = await import("esbuild");
  const outfile = join(mkdtempSync(join(tmpdir(), "openclaw-bench-")), "bare-proxy.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "bare-proxy.ts")],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    banner: { js: 'import{createRequire as r}from"node:module";const require=r(import.meta.url);' },
  });
  return outfile;
}

async function startGateway(upstream: Upstream): Promise<Contestant> {
  const home = gatewayHome(upstream);
  const contestant = await startGatewayIn(home);
  return { ...contestant, stop: () => contestant.stop().finally(home.remove) };
}

/** A state folder for our gateway and commands, `profiles` keys in it and as many for each of `agents` more. */
export const gatewayHome = ({ origin }: Upstream, profiles = 1, agents = 0): Home =>
  createHome({
    agents,
    baseUrl: `${origin}/v1`,
    models: [FAST_MODEL, PACED_MODEL, ENDLESS_MODEL],
    keys: Array.from({ length: profiles }, (_, n) => `${UPSTREAM_KEY}-${n}`),
    gatewayToken: randomToken(),
  });

/**
 * Our gateway in a folder that is already there, and stays.
 *
 * @param main what Node is told to run: the build of this checkout, unless it is another
 */
export async function startGatewayIn(
  home: Home,
  flags: readonly string[] = [],
  main: readonly string[] = [MAIN],
): Promise<Contestant> {
  const port = await freePort();
  const own = `http://127.0.0.1:${port}`;
  const program = startProgram([...main, "gateway", "run", "--port", String(port), ...flags], home.env);
  const headers = { authorization: `Bearer ${home.gatewayToken}` };
  return {
    subject: "openclaw",
    pid: program.child.pid!,
    readyMs: await untilReady(program, () => answers(`${own}/readyz`)),
    target: (payload) =>
      targetOf(own, headers, payload, `${payload.translated ? TRANSLATED : "bench"}/${payload.model}`),
    stop: () => stop(program.child),
  };
}

async function startPortkey({ origin }: Upstream): Promise<Contestant> {
  const port = await freePort();
  const own = `http://127.0.0.1:${port}`;
  const script = join(PEER, "node_modules", "@portkey-ai", "gateway", "build", "start-server.js");
  const loopback = join(import.meta.dirname, "loopback.ts");
  const args = ["--import", loopback, script, `--port=${port}`, "--headless"];
  const program = startProgram(args, { PATH: process.env["PATH"], NODE_ENV: "production" });
  const headers = {
    authorization: `Bearer ${UPSTREAM_KEY}`,
    "x-portkey-provider": "openai",
    "x-portkey-custom-host": `${origin}/v1`,
  };
  return {
    subject: "portkey",
    pid: program.child.pid!,
    readyMs: await untilReady(program, () => answers(own)),
    target: (payload) => targetOf(own, headers, payload),
    stop: () => stop(program.child),
  };
}

function targetOf(
  origin: string,
  headers: Record<string, string>,
  payload: Payload,
  model = payload.model,
): Target {
  return {
    origin,
    path: PATH,
    headers: { "content-type": "application/json", ...headers },
    body: bodyOf(payload, model),
    streams: payload.frames > 0,
  };
}

const randomToken = (): string => randomBytes(24).toString("hex");

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

const PEER = import.meta.dirname;

/** The peer's packages, from this folder's lock file. */
export async function installPeer(): Promise<void> {
  if (isInstalled(PEER) && existsSync(join(PEER, "node_modules"))) return;
  await npmCi(
    PEER,
    "the peer to compare with",
    `Try "npm ci --prefix bench", or leave it out: --subjects direct,bare,openclaw.`,
  );
}
