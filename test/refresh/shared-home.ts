// A home with one login that several agents hold, for processes and gateways that share it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Paths } from "../../src/config/paths.ts";
import { resolvePaths } from "../../src/config/paths.ts";
import type { OAuthCredential } from "../../src/core/credential.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { Store, StoredProfile } from "../../src/store/store.ts";
import { CLIENT_ID } from "../support/identity-settings.ts";
import type { FreshLogin } from "./token-issuer.ts";
import { LIFETIME_MS } from "./token-issuer.ts";
import { LOGIN_ID, PROVIDER } from "./user-protocol.ts";

export interface SharedHome {
  readonly path: string;
  readonly paths: Paths;
  readonly store: Store;
  /** The login as an agent's store has it. */
  stored(agent?: string): Promise<StoredProfile & { readonly credential: OAuthCredential }>;
  /** Another login for all agents, as after `models auth login`. */
  logIn(login: Pick<FreshLogin, "access" | "refresh">, expires?: number): Promise<void>;
  remove(): Promise<void>;
}

export interface SharedHomeOptions {
  readonly tokenUrl: string;
  readonly agents?: readonly string[];
  readonly upstreamUrl?: string;
}

export function sharedHome({ tokenUrl, agents = ["main"], upstreamUrl }: SharedHomeOptions): SharedHome {
  const path = mkdtempSync(join(tmpdir(), "shared-login-"));
  const paths = resolvePaths({}, path);
  mkdirSync(paths.stateDir, { recursive: true });
  writeFileSync(paths.configPath, JSON.stringify(configOf(agents, upstreamUrl)));
  const oauth = { [PROVIDER]: { tokenUrl, clientId: CLIENT_ID } };
  writeFileSync(paths.accessConfigPath, JSON.stringify({ oauth }));
  const store = openSqliteStore({ paths, now: Date.now, agents: () => agents });
  const stored: SharedHome["stored"] = async (agent = "main") => {
    const { state } = await store.read(agent);
    const held = state.profiles.find(({ id }) => id === LOGIN_ID);
    if (held?.credential.type !== "oauth") throw new Error(`${agent} has no login.`);
    return { id: held.id, generation: held.generation, credential: held.credential };
  };
  return {
    path,
    paths,
    store,
    stored,
    async logIn({ access, refresh }, expires = Date.now() + LIFETIME_MS) {
      const login: OAuthCredential = { type: "oauth", provider: PROVIDER, access, refresh, expires };
      const change = { profiles: new Map([[LOGIN_ID, login]]) };
      for (const agent of agents) await store.update(agent, { profiles: [LOGIN_ID] }, () => change);
    },
    async remove() {
      await store.close();
      rmSync(path, { recursive: true, force: true });
    },
  };
}

function configOf(agents: readonly string[], upstreamUrl = "http://127.0.0.1:1"): object {
  const models = [{ id: "m1", name: "m1" }];
  const provider = { baseUrl: `${upstreamUrl}/v1`, api: "openai-completions", models };
  return {
    gateway: { auth: { mode: "none" } },
    agents: {
      defaults: { model: { primary: `${PROVIDER}/m1` } },
      list: agents.map((id) => ({ id, default: id === "main" })),
    },
    models: { providers: { [PROVIDER]: provider } },
  };
}
