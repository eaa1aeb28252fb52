import assert from "node:assert/strict";
import { test } from "node:test";
import type { Reading } from "../store/store.ts";
import { loadIdleLogins } from "./idle-logins.ts";
import type { LiveAgent } from "./live-agent.ts";

const reading = (...types: string[]): Reading =>
  ({
    version: "1",
    state: { profiles: types.map((type, n) => ({ id: `p:${n}`, credential: { type } })) },
  }) as unknown as Reading;

const STORES: Record<string, Reading | undefined> = {
  called: reading("oauth"),
  keys: reading("api_key", "token"),
  idle: reading("api_key", "oauth"),
  empty: reading(),
  late: reading("oauth"),
};

test("agents with logins of their own are loaded; one that cannot be read stops nobody", async () => {
  const loaded: string[] = [];
  await loadIdleLogins({
    ids: () => ["called", "keys", "broken", "idle", "empty", "late"],
    agents: {
      get: (id) => (id === "called" ? ({} as LiveAgent) : undefined),
      load: async (id) => {
        loaded.push(id);
        if (id === "idle") throw new Error("gone meanwhile");
        return {} as LiveAgent;
      },
    },
    read: async (id) => STORES[id] ?? assert.fail("cannot be read"),
    pauseMs: 0,
  });
  assert.deepEqual(loaded, ["idle", "late"]);
});
