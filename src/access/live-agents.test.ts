import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AuthProfile } from "../core/credential.ts";
import type { Health, HealthEvent } from "../core/health.ts";
import type { AgentId } from "../core/ids.ts";
import type { Reading } from "../store/store.ts";
import { viewOf } from "./agent-view.ts";
import { HealthWriter } from "./health-writer.ts";
import { LiveAgents } from "./live-agents.ts";

const NOW = Date.UTC(2026, 10, 21);

const readingOf = (version: string, name: string): Reading => ({
  version,
  state: {
    profiles: [
      {
        id: `p:${name}`,
        credential: { type: "api_key", provider: "p", key: `sk-fake-${name}` },
        generation: name,
      },
    ],
    order: new Map(),
    health: new Map(),
    lastGood: new Map(),
    warnings: [],
  },
});

/** Agents over stores that take no health and forget none of what is told here. */
function liveAgents(stores: Map<AgentId, Reading>, told: [AgentId, string, Health][] = []) {
  const store = { applyHealth: () => Promise.resolve() } as never;
  const config = {
    profiles: new Map(),
    order: new Map(),
    providers: new Map(),
    agents: [],
    models: new Map(),
    defaultModel: {},
    cliBackends: new Map(),
  };
  const inputs = { config, env: {}, fingerprint: () => "", now: NOW } as never as object;
  return new LiveAgents({
    read: async (agent) => stores.get(agent)!,
    join: (agent, own, main) => viewOf({ ...inputs, agent, own, ...(main ? { main } : {}) } as never),
    watch: () => {},
    writer: new HealthWriter(store, () => {}),
    cooldowns: () => ({ failureWindowMs: 1e9 }) as never,
    onHealth: (agent, profile, health) => told.push([agent, profile.id, health]),
  });
}

const REFUSED: HealthEvent = {
  kind: "failure",
  model: "m",
  failure: { kind: "rate_limit", scope: "account" },
  at: NOW,
};

const profileIn = async (agents: LiveAgents, agent: AgentId, id: string): Promise<AuthProfile> =>
  (await agents.load(agent)).view.snapshot.profiles.find((profile) => profile.id === id)!;

const barsOf = (agents: LiveAgents, agent: AgentId, profile: AuthProfile): number | undefined =>
  agents.get(agent)!.healthOf(profile)?.bars.length;

describe("what agents have learnt", () => {
  const stores = () =>
    new Map([
      ["main", readingOf("1", "shared")],
      ["work", readingOf("1", "own")],
    ]);

  test("outlives a change of another store", async () => {
    const read = stores();
    const agents = liveAgents(read);
    const own = await profileIn(agents, "work", "p:own");
    agents.settle(agents.get("work")!, own, REFUSED);
    read.set("main", readingOf("2", "shared"));
    await agents.refresh("main");
    assert.equal(barsOf(agents, "work", own), 1);
  });

  test("is known to an agent that loads later", async () => {
    const agents = liveAgents(stores());
    const shared = await profileIn(agents, "main", "p:shared");
    agents.settle(agents.get("main")!, shared, REFUSED);
    await agents.load("work");
    assert.equal(barsOf(agents, "work", shared), 1);
  });

  test("is in what other processes are told, also of what came from another one", async () => {
    const told: [AgentId, string, Health][] = [];
    const agents = liveAgents(stores(), told);
    const shared = await profileIn(agents, "work", "p:shared");
    agents.settle(agents.get("work")!, shared, REFUSED);
    assert.deepEqual(
      told.map(([agent, id, { bars }]) => [agent, id, bars.length]),
      [["work", "p:shared", 1]],
    );
    const copy = liveAgents(new Map([["main", agents.reading("main")!]]));
    await copy.load("main");
    assert.equal(barsOf(copy, "main", shared), 1);
    copy.know("main", shared, { bars: [], errorCount: 0, failureCounts: {} });
    assert.equal(barsOf(copy, "main", shared), 0);
    assert.equal(copy.reading("main")!.state.health.get("p:shared")?.bars.length, 0);
  });
});
