// The built gateway under load, in a home of its own, with client keys of several kinds.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NewKey } from "../../src/access/client-keys.ts";
import { addKey } from "../../src/access/client-keys.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Paths } from "../../src/config/paths.ts";
import { resolvePaths } from "../../src/config/paths.ts";
import { openClientKeyStore } from "../../src/store/client-keys.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { GatewayProcess } from "../support/gateway-process.ts";
import { startEntry } from "../support/gateway-process.ts";
import { PROTOCOLS } from "../support/protocols.ts";
import { ACCOUNTS, keyOf, PLACES } from "./accounts.ts";

export const TOKEN = "load-gateway-token";

export interface LoadGateway {
  readonly process: GatewayProcess;
  /** good for everything; within a rate that the load is above; for one provider */
  readonly keys: { readonly free: string; readonly slow: string; readonly narrow: string };
  remove(): Promise<void>;
}

export async function startLoadGateway(upstreamUrl: string): Promise<LoadGateway> {
  const home = mkdtempSync(join(tmpdir(), "load-"));
  const paths = resolvePaths({}, home);
  mkdirSync(paths.stateDir, { recursive: true });
  writeFileSync(paths.configPath, JSON.stringify(configOf(upstreamUrl)));
  writeFileSync(paths.accessConfigPath, JSON.stringify({ gateway: { maxWaitMs: 2000 } }));
  await storeAccounts(paths);
  const keys = await storeKeys(paths);
  const running = await startEntry(home, "--port", "0");
  if (running.port === 0) throw new Error(`The gateway ended:\n${running.printed()}`);
  return {
    process: running,
    keys,
    async remove() {
      running.kill("SIGTERM");
      await running.ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function configOf(upstreamUrl: string): unknown {
  const providers = Object.entries(PLACES).map(([provider, speaks]) => {
    const baseUrl = `${upstreamUrl}/${provider}${speaks === "messages" ? "" : "/v1"}`;
    const models = [{ id: "m1", name: "m1", cost: { input: 1, output: 2 } }];
    return [provider, { baseUrl, api: PROTOCOLS[speaks].api, models }];
  });
  const [primary, ...fallbacks] = Object.keys(PLACES).map((provider) => `${provider}/m1`);
  return {
    gateway: { auth: { mode: "token", token: TOKEN } },
    agents: { defaults: { model: { primary, fallbacks } } },
    models: { providers: Object.fromEntries(providers) },
  };
}

async function storeAccounts(paths: Paths): Promise<void> {
  const store = openSqliteStore({ paths, now: Date.now });
  const profiles = new Map(
    Object.keys(PLACES).flatMap((provider) =>
      ACCOUNTS.map((account) => {
        const key = keyOf(provider, account);
        return [`${provider}:${account}`, { type: "api_key" as const, provider, key }] as const;
      }),
    ),
  );
  await store.update("main", { profiles: [...profiles.keys()] }, () => ({ profiles }));
  await store.close();
}

async function storeKeys(paths: Paths): Promise<LoadGateway["keys"]> {
  const store = openClientKeyStore(paths.globalDir);
  const deps = { now: Date.now, config: () => loadConfig(paths), clientKeys: () => store };
  const make = async (name: string, more: Partial<NewKey> = {}) =>
    (await addKey(deps, { name, models: [], limits: {}, ...more })).key.reveal();
  const keys = {
    free: await make("free"),
    slow: await make("slow", { limits: { requestsPerMinute: 60 } }),
    narrow: await make("narrow", { models: ["told/*"] }),
  };
  await store.close();
  return keys;
}
