// The agents of a running gateway: their credentials in memory, read again when anybody changes them.
import type { HealthWriter } from "../../access/health-writer.ts";
import type { Join } from "../../access/live-agent.ts";
import { LiveAgents } from "../../access/live-agents.ts";
import { joinView } from "../../access/read-view.ts";
import type { GatewayDeps } from "../deps.ts";
import type { Faults } from "../faults.ts";
import { goneSince } from "../runs/gone.ts";
import type { Runs } from "../runs/runs.ts";
import { tellingSealed } from "../secrets/sealed-notice.ts";
import type { GatewaySecrets } from "../secrets/secrets.ts";
import type { SettingsReader } from "../settings/reload.ts";
import { storeWatcher } from "../settings/watch-stores.ts";
import type { Hub } from "../workers/hub.ts";

export interface AgentsOptions {
  readonly deps: GatewayDeps;
  readonly faults: Faults;
  readonly secrets: GatewaySecrets;
  /** where workers learn what is learnt here */
  readonly hub: Hub | undefined;
  readonly writer: HealthWriter;
  /** end when what they use is stored no more */
  readonly runs: Runs;
  /** called when something was learnt of a credential */
  readonly notice: () => void;
  /** called when somebody else has written to the store */
  readonly onNews: () => void;
}

export function buildAgents(options: AgentsOptions): LiveAgents {
  const { deps, faults, secrets, hub, writer, runs, notice, onNews } = options;
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
      const heard = hub?.live.onRead?.(agent);
      runs.abortLost();
      notice();
      return heard;
    },
  });
  const watch = storeWatcher({ store: deps.store, agents, faults, onNews });
  return agents;
}

/** Views by these settings, whatever others come later. */
export function joinWith(deps: GatewayDeps, { config, accessConfig, env, paths }: SettingsReader): Join {
  const fixed = { ...deps, config, accessConfig, env, paths };
  return (agent, own, main) => joinView(fixed, agent, own, main);
}
