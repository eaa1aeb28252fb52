// A running gateway follows its files: what an edit means for its parts, and what has to wait for the next start.
import { AccessError } from "../../core/errors.ts";
import { watchFile } from "../../store/watch.ts";
import type { Faults } from "../faults.ts";
import type { Current } from "../http.ts";
import type { Installer } from "./install.ts";
import type { ReloadReport, SettingsReader } from "./reload.ts";
import { Reloads } from "./reload.ts";
import type { GatewayDeps } from "../deps.ts";
import type { GatewaySecrets } from "../secrets/secrets.ts";
import { registryFile } from "./setting-files.ts";
import type { GatewayOptions } from "./settings.ts";
import { gatewaySettings } from "./settings.ts";

export interface FollowOptions {
  readonly deps: GatewayDeps;
  /** flags, which go before the config */
  readonly options: GatewayOptions;
  readonly current: Current;
  readonly installer: Installer;
  readonly secrets: GatewaySecrets;
  readonly faults: Faults;
  readonly onReport: (report: ReloadReport) => void;
}

export interface Following {
  stop(): void;
  /** Reads the files now. @throws AccessError `bad_input` when there are none to follow */
  reload(): Promise<ReloadReport>;
}

export function followFiles(follow: FollowOptions): Following {
  const { deps, faults, onReport } = follow;
  const { settingsFiles: files, log, now } = deps;
  if (!files) return NOTHING_TO_FOLLOW;
  const reloads = new Reloads({
    first: files.first,
    reread: files.reread,
    lasting: (settings) => lastingOf(settings, files.first, follow.options),
    apply: (settings) => follow.installer.install(settings),
    secrets: () => follow.secrets.again(),
    onReport,
    faults,
    log,
    now,
  });
  follow.current.gateway = { ...follow.current.gateway, reloaded: () => reloads.last };
  const watch = new FileWatch(deps, () => void reloads.reload(false).then(() => watch.follow()));
  const reload = async (): Promise<ReloadReport> => {
    const report = await reloads.reload(true);
    watch.follow();
    return report;
  };
  files.onAsked(() => void reload());
  watch.follow();
  return { stop: () => watch.stop(), reload };
}

const NOTHING_TO_FOLLOW: Following = {
  stop: () => undefined,
  reload: () => Promise.reject(new AccessError("bad_input", "This gateway reads its settings once.")),
};

/** What a running process cannot take over, by the name that people know it by. */
function lastingOf(
  { config, accessConfig, paths }: SettingsReader,
  first: SettingsReader,
  options: GatewayOptions,
): Record<string, unknown> {
  const { port, hosts } = gatewaySettings(config().gateway, options);
  const known = first.config().agents.map(({ id }) => id);
  return {
    "gateway.port": port,
    "gateway.bind": hosts,
    "gateway.tls": config().gateway.tls,
    "env.shellEnv": config().env.shellEnv,
    "logging.file": config().logFile,
    "agents.list agentDir": known.map((id) => paths().agentDatabase(id)),
    "access.json plugins": accessConfig().plugins,
    "access.json gateway.workers": options.workers ?? accessConfig().gateway.workers,
  };
}

const MOST_DEBOUNCES = 5;

/** Notices edits, unless the config says that they are not to be noticed. */
class FileWatch {
  readonly #deps: GatewayDeps;
  readonly #onEdit: () => void;
  readonly #watched = new Map<string, () => void>();
  #timer: NodeJS.Timeout | undefined;
  /** of the first edit that was not looked at, by `performance.now()` */
  #since: number | undefined;

  constructor(deps: GatewayDeps, onEdit: () => void) {
    this.#deps = deps;
    this.#onEdit = onEdit;
  }

  /** Watches what is to be watched by the settings as they are now. */
  follow(): void {
    const wanted = new Set(this.#wanted());
    for (const [file, stop] of this.#watched) {
      if (wanted.has(file)) continue;
      stop();
      this.#watched.delete(file);
    }
    for (const file of wanted)
      if (!this.#watched.has(file))
        this.#watched.set(
          file,
          watchFile(file, () => this.#notice()),
        );
  }

  #wanted(): string[] {
    const { paths, config } = this.#deps;
    if (config().gateway.reload.mode === "off") return [];
    const { configPath, accessConfigPath, dotenvPath } = paths();
    return [configPath, accessConfigPath, dotenvPath, registryFile(paths(), config())];
  }

  /** An editor may take several steps: a file is read once they are over. */
  #notice(): void {
    const { debounceMs } = this.#deps.config().gateway.reload;
    const now = performance.now();
    this.#since ??= now;
    // A program that writes without end does not keep its edits from being used.
    const left = this.#since + debounceMs * MOST_DEBOUNCES - now;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), Math.max(0, Math.min(debounceMs, left))).unref();
  }

  #look(): void {
    this.#since = undefined;
    this.#onEdit();
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const stop of this.#watched.values()) stop();
    this.#watched.clear();
  }
}
