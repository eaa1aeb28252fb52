// The dependencies of one run of the command line, each opened on first use and once.
import { homedir, userInfo } from "node:os";
import { resolve } from "node:path";
import { loadAccessConfig } from "../config/access-config.ts";
import type { Config } from "../config/config.ts";
import type { EffectiveEnvironment, EnvironmentOptions } from "../config/environment.ts";
import { effectiveEnvironment, writtenEnvironment } from "../config/environment.ts";
import { loadConfig } from "../config/load.ts";
import { readRegistry, withRegistry } from "../config/models-json.ts";
import { resolvePaths, untilde } from "../config/paths.ts";
import type { Files } from "../config/replace-file.ts";
import type { ChangeNote } from "../core/history.ts";
import { newChangeId } from "../core/history.ts";
import type { AgentId } from "../core/ids.ts";
import { PROVIDERS } from "../providers/all.ts";
import type { Environment } from "../secrets/env.ts";
import type { ClientKeyStore } from "../store/client-keys.ts";
import { openClientKeyStore } from "../store/client-keys.ts";
import { openReceiptStore } from "../store/receipts.ts";
import type { SealPlaces } from "../store/seal/places.ts";
import { sealPlaces } from "../store/seal/places.ts";
import { openSqliteStore } from "../store/sqlite.ts";
import type { Deps } from "./deps.ts";
import { journaled } from "./journaled.ts";
import { defaultAgent, FOLDER_AGENT, folderAgentDir } from "./read-view.ts";

export interface CommandDeps extends Deps {
  /** of this program, stamped into the config that it writes */
  readonly version: string;
  /** What `env` came from. */
  readonly environment: () => EffectiveEnvironment;
  /** Under which all that this run changes is remembered: one step of `models undo`. */
  readonly note: () => ChangeNote;
  readonly clientKeys: () => ClientKeyStore;
  /** Where the key of a sealed store is looked for. */
  readonly seal: () => SealPlaces;
  /** Where the config is written; the real disk when left out. */
  readonly files?: Files;
  /** The files as they are now, read on first use: for a process that outlives an edit. */
  readonly reread: () => Settings;
  /** Closes what was opened. */
  close(): Promise<void>;
}

/** What the files say. Each part is read on first use and once. */
export type Settings = Pick<CommandDeps, "config" | "accessConfig" | "environment" | "env" | "paths">;

export interface Surroundings {
  readonly processEnv: Environment;
  /** ms since epoch */
  readonly now: () => number;
  readonly version: string;
  /** The command that runs, without its arguments. */
  readonly command?: string;
  /** Asks the person at the terminal for a secret; absent where nobody can be asked. */
  readonly askSecret?: ((message: string) => Promise<string>) | undefined;
  /** The user's home; as the operating system knows it when left out. */
  readonly osHome?: string;
}

/** An empty `HOME` would put credentials into whatever folder the program was started in. */
const homeOfUser = (): string => homedir() || userInfo().homedir;

export function openDeps(surroundings: Surroundings): CommandDeps {
  const { now, version, command, askSecret: ask } = surroundings;
  const settings = openSettings(surroundings);
  const { config, paths } = settings;
  const note = once(() => ({ change: newChangeId(), because: command ?? "openclaw" }));
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(service: T): T => {
    opened.push(service);
    return service;
  };
  const seal = () => ({ ...sealPlaces(settings.env()), ask });
  return {
    ...settings,
    now,
    version,
    note,
    seal,
    store: once(() => {
      const agents = () => config().agents.map(({ id }) => id);
      const options = { paths: paths(), now, cooldowns: config().cooldowns, agents, seal };
      return journaled(keep(openSqliteStore(options)), note);
    }),
    receipts: once(() => keep(openReceiptStore({ file: resolve(paths().globalDir, "access.sqlite") }))),
    // A login shell would hold up all calls: what it said at the start still holds.
    reread: () => openSettings(surroundings, () => shellSaid(settings.environment())),
    clientKeys: once(() => keep(openClientKeyStore(paths().globalDir))),
    close: async () => void (await Promise.all(opened.map((service) => service.close()))),
  };
}

function openSettings(
  { processEnv, osHome }: Surroundings,
  readShell?: EnvironmentOptions["readShell"],
): Settings {
  const home = osHome ?? homeOfUser();
  const basePaths = once(() => resolvePaths(processEnv, home));
  const written = once(() => loadConfig(basePaths()));
  const config = once(() => {
    const agent = defaultAgent(written());
    return withRegistry(written(), readRegistry(paths(), agent, written()));
  });
  const environment = once(() =>
    effectiveEnvironment(processEnv, basePaths(), config(), {
      expected: isCredentialVariable,
      ...(readShell && { readShell }),
    }),
  );
  const paths = once(() => {
    const usable = usableConfig(written);
    const folder = folderAgentDir(writtenEnvironment(processEnv, basePaths(), usable));
    return resolvePaths(
      processEnv,
      home,
      agentDirs(usable, folder && resolve(untilde(folder, basePaths().home))),
    );
  });
  return {
    config,
    accessConfig: once(() => loadAccessConfig(basePaths())),
    environment,
    env: () => environment().values,
    paths,
  };
}

function shellSaid({ values, shellEnv }: EffectiveEnvironment) {
  return {
    values: Object.fromEntries(shellEnv.appliedKeys.map((name) => [name, values[name]!])),
    warnings: [],
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

function agentDirs(config: Config | undefined, folder: string | undefined): Map<AgentId, string> {
  const configured = (config?.agents ?? []).flatMap(({ id, agentDir }) =>
    agentDir === undefined ? [] : ([[id, agentDir]] as const),
  );
  return new Map([...configured, ...(folder === undefined ? [] : ([[FOLDER_AGENT, folder]] as const))]);
}

/** What may come from the login shell: credentials of providers, and the gateway's own. */
export function isCredentialVariable(name: string): boolean {
  if (/^OPENCLAW_(LIVE_.+_KEY|GATEWAY_(TOKEN|PASSWORD))$/.test(name) || /_API_KEY(S|_.+)?$/.test(name))
    return true;
  return PROVIDERS.some((provider) => provider.env.some((entry) => entry.split("+").includes(name)));
}
