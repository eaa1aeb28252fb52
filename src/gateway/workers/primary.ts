// `gateway run --workers N`: this process owns store, refresh, health, keys and files; its workers serve HTTP.
import { setTimeout as pause } from "node:timers/promises";
import { dayEnds } from "../../core/key-use.ts";
import { InstallKey } from "../../store/generation.ts";
import type { GatewayParts } from "../lifecycle/build.ts";
import type { ControlDoor } from "../control-plane/control-door.ts";
import type { Faults } from "../faults.ts";
import type { Current } from "../http.ts";
import type { Listening } from "../sockets/listen.ts";
import { GRACE_MS } from "../sockets/listen.ts";
import type { WorkerRow } from "../lifecycle/lock.ts";
import type { GatewayDeps } from "../deps.ts";
import type { GatewayOptions, Settings } from "../settings/settings.ts";
import type { TlsFiles } from "../sockets/tls.ts";
import type { TellLoads } from "./all-loads.ts";
import { AllLoads } from "./all-loads.ts";
import type { Seat, WorkerChannel } from "./crew.ts";
import { Crew } from "./crew.ts";
import { deskFor } from "./desk.ts";
import type { Hub } from "./hub.ts";
import { PageMaker } from "./pages.ts";
import type { SharedLoad, Start } from "./protocol.ts";
import { settingsData } from "./settings-data.ts";

export interface Workers extends Listening {
  /** Tells those that serve, now and whenever one came or went. */
  follow(told: (workers: readonly WorkerRow[]) => void): void;
  /** Resolves once all of them have the settings that this process has, but waits for none that hangs. */
  renew(): Promise<void>;
}

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

/** @throws AccessError what keeps a worker from serving */
export async function startWorkers(primary: PrimaryOptions): Promise<Workers> {
  const { deps, options, settings, hub, parts, current, faults, tls, port, count } = primary;
  // Keys of no store are told apart by it, in all processes alike.
  new InstallKey(deps.paths().globalDir).publish();
  let follow: ((workers: readonly WorkerRow[]) => void) | undefined;
  const tell = () => follow?.(crew.members().map(({ pid, startedAt }) => ({ pid, startedAt })));
  const loads = new AllLoads((told) => void told.forEach((load) => hub.loads.hear(load)));
  const data = () => settingsData(current.gateway, deps.log.debug !== undefined);
  const { plugins } = (deps.settingsFiles?.first ?? deps).accessConfig();
  const keys = () => [...parts.keys.all()].map(({ key }) => key);
  const crossed = () => ({
    today: parts.crossings.today(),
    until: dayEnds(Date.now()),
    reserved: parts.crossings.reserved,
  });
  const pages = new PageMaker(current, () => crew);
  const startWith = (known: readonly SharedLoad[]): Start => ({
    settings: data(),
    options: { ...options, bind: settings.bind },
    hosts: settings.hosts,
    port,
    ...(tls ? { tls } : {}),
    plugins,
    digestKey: parts.digestKey,
    keys: keys(),
    crossed: crossed(),
    loads: known,
    remembered: hub.memory.all(deps.now()),
  });
  const seat = (channel: () => WorkerChannel): Seat => {
    const tellLoads: TellLoads = (told) => channel().tell("loads", told);
    const desk = deskFor({
      parts,
      receipts: deps.receipts(),
      loads,
      tellLoads,
      relay: (memory) => {
        hub.memory.hear(memory);
        crew.tellOthers(channel(), "memory", memory);
      },
      tellCrossed: () => crew.tell("crossed", crossed()),
      taken: (seq) => channel().tell("taken", seq),
      page: (name) => pages.page(name),
      tellAborted: (call) => channel().tell("abortCall", call),
      wrote: (error) => faults.report("Receipts", "Receipts cannot be written", error),
      log: deps.log,
    });
    return { ...desk, begin: () => channel().ask("start", startWith(loads.add(tellLoads))) };
  };
  const { now, log, program } = deps;
  const crew: Crew = new Crew({
    count,
    program: program!,
    seat,
    control: primary.control,
    now,
    log,
    onChange: tell,
  });
  hub.crew = crew;
  const told = parts.keys.onRead;
  parts.keys.onRead = () => {
    told?.();
    crew.tell("keys", keys());
  };
  await crew.start();
  return {
    port,
    follow(follower) {
      follow = follower;
      tell();
    },
    secure: () => crew.tell("certificate", null),
    renew: () => renewAll(crew, data, deps),
    close: (graceMs = GRACE_MS) => crew.end(graceMs),
  };
}

const RENEWED_WITHIN_MS = 5000;
const LATE = "late";

/** A worker that cannot take them over makes room for one that begins with them. */
async function renewAll(crew: Crew, data: () => ReturnType<typeof settingsData>, { log }: GatewayDeps) {
  const renewed = crew.members().map(async (member) => {
    try {
      await member.channel.ask("settings", data());
    } catch (error) {
      if (!crew.members().includes(member)) return;
      log.error(error, `Worker ${member.place} cannot use the new settings`);
      crew.replace(member);
    }
  });
  const isLate = await Promise.race([Promise.all(renewed), pause(RENEWED_WITHIN_MS, LATE, { ref: false })]);
  if (isLate === LATE) log.warn("A worker is busy, and has the new settings later");
}
