import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { AuthProfile } from "../core/credential.ts";
import type { HealthEvent } from "../core/health.ts";
import type { AgentId } from "../core/ids.ts";
import { liveAgents, NOW, readingOf } from "../../test/support/live-agents.ts";
import { eventually } from "../../test/support/eventually.ts";
import type { LiveAgents } from "./live-agents.ts";

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
      ["main", readingOf("1", { "p:shared": 0 })],
      ["work", readingOf("1", { "p:own": 0 })],
    ]);

  test("outlives a change of another store", async () => {
    const read = stores();
    const agents = liveAgents((agent) => read.get(agent)!);
    const own = await profileIn(agents, "work", "p:own");
    agents.settle(agents.get("work")!, own, REFUSED);
    read.set("main", readingOf("2", { "p:shared": 0 }));
    await agents.refresh("main");
    assert.equal(barsOf(agents, "work", own), 1);
  });

  test("is known to an agent that loads later", async () => {
    const agents = liveAgents((agent) => stores().get(agent)!);
    const shared = await profileIn(agents, "main", "p:shared");
    agents.settle(agents.get("main")!, shared, REFUSED);
    await agents.load("work");
    assert.equal(barsOf(agents, "work", shared), 1);
  });

  test("is in what other processes are told, also of what came from another one", async () => {
    const told: [AgentId, string, number][] = [];
    const agents = liveAgents((agent) => stores().get(agent)!, {
      onHealth: (agent, { id }, { bars }) => told.push([agent, id, bars.length]),
    });
    const shared = await profileIn(agents, "work", "p:shared");
    agents.settle(agents.get("work")!, shared, REFUSED);
    assert.deepEqual(told, [["work", "p:shared", 1]]);
    const copy = liveAgents(() => agents.reading("main")!);
    await copy.load("main");
    assert.equal(barsOf(copy, "main", shared), 1);
    copy.know("main", shared, { bars: [], errorCount: 0, failureCounts: {} });
    assert.equal(barsOf(copy, "main", shared), 0);
    assert.equal(copy.reading("main")!.state.health.get("p:shared")?.bars.length, 0);
  });
});

describe("a store that has changed", () => {
  const reading = (version: string) => readingOf(version, { [`p:${version}`]: 0 });

  test("is in use everywhere before whoever changed it is told so", async () => {
    let version = "1";
    const heard = Promise.withResolvers<void>();
    const agents = liveAgents(() => reading(version), { onRead: () => heard.promise });
    await agents.load("main");
    version = "2";
    let over = false;
    const refreshed = agents.refresh("main").then(() => (over = true));
    await pause(5);
    assert.equal(over, false);
    heard.resolve();
    await refreshed;
    assert.ok(await profileIn(agents, "main", "p:2"));
  });

  test("is read again, however long somebody takes to hear of it", async () => {
    let version = "1";
    const agents = liveAgents(() => reading(version), { onRead: () => new Promise(() => undefined) });
    await agents.load("main");
    version = "2";
    void agents.refresh("main");
    await eventually(() => profileIn(agents, "main", "p:2").then(assert.ok));
    version = "3";
    void agents.refresh("main");
    await eventually(() => profileIn(agents, "main", "p:3").then(assert.ok));
  });

  test("is in use here at once for who needs it no further", async () => {
    let version = "1";
    const agents = liveAgents(() => reading(version), { onRead: () => new Promise(() => undefined) });
    await agents.load("main");
    version = "2";
    await agents.reread("main");
    assert.ok(await profileIn(agents, "main", "p:2"));
  });

  test("is read, and watched, from its first use on", async () => {
    let version = "1";
    const watched: AgentId[] = [];
    const agents = liveAgents(() => reading(version), { watch: (agent) => watched.push(agent) });
    await agents.load("main");
    await agents.refresh("work");
    assert.deepEqual(watched, ["main"]);
    version = "2";
    assert.ok(await profileIn(agents, "work", "p:2"));
    assert.deepEqual(watched, ["main", "work"]);
  });

  test("is read once more when it changes while it is first read", async () => {
    const first = Promise.withResolvers<void>();
    let version = "1";
    const agents = liveAgents(async () => {
      const before = version;
      if (before === "1") await first.promise;
      return reading(before);
    });
    const loading = profileIn(agents, "main", "p:2");
    version = "2";
    await agents.refresh("main");
    first.resolve();
    assert.ok(await loading);
  });
});
