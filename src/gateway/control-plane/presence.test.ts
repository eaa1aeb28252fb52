import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection } from "./connection.ts";
import { PresenceNews, presenceOf } from "./presence.ts";

const connectionOf = (displayName: string) => ({
  connId: "c",
  openedAt: 1,
  peer: {
    connId: "c",
    client: { id: "cli", version: "1".repeat(999), platform: "linux", mode: "cli", displayName },
    scopes: ["operator.read", "x".repeat(999), ...Array.from({ length: 99 }, (_, n) => `${n}`)],
  },
});

test("many that come and go are told of together, and the more seldom the more there are", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const clients = new Set<Connection>();
  let told = 0;
  const news = new PresenceNews(clients, () => told++);
  for (let n = 0; n < 50; n++) news.changed();
  t.mock.timers.tick(50);
  assert.deepEqual([told, news.version], [1, 51]);
  for (let n = 0; n < 1000; n++) clients.add(connectionOf(`${n}`) as unknown as Connection);
  news.changed();
  t.mock.timers.tick(2000);
  assert.equal(told, 1);
  t.mock.timers.tick(8000);
  assert.equal(told, 2);
});

test("what a client says of itself is shown to all others, shortly", () => {
  const shown = presenceOf(connectionOf("n".repeat(2000)) as unknown as Connection);
  assert.ok(JSON.stringify(shown).length < 1000);
  assert.equal(shown.scopes?.[0], "operator.read");
});
