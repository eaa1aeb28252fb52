// The parts of a running gateway, put together once. Each asks for the settings whenever it needs them.
import { randomBytes } from "node:crypto";
import { Agent } from "undici";
import type { Renewer } from "../../access/codex-refresh.ts";
import { besideCodex } from "../../access/codex-refresh.ts";
import { CliBackends } from "../../access/cli-backends/cli-backends.ts";
import { Crossings } from "../../access/crossings.ts";
import { ExchangedTokens } from "../../access/exchanged.ts";
import { HealthWriter } from "../../access/health-writer.ts";
import type { Join, LiveAgent } from "../../access/live-agent.ts";
import { LiveAgents } from "../../access/live-agents.ts";
import { joinView } from "../../access/read-view.ts";
import { ReceiptWriter } from "../../access/receipt-writer.ts";
import { ServedModels } from "../../access/served-models.ts";
import { StickyProfiles } from "../../access/sticky.ts";
import { loadIdleLogins } from "../../access/idle-logins.ts";
import { KeepWarm } from "../../access/keep-warm.ts";
import { Logins } from "../../access/logins.ts";
import { refresherOf } from "../../access/ready-view.ts";
import type { Refresher } from "../../access/refresh.ts";
import { UsageReader } from "../../access/usage-reader.ts";
import { usageInputs } from "../../access/usage-targets.ts";
import { LiveKeys } from "../../access/live-keys.ts";
import { storeWatcher } from "../settings/watch-stores.ts";
import { Prices } from "../../access/prices.ts";
import { FailedAttempts } from "../../core/failed-attempts.ts";
import { FailedRuns } from "../runs/failed-runs.ts";
import type { Faults } from "../faults.ts";
import type { Gateway } from "../gateway.ts";
import { Counts } from "../metrics/counts.ts";
import type { SettingsReader } from "../settings/reload.ts";
import { goneSince } from "../runs/gone.ts";
import { Runs } from "../runs/runs.ts";
import type { GatewayDeps } from "../deps.ts";
import type { GatewaySecrets } from "../secrets/secrets.ts";
import { tellingSealed } from "../secrets/sealed-notice.ts";
import { Targets } from "../calls/target.ts";
import type { Hub } from "../workers/hub.ts";

/** Settings apart: those are of the time at which a request comes. */
type SharedParts = Omit<Gateway, "config" | "accessConfig" | "env" | "rotations" | "latest" | "reloaded">;

export type GatewayParts = SharedParts & {
  /** with what only their owner may do */
  readonly keys: LiveKeys;
  readonly writerFlush: () => Promise<void>;
  readonly refresher: Refresher;
  readonly keepWarm: KeepWarm;
};

/** What requests are handed from now on. */
export const gatewayWith = (
  parts: GatewayParts,
  { config, accessConfig, env }: SettingsReader,
  { latest, reloaded }: Pick<Gateway, "latest" | "reloaded">,
): Gateway => ({
  ...parts,
  config,
  accessConfig,
  env,
  rotations: () => config().rotations,
  latest,
  reloaded,
});

/** Views by these settings, whatever others come later. */
export function joinWith(deps: GatewayDeps, { config, accessConfig, env, paths }: SettingsReader): Join {
  const fixed = { ...deps, config, accessConfig, env, paths };
  return (agent, own, main) => joinView(fixed, agent, own, main);
}

const KEY_FAULTS = {
  read: "The client keys cannot be read; the last good ones hold",
  write: "What client keys use cannot be written",
};

/**
 * @param deps its settings may be others from call to call
 * @param hub where workers learn what is learnt here
 * @param notice called when something was learnt of a credential
 */
export function buildGateway(
  deps: GatewayDeps,
  faults: Faults,
  secrets: GatewaySecrets,
  hub?: Hub,
  notice: () => void = () => undefined,
): GatewayParts {
  const writing = (part: string) => (error: unknown) =>
    faults.report(part, `${part} cannot be written`, error);
  const writer = new HealthWriter(deps.store(), writing("Health"));
  const runs = new Runs(hub && ((ending) => hub.endRuns(ending)));
  const read = tellingSealed(
    (agent) => deps.store().read(agent),
    deps.log,
    (agent, fault) => secrets.locked(agent, fault),
  );
  const agents: LiveAgents = new LiveAgents({
    watch: (agent) => watch(agent),
    read: async (agent) => {
      const reading = await read(agent);
      const gone = goneSince(agent, agents.reading(agent), reading);
      // Nobody waits for views that are made of it.
      if (gone) void runs.end({ gone });
      return reading;
    },
    join: joinWith(deps, secrets.dress(deps.settingsFiles?.first ?? deps)),
    onView: (view) => secrets.learn(view),
    writer,
    cooldowns: () => deps.config().cooldowns,
    ...hub?.live,
    onHealth: (...learnt) => {
      hub?.live.onHealth?.(...learnt);
      notice();
    },
    onRead: (agent) => {
      hub?.live.onRead?.(agent);
      runs.abortLost();
      notice();
    },
  });
  const watch = storeWatcher({ store: deps.store, agents, faults, onNews: () => keepWarm.wake() });
  const refresher = refresherOf(deps);
  const counts = new Counts();
  const logins = loginsOf(deps, agents, counts.counted(besideCodex(refresher, deps)));
  const keepWarm: KeepWarm = new KeepWarm({
    agents: () => agents.all(),
    logins,
    now: deps.now,
    loadIdle: () =>
      loadIdleLogins({
        ids: () => deps.config().agents.map(({ id }) => id),
        agents,
        read: (agent) => deps.store().read(agent),
      }),
  });
  return {
    refresher,
    keepWarm,
    agents,
    logins,
    exchanged: new ExchangedTokens({
      config: deps.config,
      settings: () => deps.accessConfig().oauth,
      now: deps.now,
      report: ({ id }, { message }) => deps.log.warn(`${id}: ${message}`),
    }),
    targets: new Targets(),
    models: new ServedModels(deps),
    sticky: hub?.memory.sticky ?? new StickyProfiles(),
    keys: new LiveKeys(deps.clientKeys(), (part, error) =>
      faults.report(`client keys ${part}`, KEY_FAULTS[part], error),
    ),
    attempts: hub?.memory.attempts ?? new FailedAttempts(),
    prices: new Prices(),
    crossings: new Crossings(deps.clientKeys(), deps.now, (error) =>
      faults.report("crossings", "What calls cost that cross to metered credentials cannot be kept", error),
    ),
    receipts: new ReceiptWriter(deps.receipts(), writing("Receipts")),
    upstream: new Agent({ keepAliveTimeout: 30_000, connect: { timeout: 10_000 } }),
    programs: new CliBackends(deps),
    now: deps.now,
    startedAt: deps.now(),
    digestKey: randomBytes(32).toString("hex"),
    failing: () => faults.list(),
    counts,
    failedRuns: new FailedRuns(deps.log),
    runs,
    log: deps.log,
    writerFlush: () => writer.flush(),
  };
}

function loginsOf(deps: GatewayDeps, agents: LiveAgents, refresher: Renewer): Logins {
  return new Logins({
    refresher,
    reread: (agent) => agents.refresh(agent),
    now: deps.now,
    report: ({ id }, result) =>
      result.kind === "renewed" ? deps.log.info(`${id} was refreshed`) : deps.log.warn(result.message),
  });
}

/** Started once calls can come: nobody has used anything before. */
export function usageReaderOf(deps: GatewayDeps, agents: LiveAgents): UsageReader {
  const { usageEveryMs: everyMs } = deps.accessConfig().gateway;
  const inputs = ({ view }: LiveAgent) => usageInputs(deps, view);
  const reader = new UsageReader({ agents, inputs, everyMs, now: deps.now });
  if (everyMs > 0) reader.start();
  return reader;
}
