// The parts of a gateway in a worker: as those of a gateway alone, but that whatever has one owner is the primary's.
import { LiveAgents } from "../../access/live-agents.ts";
import { Logins } from "../../access/logins.ts";
import { joinView } from "../../access/read-view.ts";
import { ReceiptWriter } from "../../access/receipt-writer.ts";
import type { RefreshResult } from "../../access/refresh.ts";
import type { AuthProfile } from "../../core/credential.ts";
import type { Receipt } from "../../core/receipt.ts";
import type { Log } from "../gateway.ts";
import type { SharedParts } from "../lifecycle/own-parts.ts";
import { ownParts } from "../lifecycle/own-parts.ts";
import { REASONING } from "../calls/other-call.ts";
import { Runs } from "../runs/runs.ts";
import type { SettingsReader } from "../settings/reload.ts";
import type { Channel } from "./channel.ts";
import { HealthSender } from "./health-sender.ts";
import type { SharedMemory } from "./memory.ts";
import { sharedMemory } from "./memory.ts";
import type { Start, ToPrimary, ToWorker } from "./protocol.ts";
import { SharedLoads } from "./shared-loads.ts";
import { WorkerCrossings } from "./worker-crossings.ts";
import { WorkerKeys } from "./worker-keys.ts";
import { WorkerRuns } from "./worker-runs.ts";
import { WorkerTalks } from "./worker-talks.ts";

export interface WorkerParts {
  readonly health: HealthSender;
  readonly loads: SharedLoads;
  readonly keys: WorkerKeys;
  readonly crossings: WorkerCrossings;
  readonly memory: SharedMemory;
  readonly talks: WorkerTalks;
  readonly runs: WorkerRuns;
  readonly shared: SharedParts;
}

type Primary = Channel<ToPrimary, ToWorker>;

/** @param settings those that hold now, at any time */
export function buildWorkerParts(
  primary: Primary,
  start: Start,
  settings: () => SettingsReader,
  log: Log,
): WorkerParts {
  const now = Date.now;
  const current = {
    config: () => settings().config(),
    accessConfig: () => settings().accessConfig(),
    paths: () => settings().paths(),
  };
  const health = new HealthSender((observation) => primary.tell("observed", observation));
  const loads = new SharedLoads({
    loads: (told) => primary.tell("loads", told),
    joins: (test) => primary.tell("joins", test),
    testEnds: (test) => primary.tell("testEnds", test),
    mayTest: (test) => primary.ask("test", test),
  });
  const runs = new Runs();
  const talks = new WorkerTalks(primary);
  const agents = new LiveAgents({
    // The primary watches what any worker reads.
    watch: () => undefined,
    read: (agent) => primary.ask("read", agent),
    join: joinBy(settings()),
    writer: health,
    cooldowns: () => current.config().cooldowns,
    loads,
    onRead: () => {
      runs.abortLost();
      talks.tellRevoked();
    },
  });
  const memory = sharedMemory((told) => primary.tell("memory", told), REASONING);
  const crossings = new WorkerCrossings((step) => primary.tell("crossing", step), start.crossed);
  const keys = new WorkerKeys(primary, start.keys);
  return {
    health,
    loads,
    keys,
    crossings,
    memory,
    talks,
    runs: new WorkerRuns(runs, talks, (begun) => primary.tell("runsBegan", begun)),
    shared: {
      ...ownParts(current, now, log),
      talks: async () => talks,
      agents,
      logins: loginsOf(primary, agents),
      sticky: memory.sticky,
      attempts: memory.attempts,
      keys,
      crossings,
      receipts: receiptsOf(primary),
      failing: () => [],
      runs,
      digestKey: start.digestKey,
      readyToTest: (attempt) => loads.readyToTest(attempt, now()),
      pageOf: (name) => primary.ask("page", name),
    },
  };
}

export const joinBy =
  (settings: SettingsReader): ConstructorParameters<typeof LiveAgents>[0]["join"] =>
  (agent, own, main) =>
    joinView({ ...settings, now: Date.now }, agent, own, main);

const loginsOf = (primary: Primary, agents: LiveAgents): Logins =>
  new Logins({
    refresher: { refresh: sharedFlights((profile) => primary.ask("refresh", profile)) },
    reread: (agent) => agents.refresh(agent),
    now: Date.now,
    // The primary does.
    report: () => undefined,
  });

function receiptsOf(primary: Primary): ReceiptWriter {
  const store = {
    append: (some: readonly Receipt[]) => primary.ask("append", some),
    find: async () => undefined,
    page: async () => ({ receipts: [] }),
  };
  // The primary tells when they cannot be written.
  return new ReceiptWriter(store, () => undefined);
}

/** All that want the same login renewed wait for one answer. */
function sharedFlights(ask: (profile: AuthProfile) => Promise<RefreshResult>) {
  const flights = new Map<string, Promise<RefreshResult>>();
  return (profile: AuthProfile): Promise<RefreshResult> => {
    const key = `${profile.owner} ${profile.id} ${profile.generation}`;
    const flight = flights.get(key) ?? ask(profile).finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };
}
