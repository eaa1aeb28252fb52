// `openclaw gateway run`: builds the gateway, says where it is, serves until it is told to stop.
import { setTimeout as pause } from "node:timers/promises";
import { Agent } from "undici";
import { besideCodex } from "../access/codex-refresh.ts";
import { ExchangedTokens } from "../access/exchanged.ts";
import { HealthWriter } from "../access/health-writer.ts";
import type { LiveAgent } from "../access/live-agents.ts";
import { LiveAgents } from "../access/live-agents.ts";
import { defaultAgent, joinView } from "../access/read-view.ts";
import { ReceiptWriter } from "../access/receipt-writer.ts";
import { ServedModels } from "../access/served-models.ts";
import { StickyProfiles } from "../access/sticky.ts";
import { KeepWarm } from "../access/keep-warm.ts";
import { Logins } from "../access/logins.ts";
import { refresherOf } from "../access/ready-view.ts";
import type { Refresher } from "../access/refresh.ts";
import type { Deps } from "../access/deps.ts";
import { UsageReader } from "../access/usage-reader.ts";
import { usageInputs } from "../access/usage-targets.ts";
import { AccessError } from "../core/errors.ts";
import type { AgentId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import { Faults } from "./faults.ts";
import type { Gateway, Log } from "./gateway.ts";
import { requestListener } from "./http.ts";
import type { Listening } from "./listen.ts";
import { listen } from "./listen.ts";
import { readLock, removeLock, writeLock } from "./lock.ts";
import { Targets } from "./target.ts";
import type { GatewayOptions, Settings } from "./settings.ts";
import { gatewaySettings, guardOf } from "./settings.ts";
import { announce } from "./announce.ts";

/** Services of a running gateway that the command line does not need. */
export interface GatewayDeps extends Deps {
  readonly log: Log;
  /** where to tell the operator, one line each */
  readonly say: (line: string) => void;
  /** resolves when the process is asked to stop */
  readonly stopped: Promise<string>;
}

/**
 * Runs until stopped.
 *
 * @returns exit code
 * @throws AccessError `config_invalid`, `port_taken`, `gateway_running`, `store_unwritable`
 */
export async function runGateway(deps: GatewayDeps, options: GatewayOptions): Promise<number> {
  const settings = gatewaySettings(deps.config().gateway, options);
  const { guard, secret } = guardOf(deps, settings, options);
  const gateway = buildGateway(deps);
  await gateway.agents.load(defaultAgent(deps.config()));
  // Its logins are kept warm, whichever agents are called. If it cannot be read, that was told.
  await gateway.agents.load(MAIN_AGENT).catch(() => undefined);
  for (const warning of deps.plugins?.warnings ?? []) deps.log.warn(warning);
  const listening = await listenOrExplain(deps, settings, requestListener(gateway, guard));
  writeLock(deps.paths(), listening.port);
  void gateway.keepWarm.run();
  announce(deps, gateway, settings.hosts[0]!, listening.port, secret);

  const usage = usageReaderOf(deps, gateway.agents);
  const signal = await deps.stopped;
  usage.stop();
  deps.say(`Stopping (${signal}): running calls may end first.`);
  gateway.keepWarm.stop();
  await listening.close();
  // The answer to a token that was sent is nowhere else.
  await Promise.race([
    gateway.refresher.settled(),
    pause(REFRESHES_END_WITHIN_MS, undefined, { ref: false }),
  ]);
  await gateway.receipts.flush();
  await gateway.writerFlush();
  await Promise.all([gateway.upstream.destroy(), deps.store().close()]);
  removeLock(deps.paths());
  return 0;
}

const REFRESHES_END_WITHIN_MS = 5000;

type OwnGateway = Gateway & {
  readonly writerFlush: () => Promise<void>;
  readonly refresher: Refresher;
  readonly keepWarm: KeepWarm;
};

function buildGateway(deps: GatewayDeps): OwnGateway {
  const faults = new Faults(deps.log);
  const writing = (part: string) => (error: unknown) =>
    faults.report(part, `${part} cannot be written`, error);
  const writer = new HealthWriter(deps.store(), writing("Health"));
  const agents: LiveAgents = new LiveAgents({
    watch: (agent) => watchStore(deps, agents, agent, faults, () => keepWarm.wake()),
    read: (agent) => deps.store().read(agent),
    join: (agent, own, main) => joinView(deps, agent, own, main),
    writer,
    cooldowns: () => deps.config().cooldowns,
  });
  const refresher = refresherOf(deps);
  const logins = loginsOf(deps, agents, refresher);
  const keepWarm: KeepWarm = new KeepWarm({ agents: () => agents.all(), logins, now: deps.now });
  return {
    refresher,
    keepWarm,
    config: deps.config,
    accessConfig: deps.accessConfig,
    env: deps.env,
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
    sticky: new StickyProfiles(),
    receipts: new ReceiptWriter(deps.receipts(), writing("Receipts")),
    upstream: new Agent({ keepAliveTimeout: 30_000, connect: { timeout: 10_000 } }),
    rotations: () => deps.config().rotations,
    now: deps.now,
    startedAt: deps.now(),
    failing: () => faults.list(),
    log: deps.log,
    writerFlush: () => writer.flush(),
  };
}

function loginsOf(deps: GatewayDeps, agents: LiveAgents, refresher: Refresher): Logins {
  return new Logins({
    refresher: besideCodex(refresher, deps),
    reread: (agent) => agents.refresh(agent),
    now: deps.now,
    report: ({ id }, result) =>
      result.kind === "renewed" ? deps.log.info(`${id} was refreshed`) : deps.log.warn(result.message),
  });
}

/** Started once calls can come: nobody has used anything before. */
function usageReaderOf(deps: GatewayDeps, agents: LiveAgents): UsageReader {
  const { usageEveryMs: everyMs } = deps.accessConfig().gateway;
  const inputs = ({ view }: LiveAgent) => usageInputs(deps, view);
  const reader = new UsageReader({ agents, inputs, everyMs, now: deps.now });
  if (everyMs > 0) reader.start();
  return reader;
}

async function listenOrExplain(
  deps: Deps,
  settings: Settings,
  listener: ReturnType<typeof requestListener>,
): Promise<Listening> {
  try {
    return await listen(settings.hosts, settings.port, listener);
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

/** Credentials and order that anyone changes are used from the next request on. */
function watchStore(
  deps: GatewayDeps,
  agents: LiveAgents,
  agent: AgentId,
  faults: Faults,
  onNews: () => void,
): void {
  const sentence = `The store of ${agent} cannot be read; the last good one stays in use`;
  const report = (error: unknown) => faults.report(`store ${agent}`, sentence, error);
  const again = () =>
    agents
      .refresh(agent)
      .then(() => report(undefined), report)
      .then(onNews);
  // Families of logins are main's: what is known of one may concern a copy in any agent.
  deps.store().watch(agent === MAIN_AGENT ? [agent] : [agent, MAIN_AGENT], () => void again());
}
