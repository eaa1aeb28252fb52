// What a primary has, and what of it a worker is told: at its start all, later what has changed.
import { dayEnds } from "../../core/key-use.ts";
import type { ControlDoor } from "../control-plane/control-door.ts";
import type { GatewayDeps } from "../deps.ts";
import type { Faults } from "../faults.ts";
import type { Current } from "../http.ts";
import type { GatewayParts } from "../lifecycle/build.ts";
import type { GatewayOptions, Settings } from "../settings/settings.ts";
import type { TlsFiles } from "../sockets/tls.ts";
import type { Hub } from "./hub.ts";
import type { SettingsData, SharedLoad, Start } from "./protocol.ts";
import { settingsData } from "./settings-data.ts";

export interface PrimaryOptions {
  readonly deps: GatewayDeps;
  readonly options: GatewayOptions;
  readonly settings: Settings;
  readonly hub: Hub;
  readonly parts: GatewayParts;
  readonly current: Current;
  readonly faults: Faults;
  readonly tls?: TlsFiles | undefined;
  readonly control?: Pick<ControlDoor, "upgrade"> | undefined;
  /** a port that is known to be free */
  readonly port: number;
  readonly count: number;
}

/** @param loads what the others have under way */
export function toldAtStart(primary: PrimaryOptions, loads: readonly SharedLoad[]): Start {
  const { deps, options, settings, hub, parts, tls, port } = primary;
  return {
    settings: toldSettings(primary),
    options: { ...options, bind: settings.bind },
    hosts: settings.hosts,
    port,
    ...(tls ? { tls } : {}),
    plugins: (deps.settingsFiles?.first ?? deps).accessConfig().plugins,
    digestKey: parts.digestKey,
    keys: toldKeys(primary),
    crossed: toldCrossed(primary),
    loads,
    remembered: hub.memory.all(deps.now()),
    watchesRuns: hub.watchesRuns,
  };
}

export const toldSettings = ({ current, deps }: PrimaryOptions): SettingsData =>
  settingsData(current.gateway, deps.log.debug !== undefined);

export const toldKeys = ({ parts }: PrimaryOptions): Start["keys"] =>
  [...parts.keys.all()].map(({ key }) => key);

export const toldCrossed = ({ parts: { crossings } }: PrimaryOptions): Start["crossed"] => ({
  today: crossings.today(),
  until: dayEnds(Date.now()),
  reserved: crossings.reserved,
});
