// Live agents over readings of the test. What they learn of health stays with them: their store knows none of the profiles.
import { join } from "node:path";
import { viewOf } from "../../src/access/agent-view.ts";
import { HealthWriter } from "../../src/access/health-writer.ts";
import type { LiveOptions } from "../../src/access/live-agents.ts";
import { LiveAgents } from "../../src/access/live-agents.ts";
import { loadConfig } from "../../src/config/load.ts";
import { DEFAULT_COOLDOWNS, HEALTHY } from "../../src/core/health.ts";
import type { AgentId, ProfileId } from "../../src/core/ids.ts";
import { openMemoryStore } from "../../src/store/memory.ts";
import type { Reading } from "../../src/store/store.ts";

export const NOW = Date.UTC(2026, 10, 21);

export const EMPTY_CONFIG = loadConfig({ configPath: join(import.meta.dirname, "absent.json") });

/** API keys of provider `p`, with the time of their last use. */
export const readingOf = (version: string, used: Readonly<Record<ProfileId, number>>): Reading => ({
  version,
  state: {
    profiles: Object.keys(used).map((id) => ({
      id,
      credential: { type: "api_key", provider: "p", key: `sk-fake-${id}` },
      generation: id,
    })),
    order: new Map(),
    health: new Map(Object.entries(used).map(([id, lastUsed]) => [id, { ...HEALTHY, lastUsed }])),
    lastGood: new Map(),
    warnings: [],
  },
});

export function liveAgents(
  read: (agent: AgentId) => Reading | Promise<Reading>,
  more: Partial<Pick<LiveOptions, "onHealth" | "onRead" | "watch">> = {},
): LiveAgents {
  const inputs = { config: EMPTY_CONFIG, env: {}, fingerprint: () => "", now: NOW };
  return new LiveAgents({
    read: async (agent) => read(agent),
    join: (agent, own, main) => viewOf({ ...inputs, agent, own, ...(main ? { main } : {}) }),
    watch: () => {},
    writer: new HealthWriter(openMemoryStore({ now: () => NOW }), () => {}),
    cooldowns: () => DEFAULT_COOLDOWNS,
    ...more,
  });
}
