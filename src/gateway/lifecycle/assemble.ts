// All that a gateway is made of, before anybody can reach it.
import { defaultAgent } from "../../access/read-view.ts";
import { AccessError } from "../../core/errors.ts";
import { MAIN_AGENT } from "../../core/ids.ts";
import type { GatewayParts } from "./build.ts";
import { buildGateway, gatewayWith } from "./build.ts";
import type { Talks } from "../chat/talks.ts";
import type { ControlDoor } from "../control-plane/control-door.ts";
import type { GatewayDeps } from "../deps.ts";
import { Faults } from "../faults.ts";
import type { Current } from "../http.ts";
import { Installer, refuseOAuthRefs, warnOfSettings } from "../settings/install.ts";
import { knownSecrets } from "../secrets/known-secrets.ts";
import { GatewaySecrets } from "../secrets/secrets.ts";
import type { GatewayOptions, Settings } from "../settings/settings.ts";
import { gatewaySettings, guardOf, ownRefs } from "../settings/settings.ts";
import type { TlsFiles, TlsPair } from "../sockets/tls.ts";
import { readPair, tlsFiles } from "../sockets/tls.ts";
import { tellingReceipts } from "../told-receipts.ts";
import { tellingSessions } from "../told-sessions.ts";
import type { Hub } from "../workers/hub.ts";
import type { Workers } from "../workers/primary.ts";

export interface Assembly {
  /** with the secrets of references in them */
  readonly deps: GatewayDeps;
  /** flags, which go before the config */
  readonly options: GatewayOptions;
  readonly settings: Settings;
  readonly secrets: GatewaySecrets;
  /** what clients show, as `announce` tells it */
  readonly clientSecret: ReturnType<typeof guardOf>["secret"];
  readonly tls: TlsFiles | undefined;
  readonly pair: TlsPair | undefined;
  readonly faults: Faults;
  readonly parts: Omit<GatewayParts, "talks"> & { readonly talks: () => Promise<Talks> };
  readonly current: Current;
  readonly installer: Installer;
  /** absent in a single process */
  readonly hub: Hub | undefined;
  readonly workerCount: number;
  /** What is there once the gateway is open; its parts speak to it from then on. */
  readonly late: Late;
  stopKeys(): void;
}

export interface Late {
  control?: ControlDoor | undefined;
  workers?: Workers | undefined;
}

/** @throws AccessError `config_invalid`, `bad_input` */
export async function assemble(given: GatewayDeps, options: GatewayOptions): Promise<Assembly> {
  const late: Late = {};
  const secrets = new GatewaySecrets(tellingReceipts(given, (receipts) => late.control?.ran(receipts)));
  const { deps } = secrets;
  const first = given.settingsFiles?.first ?? given;
  const settings = gatewaySettings(deps.config().gateway, options);
  await secrets.prepare(first, ownRefs(settings, options, deps.env()));
  const { guard, secret } = guardOf(deps, settings, options);
  const tls = tlsFiles(settings.tls, deps.paths());
  const pair = tls && readPair(tls);
  const faults = new Faults(deps.log);
  const workerCount = workersOf(deps, options);
  const hub = workerCount > 1 ? new (await import("../workers/hub.ts")).Hub() : undefined;
  const parts = {
    ...buildGateway(deps, faults, secrets, hub, () => late.control?.notice()),
    talks: talksOf(deps, () => current, late),
  };
  const latest = () => current.gateway;
  const gateway = gatewayWith(parts, secrets.dress(first), { latest, reloaded: () => undefined });
  const current: Current = { gateway, guard };
  deps.hides?.(() => [...secrets.secrets(), ...knownSecrets(parts, current)]);
  await parts.agents.load(defaultAgent(deps.config()));
  // Its logins are kept warm, whichever agents are called. If it cannot be read, that was told.
  await parts.agents.load(MAIN_AGENT).catch(() => undefined);
  refuseOAuthRefs(parts, first);
  warnOfSettings(deps, deps.log);
  const onInstalled = async () => await late.workers?.renew();
  const installer = new Installer({ deps, options, parts, current, secrets, onInstalled }, first);
  secrets.follow(async (replaced) => {
    await installer.again(replaced);
    late.control?.notice();
  });
  parts.keys.onRead = () => late.control?.notice();
  await installer.again(new Set());
  const [stopKeys] = await Promise.all([parts.keys.start(), parts.crossings.start()]);
  for (const warning of deps.plugins?.warnings ?? []) deps.log.warn(warning);
  const made = {
    deps,
    options,
    settings,
    secrets,
    faults,
    parts,
    current,
    installer,
    hub,
    workerCount,
    late,
  };
  return { ...made, tls, pair, clientSecret: secret, stopKeys };
}

/** Loaded with the first conversation. */
function talksOf(deps: GatewayDeps, current: () => Current, late: Late): () => Promise<Talks> {
  let opened: Promise<Talks> | undefined;
  const { commands: services, version = "" } = deps;
  const open = async () => {
    const { Talks: Opened } = await import("../chat/talks.ts");
    return new Opened({
      current: current(),
      sessions: tellingSessions(deps.sessions(), (news) => late.control?.sessionChanged(news)),
      services: services!,
      tell: (event, payload) => late.control?.tell(event, payload),
      version,
    });
  };
  return () => (opened ??= open());
}

const MOST_WORKERS = 64;

/** One process, unless more are wanted and can be had. @throws AccessError `bad_input` */
function workersOf({ accessConfig, program }: GatewayDeps, { workers }: GatewayOptions): number {
  if ((workers ?? 1) > MOST_WORKERS)
    throw new AccessError("bad_input", `--workers takes a number from 1 to ${MOST_WORKERS}, not ${workers}.`);
  return program === undefined ? 1 : (workers ?? accessConfig().gateway.workers);
}
