// The parts of a gateway in a worker: as those of a gateway alone, but that whatever has one owner is the primary's.
import { Agent } from "undici";
import { CliBackends } from "../../access/cli-backends/cli-backends.ts";
import { ExchangedTokens } from "../../access/exchanged.ts";
import { LiveAgents } from "../../access/live-agents.ts";
import { Logins } from "../../access/logins.ts";
import { Prices } from "../../access/prices.ts";
import { joinView } from "../../access/read-view.ts";
import { ReceiptWriter } from "../../access/receipt-writer.ts";
import type { RefreshResult } from "../../access/refresh.ts";
import { ServedModels } from "../../access/served-models.ts";
import type { AuthProfile } from "../../core/credential.ts";
import { FailedRuns } from "../runs/failed-runs.ts";
import type { Gateway, Log } from "../gateway.ts";
import { Counts } from "../metrics/counts.ts";
import { REASONING } from "../calls/other-call.ts";
import { Runs } from "../runs/runs.ts";
import type { SettingsReader } from "../settings/reload.ts";
import { Targets } from "../calls/target.ts";
import type { Channel } from "./channel.ts";
import { HealthSender } from "./health-sender.ts";
import type { SharedMemory } from "./memory.ts";
import { sharedMemory } from "./memory.ts";
import type { Start, ToPrimary, ToWorker } from "./protocol.ts";
import { SharedLoads } from "./shared-loads.ts";
import { WorkerCrossings } from "./worker-crossings.ts";
import { WorkerKeys } from "./worker-keys.ts";
import { WorkerTalks } from "./worker-talks.ts";

export interface WorkerParts {
  readonly health: HealthSender;
  readonly loads: SharedLoads;
  readonly keys: WorkerKeys;
  readonly crossings: WorkerCrossings;
  readonly memory: SharedMemory;
  readonly talks: WorkerTalks;
  readonly shared: Omit<Gateway, "config" | "accessConfig" | "env" | "rotations" | "latest" | "reloaded">;
}

/** @param settings those that hold now, at any time */
export function buildWorkerParts(
  primary: Channel<ToPrimary, ToWorker>,
  start: Start,
  settings: () => SettingsReader,
  log: Log,
): WorkerParts {
  const now = Date.now;
  const config = () => settings().config();
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
    cooldowns: () => config().cooldowns,
    loads,
    onRead: () => {
      runs.abortLost();
      talks.tellRevoked();
    },
  });
  const memory = sharedMemory((told) => primary.tell("memory", told), REASONING);
  const crossings = new WorkerCrossings((step) => primary.tell("crossing", step), start.crossed);
  const keys = new WorkerKeys(primary, start.keys);
  const receipts = {
    append: (some: never) => primary.ask("append", some),
    find: async () => undefined,
    page: async () => ({ receipts: [] }),
  };
  return {
    health,
    loads,
    keys,
    crossings,
    memory,
    talks,
    shared: {
      talks: async () => talks,
      agents,
      logins: new Logins({
        refresher: { refresh: sharedFlights((profile) => primary.ask("refresh", profile)) },
        reread: (agent) => agents.refresh(agent),
        now,
        report: () => undefined,
      }),
      exchanged: new ExchangedTokens({
        config,
        settings: () => settings().accessConfig().oauth,
        now,
        report: ({ id }, { message }) => log.warn(`${id}: ${message}`),
      }),
      targets: new Targets(),
      models: new ServedModels({ config, paths: () => settings().paths() }),
      sticky: memory.sticky,
      attempts: memory.attempts,
      keys,
      crossings,
      prices: new Prices(),
      // The primary tells when they cannot be written.
      receipts: new ReceiptWriter(receipts, () => undefined),
      upstream: new Agent({ keepAliveTimeout: 30_000, connect: { timeout: 10_000 } }),
      programs: new CliBackends({ paths: () => settings().paths() }),
      now,
      startedAt: now(),
      failing: () => [],
      counts: new Counts(),
      failedRuns: new FailedRuns(log),
      runs,
      log,
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
