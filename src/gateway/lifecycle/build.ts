// The parts of a running gateway, put together once. Each asks for the settings whenever it needs them.
import { randomBytes } from "node:crypto";
import type { Renewer } from "../../access/codex-refresh.ts";
import { besideCodex } from "../../access/codex-refresh.ts";
import { Crossings } from "../../access/crossings.ts";
import { HealthWriter } from "../../access/health-writer.ts";
import type { LiveAgent } from "../../access/live-agent.ts";
import type { LiveAgents } from "../../access/live-agents.ts";
import { ReceiptWriter } from "../../access/receipt-writer.ts";
import { StickyProfiles } from "../../access/sticky.ts";
import { loadIdleLogins } from "../../access/idle-logins.ts";
import { KeepWarm } from "../../access/keep-warm.ts";
import { Logins } from "../../access/logins.ts";
import { refresherOf } from "../../access/ready-view.ts";
import type { Refresher } from "../../access/refresh.ts";
import { UsageReader } from "../../access/usage-reader.ts";
import { usageInputs } from "../../access/usage-targets.ts";
import { LiveKeys } from "../../access/live-keys.ts";
import { FailedAttempts } from "../../core/failed-attempts.ts";
import type { Faults } from "../faults.ts";
import type { Gateway } from "../gateway.ts";
import type { SettingsReader } from "../settings/reload.ts";
import { Runs } from "../runs/runs.ts";
import type { GatewayDeps } from "../deps.ts";
import type { GatewaySecrets } from "../secrets/secrets.ts";
import type { Hub } from "../workers/hub.ts";
import { buildAgents } from "./build-agents.ts";
import type { SharedParts } from "./own-parts.ts";
import { ownParts } from "./own-parts.ts";

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
  const own = ownParts(deps, deps.now, deps.log);
  const writer = new HealthWriter(deps.store(), writing("Health"));
  const runs = new Runs(hub?.runs);
  const onNews = () => keepWarm.wake();
  const agents = buildAgents({ deps, faults, secrets, hub, writer, runs, notice, onNews });
  const refresher = refresherOf(deps);
  const logins = loginsOf(deps, agents, own.counts.counted(besideCodex(refresher, deps)));
  const keepWarm = keepWarmOf(deps, agents, logins);
  return {
    ...own,
    refresher,
    keepWarm,
    agents,
    logins,
    sticky: hub?.memory.sticky ?? new StickyProfiles(),
    keys: new LiveKeys(deps.clientKeys(), (part, error) =>
      faults.report(`client keys ${part}`, KEY_FAULTS[part], error),
    ),
    attempts: hub?.memory.attempts ?? new FailedAttempts(),
    crossings: new Crossings(deps.clientKeys(), deps.now, (error) =>
      faults.report("crossings", "What calls cost that cross to metered credentials cannot be kept", error),
    ),
    receipts: new ReceiptWriter(deps.receipts(), writing("Receipts")),
    digestKey: randomBytes(32).toString("hex"),
    failing: () => faults.list(),
    runs,
    writerFlush: () => writer.flush(),
  };
}

const keepWarmOf = (deps: GatewayDeps, agents: LiveAgents, logins: Logins): KeepWarm =>
  new KeepWarm({
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

function loginsOf(deps: GatewayDeps, agents: LiveAgents, refresher: Renewer): Logins {
  return new Logins({
    refresher,
    reread: (agent) => agents.reread(agent),
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
