// Conversations as a page lists them: what they are called, and what they have used.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody } from "../fakes/wire-samples.ts";
import type { ControlClient } from "../support/control-client.ts";
import { controlClient } from "../support/control-client.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";
import type { Fault } from "../support/refuses-all.ts";
import { refusesAll } from "../support/refuses-all.ts";

describe("conversations in a list", () => {
  const key = "agent:main:followed";
  let gateway: TestGateway;
  let client: ControlClient;
  before(async () => {
    gateway = await startTestGateway({
      providers: { p: { keys: ["a"] } },
      script: () => act.reply({ body: chatBody("fine") }),
    });
    client = await controlClient(gateway.url, { auth: { token: TOKEN } });
    for (const [to, message] of [
      [key, "one"],
      [key, "two"],
      ["other", "three"],
    ] as const) {
      const { runId } = await client.ask("sessions.send", { key: to, message });
      await client.event("chat", (chat) => chat.runId === runId && chat.state === "final");
    }
  });
  after(async () => {
    client.close();
    await gateway.stop();
  });
  const refuses = (faults: readonly Fault[]) => refusesAll(client, faults);

  test("with what they have used: by session, day, model and agent", async () => {
    const { session } = await client.ask("sessions.describe", { key });
    const { totals, aggregates, omitted, ...told } = await client.ask("sessions.usage", { key });
    const [{ usage, ...used }, ...none] = told.sessions;
    assert.deepEqual([used.key, used.modelProvider, used.model, none], [key, "p", "m1", []]);
    assert.ok(session.totalTokens > 0);
    assert.deepEqual(
      [totals.totalTokens, usage.totalTokens, omitted],
      [...Array(2).fill(session.totalTokens), 0],
    );
    assert.deepEqual(
      [usage.messageCounts.user, usage.messageCounts.assistant, usage.latency.count],
      [2, 2, 2],
    );
    assert.deepEqual([aggregates.byModel[0].count, aggregates.byAgent[0].agentId], [2, "main"]);
    const all = await client.ask("sessions.usage", { agentScope: "all", range: "7d", limit: 1 });
    const cost = await client.ask("usage.cost", { agentScope: "all", days: 7 });
    assert.deepEqual([all.sessions.length, cost.daily.length, cost.days], [1, 7, 7]);
    assert.deepEqual(cost.totals, all.totals);
    assert.ok(cost.totals.totalTokens > totals.totalTokens);
    const past = { startDate: "2020-01-01", endDate: "2020-01-02" };
    assert.equal((await client.ask("usage.cost", past)).totals.totalTokens, 0);
    assert.deepEqual((await client.ask("sessions.usage", { key: "nobody" })).sessions, []);
    await refuses([
      ["sessions.usage", { startDate: "2026-13-40" }, /invalid startDate/],
      ["usage.cost", { days: 0 }, /days/],
      ["usage.cost", { agentId: "nobody" }, /no agent "nobody"/],
    ]);
  });

  test("by what a person calls them", async () => {
    const label = { key, label: "  Mine " };
    assert.equal((await client.ask("sessions.patch", label)).entry.label, "Mine");
    await client.ask("sessions.create", { key: "labelled", label: "Other" });
    await client.ask("sessions.patch", { key, model: "p/m1" });
    assert.equal((await client.ask("sessions.resolve", { label: "Mine" })).key, key);
    for (const asked of [{ label: "Mine" }, { search: "mine" }]) {
      const { sessions } = await client.ask("sessions.list", asked);
      assert.deepEqual(
        sessions.map((row: any) => [row.key, row.label, row.displayName]),
        [[key, "Mine", "Mine"]],
      );
    }
    await refuses([
      ["sessions.patch", { key: "labelled", label: "Mine" }, /label already in use: Mine/],
      ["sessions.create", { key: "third", label: "Mine" }, /label already in use: Mine/],
      ["sessions.patch", { key, label: " " }, /A label has 1 to 512/],
      ["sessions.patch", { key, label: "x".repeat(513) }, /A label has 1 to 512/],
      ["sessions.patch", { key, label: 1 }, /label/],
      ["sessions.resolve", { label: "nobody's" }, /No session found: nobody's/],
      ["sessions.resolve", { label: "Mine", key }, /by key, by sessionId or by label/],
    ]);
    assert.equal((await client.ask("sessions.reset", { key: "labelled" })).entry.label, "Other");
    assert.equal((await client.ask("sessions.patch", { key, label: null })).entry.label, undefined);
    await client.ask("sessions.patch", { key: "labelled", label: "Mine" });
  });
});
