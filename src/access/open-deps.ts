// The dependencies of one run of the command line, each opened on first use and once.
import { homedir, userInfo } from "node:os";
import { resolve } from "node:path";
import { loadAccessConfig } from "../config/access-config.ts";
import type { Config } from "../config/config.ts";
import type { EffectiveEnvironment } from "../config/environment.ts";
import { effectiveEnvironment } from "../config/environment.ts";
import { loadConfig } from "../config/load.ts";
import { resolvePaths } from "../config/paths.ts";
import type { AgentId } from "../core/ids.ts";
import { PROVIDERS } from "../providers/all.ts";
import type { Environment } from "../secrets/env.ts";
import { openReceiptStore } from "../store/receipts.ts";
import { openSqliteStore } from "../store/sqlite.ts";
import type { Deps } from "./deps.ts";
import { FOLDER_AGENT, folderAgentDir } from "./read-view.ts";

export interface CommandDeps extends Deps {
  /** of this program, stamped into the config that it writes */
  readonly version: string;
  /** What `env` came from. */
  readonly environment: () => EffectiveEnvironment;
  /** Closes what was opened. */
  close(): Promise<void>;
}

export interface Surroundings {
  readonly processEnv: Environment;
  /** ms since epoch */
  readonly now: () => number;
  readonly version: string;
}

/** An empty `HOME` would put credentials into whatever folder the program was started in. */
const osHome = (): string => homedir() || userInfo().homedir;

export function openDeps({ processEnv, now, version }: Surroundings): CommandDeps {
  const basePaths = once(() => resolvePaths(processEnv, osHome()));
  const config = once(() => loadConfig(basePaths()));
  const environment = once(() =>
    effectiveEnvironment(processEnv, basePaths(), config(), { expected: isCredentialVariable }),
  );
  const paths = once(() => resolvePaths(processEnv, osHome(), agentDirs(usableConfig(config), processEnv)));
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(service: T): T => {
    opened.push(service);
    return service;
  };
  return {
    now,
    version,
    config,
    accessConfig: once(() => loadAccessConfig(basePaths())),
    environment,
    env: () => environment().values,
    paths,
    store: once(() => keep(openSqliteStore({ paths: paths(), now, cooldowns: config().cooldowns }))),
    receipts: once(() => keep(openReceiptStore({ file: resolve(paths().globalDir, "access.sqlite") }))),
    close: async () => void (await Promise.all(opened.map((service) => service.close()))),
  };
}

function once<T>(open: () => T): () => T {
  let opened: { readonly value: T } | undefined;
  return () => (opened ??= { value: open() }).value;
}

/** Places are known also while the config is broken, so that commands can say where it lies. */
function usableConfig(config: () => Config): Config | undefined {
  try {
    return config();
  } catch {
    return undefined;
  }
}

function agentDirs(config: Config | undefined, env: Environment): Map<AgentId, string> {
  const configured = (config?.agents ?? []).flatMap(({ id, agentDir }) =>
    agentDir === undefined ? [] : ([[id, agentDir]] as const),
  );
  const folder = folderAgentDir(env);
  return new Map([
    ...configured,
    ...(folder === undefined ? [] : ([[FOLDER_AGENT, resolve(folder)]] as const)),
  ]);
}

/** What may come from the login shell: credentials of providers, and the gateway's own. */
function isCredentialVariable(name: string): boolean {
  if (/^OPENCLAW_(LIVE_.+_KEY|GATEWAY_(TOKEN|PASSWORD))$/.test(name) || /_API_KEY(S|_.+)?$/.test(name))
    return true;
  return PROVIDERS.some((provider) => provider.env.some((entry) => entry.split("+").includes(name)));
}
