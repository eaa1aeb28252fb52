// `gateway run --workers N`: this process owns store, refresh, health, keys and files; its workers serve HTTP.
import { setTimeout as pause } from "node:timers/promises";
import { InstallKey } from "../../store/generation.ts";
import type { WorkerRow } from "../lifecycle/lock.ts";
import type { Listening } from "../sockets/listen.ts";
import { GRACE_MS } from "../sockets/listen.ts";
import { AllLoads } from "./all-loads.ts";
import type { WorkerChannel } from "./crew.ts";
import { Crew } from "./crew.ts";
import { PageMaker } from "./pages.ts";
import { seatFor } from "./seat.ts";
import type { PrimaryOptions } from "./told.ts";
import { toldKeys, toldSettings } from "./told.ts";

export interface Workers extends Listening {
  /** Tells those that serve, now and whenever one came or went. */
  follow(told: (workers: readonly WorkerRow[]) => void): void;
  /** Resolves once all of them have the settings that this process has, but waits for none that hangs. */
  renew(): Promise<void>;
}

/** @throws AccessError what keeps a worker from serving */
export async function startWorkers(primary: PrimaryOptions): Promise<Workers> {
  const { deps, hub, parts, current, control, port, count } = primary;
  const { now, log, program } = deps;
  // Keys of no store are told apart by it, in all processes alike.
  new InstallKey(deps.paths().globalDir).publish();
  let follow: ((workers: readonly WorkerRow[]) => void) | undefined;
  const onChange = () => follow?.(crew.members().map(({ pid, startedAt }) => ({ pid, startedAt })));
  const loads = new AllLoads((told) => void told.forEach((load) => hub.loads.hear(load)));
  const shared = { primary, loads, pages: new PageMaker(current, () => crew), crew: () => crew };
  const seat = (channel: () => WorkerChannel) => seatFor(shared, channel);
  const crew: Crew = new Crew({ count, program: program!, seat, control, now, log, onChange });
  hub.crew = crew;
  const told = parts.keys.onRead;
  parts.keys.onRead = () => {
    void told?.();
    return hub.tellKeys(toldKeys(primary));
  };
  await crew.start();
  return {
    port,
    follow(follower) {
      follow = follower;
      onChange();
    },
    secure: () => crew.tell("certificate", null),
    renew: () => renewAll(crew, primary),
    close: (graceMs = GRACE_MS) => crew.end(graceMs),
  };
}

const RENEWED_WITHIN_MS = 5000;
const LATE = "late";

/** A worker that cannot take them over makes room for one that begins with them. */
async function renewAll(crew: Crew, primary: PrimaryOptions) {
  const { log } = primary.deps;
  const renewed = crew.members().map(async (member) => {
    try {
      await member.channel.ask("settings", toldSettings(primary));
    } catch (error) {
      if (!crew.members().includes(member)) return;
      log.error(error, `Worker ${member.place} cannot use the new settings`);
      crew.replace(member);
    }
  });
  const isLate = await Promise.race([Promise.all(renewed), pause(RENEWED_WITHIN_MS, LATE, { ref: false })]);
  if (isLate === LATE) log.warn("A worker is busy, and has the new settings later");
}
