// The real entry point as a process of its own, on a throw-away home, before a scripted upstream.
import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Paths } from "../../src/config/paths.ts";
import { resolvePaths } from "../../src/config/paths.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { Store } from "../../src/store/store.ts";
import type { ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { keyOf } from "./gateway.ts";
import { ENTRY } from "./entry.ts";

export interface GatewayHome {
  readonly path: string;
  readonly paths: Paths;
  /** as another process of the user has it open: the command line, or OpenClaw */
  readonly store: Store;
  readonly env: Readonly<Record<string, string>>;
  addKeys(...names: readonly string[]): Promise<void>;
  start(...flags: readonly string[]): Promise<GatewayProcess>;
  /** Kills what still runs and removes the home. */
  remove(): Promise<void>;
}

export interface GatewayProcess {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** all of stdout and stderr so far */
  readonly printed: () => string;
  kill(signal: NodeJS.Signals): void;
  /** exit code, or the signal that ended it */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** A home whose only provider `p` is `upstream`, with one stored key for each of `names`. */
export async function gatewayHome(
  upstream: ScriptedUpstream,
  names: readonly string[],
): Promise<GatewayHome> {
  const path = mkdtempSync(join(tmpdir(), "gateway-process-"));
  const paths = resolvePaths({}, path);
  const models = [{ id: "m1", name: "m1" }];
  const provider = { baseUrl: `${upstream.url}/v1`, api: "openai-completions", models };
  const config = {
    agents: { defaults: { model: { primary: "p/m1" } } },
    models: { providers: { p: provider } },
  };
  mkdirSync(paths.stateDir, { recursive: true });
  writeFileSync(paths.configPath, JSON.stringify(config));
  writeFileSync(paths.accessConfigPath, "{ gateway: { maxWaitMs: 0 } }");
  const store = openSqliteStore({ paths, now: Date.now });
  const started: ChildProcess[] = [];
  // The folder of this Node alone: what the printed line needs besides is the system's.
  const env = envOf(path);
  const home: GatewayHome = {
    path,
    paths,
    store,
    env,
    async addKeys(...added) {
      const profiles = new Map(
        added.map((name) => [
          `p:${name}`,
          { type: "api_key" as const, provider: "p", key: keyOf("p", name) },
        ]),
      );
      await store.update("main", { profiles: [...profiles.keys()] }, () => ({ profiles }));
    },
    async start(...flags) {
      const child = spawn(process.execPath, [ENTRY, "gateway", "run", ...flags], { env, cwd: path });
      started.push(child);
      return await whenReady(child);
    },
    async remove() {
      for (const child of started) child.kill("SIGKILL");
      await store.close();
      rmSync(path, { recursive: true, force: true });
    },
  };
  await home.addKeys(...names);
  return home;
}

const envOf = (home: string) => ({
  PATH: `${dirname(process.execPath)}:${process.env["PATH"] ?? ""}`,
  HOME: home,
  TZ: "UTC",
});

/** A gateway on a home that somebody else has made, and removes. */
export const startEntry = (home: string, ...flags: readonly string[]): Promise<GatewayProcess> =>
  whenReady(spawn(process.execPath, [ENTRY, "gateway", "run", ...flags], { env: envOf(home), cwd: home }));

/** Resolves when the address is printed, or when the process ended: then `port` is 0. */
async function whenReady(child: ChildProcess): Promise<GatewayProcess> {
  let text = "";
  const ended = once(child, "close").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  const ready = new Promise<number>((resolve) => {
    const read = (chunk: Buffer) => {
      text += chunk.toString();
      const port = /http:\/\/127\.0\.0\.1:(\d+)[^]*curl .*\n/.exec(text)?.[1];
      if (port) resolve(Number(port));
    };
    child.stdout!.on("data", read);
    child.stderr!.on("data", read);
    void ended.then(() => resolve(0));
  });
  const port = await ready;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid!,
    printed: () => text,
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
