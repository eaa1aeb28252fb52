// Gateways with several workers, as a user runs them.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import type { TestContext } from "node:test";
import { promisify } from "node:util";
import type { Action, Script, ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody } from "../fakes/wire-samples.ts";
import { ENTRY } from "./entry.ts";
import type { GatewayHome, GatewayProcess } from "./gateway-process.ts";
import { gatewayHome } from "./gateway-process.ts";
import { keyOf } from "./gateway.ts";
import type { Seen } from "./http-client.ts";
import { send } from "./http-client.ts";

/** Starting three processes takes a while on a busy machine. */
export const LONG_MS = 60_000;
export const TOKEN = "fake-token-of-the-gateway";

export interface Place {
  readonly upstream: ScriptedUpstream;
  readonly home: GatewayHome;
  readonly gateway: GatewayProcess;
}

export interface Setup {
  readonly names?: readonly string[];
  readonly script?: Script;
  readonly access?: object;
  readonly config?: object;
}

export async function startWithWorkers(
  t: TestContext,
  { names = ["a"], script = served, access, config }: Setup,
): Promise<Place> {
  const upstream = await startScriptedUpstream(script);
  const home = await gatewayHome(upstream, names);
  t.after(async () => {
    await home.remove();
    await upstream.close();
  });
  const { configPath, accessConfigPath } = home.paths;
  const written = JSON.parse(readFileSync(configPath, "utf8"));
  const auth = { auth: { order: { p: names.map((name) => `p:${name}`) } } };
  const gateway = { auth: { mode: "token", token: TOKEN } };
  writeFileSync(configPath, JSON.stringify({ gateway, ...written, ...auth, ...config }));
  if (access) writeFileSync(accessConfigPath, JSON.stringify(access));
  const started = await home.start("--port", "0", "--workers", "2");
  assert.notEqual(started.port, 0, started.printed());
  return { upstream, home, gateway: started };
}

export const served: Script = ({ key }) =>
  act.reply({ body: chatBody(`I am ${key.slice(keyOf("p", "").length)}.`) });

export const limited = (seconds: number): Action =>
  act.reply({
    status: 429,
    headers: { "retry-after": String(seconds) },
    body: { error: { message: "Rate limit reached for requests", type: "requests" } },
  });

let questions = 0;

/** Each on a connection of its own, which goes to the next worker. */
export function ask({ gateway }: Place, secret = TOKEN): Promise<Seen> {
  const messages = [{ role: "user", content: `Question ${++questions}` }];
  const headers = { authorization: `Bearer ${secret}` };
  const body = JSON.stringify({ model: "p/m1", messages });
  return send(`${gateway.url}/v1/chat/completions`, { headers, body });
}

export const crowd = (place: Place, size: number) =>
  Promise.all(Array.from({ length: size }, () => ask(place)));
export const textsOf = (answers: readonly Seen[]): string[] => [
  ...new Set(answers.map(({ text }) => /I am (\w+)\./.exec(text)?.[1] ?? text)),
];
export const callsOf = ({ upstream }: Place, name: string): number =>
  upstream.calls.filter(({ key }) => key === keyOf("p", name)).length;

export async function cli({ home }: Place, ...words: readonly string[]): Promise<any> {
  const { stdout } = await promisify(execFile)(process.execPath, [ENTRY, ...words, "--json"], {
    env: home.env,
  });
  return JSON.parse(stdout);
}

export const workersOf = async (place: Place): Promise<number[]> =>
  (await cli(place, "gateway", "status", "--no-probe")).workers.map(({ pid }: { pid: number }) => pid);

/** As the lock says, also while the config is broken. */
export async function lockedWorkers({ home }: Place): Promise<number[]> {
  const lock = JSON.parse(readFileSync(`${home.paths.globalDir}/gateway.lock`, "utf8"));
  return lock.workers.map(({ pid }: { pid: number }) => pid);
}
