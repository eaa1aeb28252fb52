// No herd, as the gateway sees it: who is new, and who is back from a bar.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HealthEvent } from "../core/health.ts";
import { next } from "../core/plan/next.ts";
import { START } from "../core/plan/walk.ts";
import { liveAgents, NOW, readingOf } from "../../test/support/live-agents.ts";

const MODEL = { provider: "p", model: "m" };

async function agentWith(used: Readonly<Record<string, number>>) {
  let reading = readingOf("1", used);
  const agents = liveAgents(() => reading);
  const live = await agents.load("main");
  return {
    agents,
    live,
    /** Starts calls that do not end, and says who got how many. */
    start(calls: number, now: number): Record<string, number> {
      const got: Record<string, number> = {};
      for (let n = 0; n < calls; n++) {
        const attempt = next(live.prepared, { models: [MODEL] }, START, now)!;
        live.callStarts(attempt, now);
        const { id } = attempt.candidate.profile;
        got[id] = (got[id] ?? 0) + 1;
      }
      return got;
    },
    settle(id: string, event: HealthEvent): void {
      agents.settle(
        live,
        live.view.snapshot.profiles.find((profile) => profile.id === id)!,
        event,
      );
    },
    async adopt(version: string, now: Readonly<Record<string, number>>): Promise<void> {
      reading = readingOf(version, now);
      await agents.refresh("main");
    },
  };
}

test("a profile that is just added takes a few calls at first, then twice as many, then its share", async () => {
  const agent = await agentWith({ "p:old": NOW - 1000 });
  agent.start(100, NOW);
  await agent.adopt("2", { "p:old": NOW - 1000, "p:new": 0 });
  assert.deepEqual(agent.start(20, NOW + 10), { "p:new": 4, "p:old": 16 });
  assert.deepEqual(agent.start(20, NOW + 2010), { "p:new": 4, "p:old": 16 });
  assert.deepEqual(agent.start(200, NOW + 60_000), { "p:new": 162, "p:old": 38 });
});

test("so does one that is back from a bar, and its test is the first", async () => {
  const agent = await agentWith({ "p:a": NOW - 1000, "p:b": NOW - 1000 });
  const failure = { kind: "rate_limit", scope: "account" } as const;
  agent.settle("p:b", { kind: "failure", model: "m", failure, at: NOW });
  assert.deepEqual(agent.start(50, NOW), { "p:a": 50 });
  const free = NOW + 31_000;
  assert.deepEqual(agent.start(5, free), { "p:b": 1, "p:a": 4 });
  agent.settle("p:b", { kind: "success", model: "m", startedAt: free, at: free + 9000 });
  assert.deepEqual(agent.start(20, free + 9000), { "p:b": 3, "p:a": 17 });
});

test("profiles that are all new share from the start", async () => {
  const agent = await agentWith({ "p:a": 0, "p:b": 0 });
  assert.deepEqual(agent.start(100, NOW), { "p:a": 50, "p:b": 50 });
});
