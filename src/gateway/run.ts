// `openclaw gateway run`: builds the gateway, says where it is, serves until it is told to stop.
import { setTimeout as pause } from "node:timers/promises";
import type { Deps } from "../access/deps.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import { defaultAgent } from "../access/read-view.ts";
import { AccessError } from "../core/errors.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { Secret } from "../core/secret.ts";
import type { GatewayKeyStore } from "../store/client-keys.ts";
import type { SessionStore } from "../store/sessions.ts";
import { announce } from "./announce.ts";
import type { Talks } from "./chat/talks.ts";
import type { Tell } from "./chat/turn-events.ts";
import type { GatewayParts } from "./build.ts";
import { buildGateway, gatewayWith, usageReaderOf } from "./build.ts";
import type { Setup } from "./control-door.ts";
import { ControlDoor } from "./control-door.ts";
import { Faults } from "./faults.ts";
import { followFiles } from "./follow.ts";
import type { Log } from "./gateway.ts";
import type { Current } from "./http.ts";
import { requestListener } from "./http.ts";
import { Installer, refuseOAuthRefs, warnOfSettings } from "./install.ts";
import type { Listening } from "./listen.ts";
import { listen } from "./listen.ts";
import { knownSecrets } from "./known-secrets.ts";
import type { LogFile } from "./logs/log-file.ts";
import { holdLock, readLock } from "./lock.ts";
import type { ReloadReport, SettingsReader } from "./reload.ts";
import type { TlsPair } from "./tls.ts";
import { followPair, readPair, tlsFiles } from "./tls.ts";
import type { GatewayOptions, Settings } from "./settings.ts";
import { GatewaySecrets } from "./secrets/secrets.ts";
import { gatewaySettings, guardOf, ownRefs } from "./settings.ts";
import { tellingReceipts } from "./told-receipts.ts";
import type { SessionNews } from "./told-sessions.ts";
import { tellingSessions } from "./told-sessions.ts";
import type { PrimaryOptions, Workers } from "./workers/primary.ts";

/** Services of a running gateway that the command line does not need. */
export interface GatewayDeps extends Deps {
  readonly clientKeys: () => GatewayKeyStore;
  readonly sessions: () => SessionStore;
  readonly log: Log;
  /** where to tell the operator, one line each */
  readonly say: (line: string) => void;
  /** resolves when the process is asked to stop */
  readonly stopped: Promise<string>;
  readonly version?: string;
  /** What is started for each worker; without it there are none. */
  readonly program?: string;
  /** Lines for later; absent where nobody keeps them. */
  readonly logFile?: Pick<LogFile, "open" | "write" | "close" | "path">;
  /** Takes what no line may hold. */
  readonly hides?: (secrets: () => Iterable<Secret>) => void;
  /** Somebody starts the gateway again when it ends with `EXIT_AGAIN`. */
  readonly supervised?: boolean;
  /** The settings' files; absent when nobody edits them. */
  readonly settingsFiles?: SettingsFiles;
  /** What use cases need, to do what a method of the control plane is named for; without it there is none. */
  readonly commands?: (name: string) => CommandDeps;
  /** `onboard` with a person at a page. */
  readonly setup?: Setup;
}

export interface SettingsFiles {
  /** as they were at the start */
  readonly first: SettingsReader;
  readonly reread: () => SettingsReader;
  /** From now on the dependencies have these settings. */
  readonly use: (settings: SettingsReader) => void;
  /** Calls back whenever a person asks for a look at the files. */
  readonly onAsked: (look: () => void) => void;
}

/** The gateway ends to be started again, with settings that a running one cannot take over. */
const EXIT_AGAIN = 75;

/**
 * Runs until stopped.
 *
 * @returns exit code
 * @throws AccessError `config_invalid`, `port_taken`, `gateway_running`, `store_unwritable`
 */
export async function runGateway(given: GatewayDeps, options: GatewayOptions): Promise<number> {
  const secrets = new GatewaySecrets(tellingReceipts(given, (receipts) => control?.ran(receipts)));
  const { deps } = secrets;
  const first = given.settingsFiles?.first ?? given;
  const settings = gatewaySettings(deps.config().gateway, options);
  await secrets.prepare(first, ownRefs(settings, options, deps.env()));
  const { guard, secret } = guardOf(deps, settings, options);
  const tls = tlsFiles(settings.tls, deps.paths());
  const pair = tls && readPair(tls);
  const faults = new Faults(deps.log);
  const count = workersOf(deps, options);
  const hub = count > 1 ? new (await import("./workers/hub.ts")).Hub() : undefined;
  let control: ControlDoor | undefined;
  const parts = {
    ...buildGateway(deps, faults, secrets, hub, () => control?.notice()),
    talks: talksOf(
      deps,
      () => current,
      (event, payload) => control?.tell(event, payload),
      (news) => control?.sessionChanged(news),
    ),
  };
  const latest = () => current.gateway;
  const gateway = gatewayWith(parts, secrets.dress(first), {
    latest,
    reloaded: () => undefined,
  });
  const current: Current = { gateway, guard };
  deps.hides?.(() => [...secrets.secrets(), ...knownSecrets(parts, current)]);
  await parts.agents.load(defaultAgent(deps.config()));
  // Its logins are kept warm, whichever agents are called. If it cannot be read, that was told.
  await parts.agents.load(MAIN_AGENT).catch(() => undefined);
  refuseOAuthRefs(parts, first);
  warnOfSettings(deps, deps.log);
  let workers: Workers | undefined;
  const onInstalled = async () => await workers?.renew();
  const installer = new Installer({ deps, options, parts, current, secrets, onInstalled }, first);
  secrets.follow((replaced) => installer.again(replaced));
  await installer.again(new Set());
  const [stopKeys] = await Promise.all([parts.keys.start(), parts.crossings.start()]);
  for (const warning of deps.plugins?.warnings ?? []) deps.log.warn(warning);
  control =
    deps.commands &&
    controlDoor(deps, deps.commands, current, secrets, parts.talks, () => following.reload());
  const listening = await listenOrExplain(deps, settings, requestListener(current), pair, control);
  workers =
    hub &&
    (await handOver(listening, {
      deps,
      options,
      settings,
      hub,
      parts,
      current,
      faults,
      tls,
      count,
      control,
    }));
  const serving = workers ?? listening;
  const at = { host: settings.hosts[0]!, port: listening.port, ...(tls && { certPath: tls.certPath }) };
  const lock = holdLock(deps, at);
  workers?.follow((rows) => lock.noteWorkers(rows));
  const stopTls = tls && followPair(tls, serving.secure, { faults, log: deps.log });
  void parts.keepWarm.run();

  let usage = usageReaderOf(deps, parts.agents);
  const again = Promise.withResolvers<string>();
  const following = followFiles({
    deps,
    options,
    current,
    installer,
    secrets,
    faults,
    onReport: (report) => {
      lock.note(report);
      control?.reloaded(report);
      if (report.outcome === "rejected") return;
      usage.stop();
      usage = usageReaderOf(deps, parts.agents);
      parts.keepWarm.wake();
      if (mustStartAgain(deps, report)) again.resolve("the new settings need a new start");
    },
  });
  announce(deps, gateway, { ...at, proxied: guard.proxy !== undefined }, secret);
  deps.logFile?.write("info", `Gateway ${deps.version ?? ""} serves on ${at.host}, port ${at.port}`);
  void deps.logFile?.open();

  const signal = await Promise.race([deps.stopped, again.promise]);
  following.stop();
  const told = control?.stop();
  secrets.stop();
  stopKeys();
  stopTls?.();
  usage.stop();
  deps.say(`Stopping (${signal}): running calls may end first.`);
  deps.logFile?.write("info", `Stopping (${signal})`);
  await told;
  await stop(deps, parts, serving);
  lock.release();
  deps.logFile?.close();
  return (await Promise.race([again.promise, undefined])) === undefined ? 0 : EXIT_AGAIN;
}

/** Loaded with the first conversation. */
function talksOf(
  deps: GatewayDeps,
  current: () => Current,
  tell: Tell,
  told: (news: SessionNews) => void,
): () => Promise<Talks> {
  let opened: Promise<Talks> | undefined;
  const { commands: services, version = "" } = deps;
  return () =>
    (opened ??= import("./chat/talks.ts").then(
      ({ Talks: Opened }) =>
        new Opened({
          current: current(),
          sessions: tellingSessions(deps.sessions(), told),
          services: services!,
          tell,
          version,
        }),
    ));
}

const controlDoor = (
  { version = "", logFile, setup }: GatewayDeps,
  services: (method: string) => CommandDeps,
  current: Current,
  secrets: GatewaySecrets,
  talks: () => Promise<Talks>,
  reload: () => Promise<ReloadReport>,
): ControlDoor =>
  new ControlDoor({
    current,
    version,
    services,
    talks,
    reload,
    reloadSecrets: () => secrets.again(),
    logPath: () => logFile?.path,
    ...(setup ? { setup } : {}),
  });

const MOST_WORKERS = 64;

/** One process, unless more are wanted and can be had. @throws AccessError `bad_input` */
function workersOf({ accessConfig, program }: GatewayDeps, { workers }: GatewayOptions): number {
  if ((workers ?? 1) > MOST_WORKERS)
    throw new AccessError("bad_input", `--workers takes a number from 1 to ${MOST_WORKERS}, not ${workers}.`);
  return program === undefined ? 1 : (workers ?? accessConfig().gateway.workers);
}

/** The port is free, so workers can have it: they listen in the place of this process. */
async function handOver(listening: Listening, rest: Omit<PrimaryOptions, "port">): Promise<Workers> {
  await listening.close();
  const { startWorkers } = await import("./workers/primary.ts");
  return await startWorkers({ ...rest, port: listening.port });
}

/** Without a supervisor nobody would bring it back: what cannot be used is told instead. */
function mustStartAgain({ config, supervised }: GatewayDeps, report: ReloadReport): boolean {
  const { mode } = config().gateway.reload;
  if (!supervised || report.outcome !== "applied") return false;
  return mode === "restart" || (mode === "hybrid" && report.restart.length > 0);
}

const REFRESHES_END_WITHIN_MS = 5000;

async function stop(deps: GatewayDeps, parts: GatewayParts, listening: Listening): Promise<void> {
  parts.keepWarm.stop();
  await listening.close();
  await parts.programs.close();
  // The answer to a token that was sent is nowhere else.
  await Promise.race([parts.refresher.settled(), pause(REFRESHES_END_WITHIN_MS, undefined, { ref: false })]);
  await parts.receipts.flush();
  await parts.keys.flush();
  await parts.crossings.flush();
  await parts.writerFlush();
  await Promise.all([parts.upstream.destroy(), deps.store().close()]);
}

async function listenOrExplain(
  deps: Deps,
  settings: Settings,
  listener: ReturnType<typeof requestListener>,
  pair: TlsPair | undefined,
  control: ControlDoor | undefined,
): Promise<Listening> {
  try {
    return await listen(settings.hosts, settings.port, listener, pair, control);
  } catch (error) {
    const lock = readLock(deps.paths());
    if (!(error instanceof AccessError) || error.code !== "port_taken" || lock?.port !== settings.port)
      throw error;
    throw new AccessError(
      "gateway_running",
      `A gateway is already running (pid ${lock.pid}) on port ${lock.port}. Stop it with: kill ${lock.pid}`,
      { cause: error },
    );
  }
}
