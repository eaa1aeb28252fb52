// Processes that share one login, before a login server that ends the login when a spent token comes back.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { resolvePaths } from "../../src/config/paths.ts";
import type { OAuthCredential } from "../../src/core/credential.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { startLoginServer } from "../fakes/login-server.ts";

export interface SharedLogin {
  readonly server: Awaited<ReturnType<typeof startLoginServer>>;
  /** Asks all processes to refresh what is stored now, at once; what each of them says. */
  expire(): Promise<string[]>;
  stored(): Promise<OAuthCredential>;
  stop(): Promise<void>;
}

export async function shareLogin(processes: number): Promise<SharedLogin> {
  const home = mkdtempSync(join(tmpdir(), "shared-login-"));
  const paths = resolvePaths({}, home);
  mkdirSync(paths.stateDir, { recursive: true });
  const store = openSqliteStore({ paths, now: Date.now });
  const server = await startLoginServer();
  const login = { type: "oauth", provider: "p", access: "fake-access-0", refresh: "fake-refresh-0" } as const;
  await store.update("main", { profiles: ["p:ada"] }, () => ({ profiles: new Map([["p:ada", login]]) }));
  const start = () => startProcess(home, server.url);
  const workers = await Promise.all(Array.from({ length: processes }, start));
  const profile = async () => (await store.read("main")).state.profiles[0]!;
  return {
    server,
    async expire() {
      const { generation } = await profile();
      return Promise.all(workers.map((worker) => worker.refresh(generation)));
    },
    stored: async () => (await profile()).credential as OAuthCredential,
    async stop() {
      for (const { child } of workers) child.kill("SIGKILL");
      await Promise.all([server.stop(), store.close()]);
      rmSync(home, { recursive: true });
    },
  };
}

async function startProcess(home: string, url: string) {
  const script = join(import.meta.dirname, "refresher-process.ts");
  const child = spawn(process.execPath, [script, home, url], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  await once(lines, "line");
  child.stdin.on("error", () => undefined);
  const refresh = async (generation: string): Promise<string> => {
    const killed = once(child, "exit").then(() => "killed");
    const said = once(lines, "line").then(([line]) => String(line));
    child.stdin.write(`${generation}\n`);
    return Promise.race([said, killed]);
  };
  return { child, refresh };
}
