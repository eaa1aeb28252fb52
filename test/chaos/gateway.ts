// A real gateway process before the world, and what it holds on to.
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProcessFigures } from "../support/process-figures.ts";
import { processFigures } from "../support/process-figures.ts";
import { resolvePaths } from "../../src/config/paths.ts";
import { openReceiptStore } from "../../src/store/receipts.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { PROTOCOLS } from "../support/protocols.ts";
import { startEntry } from "../support/gateway-process.ts";
import type { World } from "./world.ts";

export const TOKEN = "chaos-gateway-token";

export interface ChaosGateway {
  readonly url: string;
  readonly printed: () => string;
  /** Runs by outcome, calls under way: from `/metrics`. */
  metrics(): Promise<string>;
  figures(): ProcessFigures;
  /** outcome in the receipt of a run, once it is written */
  outcomeOf(runId: string): Promise<string | undefined>;
  /** Lets it end as an operator would. @returns its exit code */
  stop(): Promise<number | NodeJS.Signals>;
  remove(): Promise<void>;
}

export async function startChaosGateway(
  world: World,
  upstreamUrl: string,
  patienceMs: number,
): Promise<ChaosGateway> {
  const home = mkdtempSync(join(tmpdir(), "chaos-"));
  const paths = resolvePaths({}, home);
  mkdirSync(paths.stateDir, { recursive: true });
  writeFileSync(paths.configPath, JSON.stringify(configOf(world, upstreamUrl, await closedPort())));
  const limits = { firstByteTimeoutMs: patienceMs, answerTimeoutMs: patienceMs, idleTimeoutMs: patienceMs };
  writeFileSync(paths.accessConfigPath, JSON.stringify({ gateway: { ...world.limits, ...limits } }));
  const store = openSqliteStore({ paths, now: Date.now });
  const profiles = new Map(
    world.places.flatMap(({ provider, accounts }) =>
      accounts.map(({ profile, key }) => [profile, { type: "api_key" as const, provider, key }] as const),
    ),
  );
  await store.update("main", { profiles: [...profiles.keys()] }, () => ({ profiles }));
  await store.close();
  const running = await startEntry(home, "--port", "0");
  if (running.port === 0) throw new Error(`The gateway ended:\n${running.printed()}`);
  const receipts = openReceiptStore({ file: join(paths.globalDir, "access.sqlite") });
  return {
    url: running.url,
    printed: running.printed,
    metrics: async () => {
      const answer = await fetch(`${running.url}/metrics`, {
        headers: { authorization: `Bearer ${TOKEN}`, connection: "close" },
      });
      return await answer.text();
    },
    figures: () => processFigures(running.pid),
    outcomeOf: async (runId) => (await receipts.find(runId))?.outcome,
    stop() {
      running.kill("SIGTERM");
      return running.ended;
    },
    async remove() {
      running.kill("SIGKILL");
      await running.ended;
      await receipts.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** @param nobody a port where nobody listens */
function configOf({ places, agents }: World, upstreamUrl: string, nobody: number): unknown {
  const providers = places.map(({ provider, speaks, refuses }) => {
    const { api } = PROTOCOLS[speaks];
    const origin = refuses ? `http://127.0.0.1:${nobody}` : upstreamUrl;
    const models = ["m1", "m2"].map((id) => ({ id, name: id }));
    return [provider, { baseUrl: `${origin}/${provider}${speaks === "messages" ? "" : "/v1"}`, api, models }];
  });
  const list = agents.map(({ id, stops }) => {
    const [primary, ...fallbacks] = stops.map(({ place, model }) => `${place.provider}/${model}`);
    return { id, model: { primary, fallbacks } };
  });
  return {
    gateway: { auth: { mode: "token", token: TOKEN } },
    agents: { list },
    models: { providers: Object.fromEntries(providers) },
  };
}

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
