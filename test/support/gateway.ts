// A gateway in this process, on a throw-away home with a real SQLite store, before scripted upstreams.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IncomingHttpHeaders } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { openDeps } from "../../src/access/open-deps.ts";
import { loadAccessConfig } from "../../src/config/access-config.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Paths } from "../../src/config/paths.ts";
import { resolvePaths } from "../../src/config/paths.ts";
import type { Credential } from "../../src/core/credential.ts";
import type { Health } from "../../src/core/health.ts";
import { HEALTHY } from "../../src/core/health.ts";
import type { Receipt } from "../../src/core/receipt.ts";
import { runGateway } from "../../src/gateway/lifecycle/run.ts";
import { openClientKeyStore } from "../../src/store/client-keys.ts";
import { openReceiptStore } from "../../src/store/receipts.ts";
import { openSessionStore, sessionFile } from "../../src/store/sessions.ts";
import { commitSession, sessionsFrom } from "../../src/store/worker-sessions.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { Store } from "../../src/store/store.ts";
import type { Script, ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { eventually } from "./eventually.ts";

export const TOKEN = "test-gateway-token";

export interface TestProvider {
  readonly api?: string;
  /** profile names; the key of `a` of provider `p` is `sk-fake-p-a` */
  readonly keys?: readonly string[];
  readonly models?: readonly string[];
  readonly config?: Readonly<Record<string, unknown>>;
}

export interface TestSetup {
  readonly providers: Readonly<Record<string, TestProvider>>;
  /** further credentials of main, by profile id */
  readonly credentials?: Readonly<Record<string, Credential>>;
  /** of further agents, by agent */
  readonly own?: Readonly<Record<string, Readonly<Record<string, Credential>>>>;
  readonly fallbacks?: readonly string[];
  readonly order?: Readonly<Record<string, readonly string[]>>;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly access?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly script?: Script;
  /** ms since epoch; the machine's clock unless given */
  readonly now?: () => number;
}

export interface TestGateway {
  readonly url: string;
  readonly port: number;
  readonly home: string;
  readonly upstream: ScriptedUpstream;
  readonly store: Store;
  readonly said: readonly string[];
  readonly paths: Paths;
  /** Keys that upstream saw, in order: `p.a p.b`. */
  tried(): string[];
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** The receipt of an answered request, as soon as it is written. */
  receipt(answer: { readonly headers: Headers | IncomingHttpHeaders }): Promise<Receipt>;
  /** What the store of `agent` knows of a profile, when `expected` holds of it. */
  health(profile: string, expected?: (health: Health) => void, agent?: string): Promise<Health>;
  /** OpenClaw's own row of health, order and last good profiles. */
  stateRow(agent?: string): Record<string, any>;
  stop(): Promise<number>;
}

const RUN_ID = "x-openclaw-run-id";

function missing(what: string): never {
  throw new Error(`There is no ${what}.`);
}

export const keyOf = (provider: string, name: string): string => `sk-fake-${provider}-${name}`;

export async function startTestGateway(setup: TestSetup): Promise<TestGateway> {
  const now = setup.now ?? Date.now;
  const upstream = await startScriptedUpstream(setup.script);
  const home = mkdtempSync(join(tmpdir(), "gateway-test-"));
  const paths = resolvePaths({}, home);
  mkdirSync(paths.stateDir, { recursive: true });
  writeFileSync(paths.configPath, JSON.stringify(configOf(setup, upstream.url)));
  writeFileSync(paths.accessConfigPath, JSON.stringify(setup.access ?? {}));
  const store = openSqliteStore({ paths, now });
  await storeKeys(store, setup);

  const stop = Promise.withResolvers<string>();
  const ready = Promise.withResolvers<number>();
  const receipts = openReceiptStore({ file: join(paths.globalDir, "access.sqlite") });
  const clientKeys = openClientKeyStore(paths.globalDir);
  const kept = openSessionStore((agent) => sessionFile(paths.agentDatabase(agent)));
  // As in a gateway, where another thread keeps them.
  const sessions = sessionsFrom({
    find: (agent, key) => kept.find(agent, key),
    list: (agent) => kept.list(agent),
    messages: (agent, sessionId, limit) => kept.messages(agent, sessionId, limit),
    commit: (agent, commit) => commitSession(kept, agent, commit),
  });
  const said: string[] = [];
  const config = loadConfig(paths);
  const accessConfig = loadAccessConfig(paths);
  const say = (line: string) => {
    said.push(line);
    const port = /ready at https?:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1];
    if (port) ready.resolve(Number(port));
  };
  const log = {
    info: say,
    warn: say,
    error: (error: unknown, message: string) => say(`${message}: ${String(error)}`),
  };
  const commandDeps = openDeps({ processEnv: setup.env ?? {}, osHome: home, now, version: "test" });
  const running = runGateway(
    {
      now,
      env: () => setup.env ?? {},
      paths: () => paths,
      config: () => config,
      accessConfig: () => accessConfig,
      store: () => store,
      receipts: () => receipts,
      clientKeys: () => clientKeys,
      sessions: () => sessions,
      setup: async (deps, talk, asked) =>
        await (await import("../../src/cli/gateway-wizard.ts")).onboardElsewhere(deps, talk, asked),
      commands: () => ({
        ...commandDeps,
        store: () => store,
        receipts: () => receipts,
        clientKeys: () => clientKeys,
      }),
      version: "test",
      log,
      say,
      stopped: stop.promise,
    },
    { port: 0 },
  );
  running.catch(ready.reject);
  const port = await ready.promise;
  const url = `http://127.0.0.1:${port}`;

  return {
    url,
    port,
    home,
    paths,
    upstream,
    store,
    said,
    tried: () => upstream.calls.map((call) => call.key.replace("sk-fake-", "").replace("-", ".")),
    post: (path, body, headers = {}) =>
      fetch(url + path, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    receipt: ({ headers }) => {
      const runId = headers instanceof Headers ? headers.get(RUN_ID) : headers[RUN_ID];
      if (typeof runId !== "string") throw new Error("The answer names no run.");
      return eventually(async () => (await receipts.find(runId)) ?? missing(`receipt of ${runId}`));
    },
    health: (profile, expected = () => {}, agent = "main") =>
      eventually(async () => {
        const health = (await store.read(agent)).state.health.get(profile) ?? HEALTHY;
        expected(health);
        return health;
      }),
    stateRow(agent = "main") {
      const file = paths.agentDatabase(agent);
      const database = new DatabaseSync(file, { readOnly: true, timeout: 60_000 });
      const row = database.prepare("SELECT state_json FROM auth_profile_state").get();
      database.close();
      return JSON.parse(String(row?.["state_json"] ?? "{}"));
    },
    async stop() {
      stop.resolve("test");
      const code = await running;
      await Promise.all([upstream.close(), receipts.close(), clientKeys.close(), kept.close()]);
      rmSync(home, { recursive: true, force: true });
      return code;
    },
  };
}

/** Below which the servers of a protocol are, where it is not `/v1`. */
const BASE_PATHS: Readonly<Record<string, string>> = {
  "anthropic-messages": "",
  "google-generative-ai": "/v1beta",
  ollama: "",
  "bedrock-converse-stream": "",
};

function configOf(setup: TestSetup, upstreamUrl: string): unknown {
  const entries = Object.entries(setup.providers).map(([id, provider]) => {
    const api = provider.api ?? "openai-completions";
    const models = (provider.models ?? ["m1", "m2"]).map((model) => ({ id: model, name: model }));
    const baseUrl = `${upstreamUrl}/${id}${BASE_PATHS[api] ?? "/v1"}`;
    return [id, { baseUrl, api, models, ...provider.config }] as const;
  });
  const primary = `${entries[0]![0]}/m1`;
  return {
    gateway: { auth: { mode: "token", token: TOKEN } },
    agents: {
      defaults: { model: { primary, fallbacks: setup.fallbacks ?? [] } },
      ...(setup.own && { list: ["main", ...Object.keys(setup.own)].map((id) => ({ id })) }),
    },
    ...(setup.order ? { auth: { order: setup.order } } : {}),
    models: { providers: Object.fromEntries(entries) },
    ...setup.config,
  };
}

async function storeKeys(store: Store, setup: TestSetup): Promise<void> {
  const ofProviders = Object.entries(setup.providers).flatMap(([provider, { keys = ["a"] }]) =>
    keys.map(
      (name) =>
        [`${provider}:${name}`, { type: "api_key" as const, provider, key: keyOf(provider, name) }] as const,
    ),
  );
  const profiles: (readonly [string, Credential])[] = [
    ...ofProviders,
    ...Object.entries(setup.credentials ?? {}),
  ];
  await put(store, "main", profiles);
  for (const [agent, own] of Object.entries(setup.own ?? {})) await put(store, agent, Object.entries(own));
}

const put = (store: Store, agent: string, profiles: readonly (readonly [string, Credential])[]) =>
  store.update(agent, { profiles: profiles.map(([id]) => id) }, () => ({ profiles: new Map(profiles) }));
