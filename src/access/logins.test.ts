// Whether a login is ready for a call, with a refresher and a clock of the test.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuthProfile } from "../core/credential.ts";
import { Secret } from "../core/secret.ts";
import type { LiveAgent } from "./live-agent.ts";
import { Logins } from "./logins.ts";
import type { Refresher } from "./refresh.ts";

const HOUR = 3_600_000;

const loginEnding = (expiresAt: number): AuthProfile => ({
  id: "p:ada",
  provider: "p",
  type: "oauth",
  source: "store",
  owner: "main",
  generation: `g${expiresAt}`,
  expiresAt,
  refreshable: true,
});

test("a token that ended while the machine slept in the middle of a refresh is refreshed before it is sent", async () => {
  let now = 1_800_000_000_000;
  const asked: string[] = [];
  const wakes = Promise.withResolvers<void>();
  const refresh = async ({ generation }: AuthProfile) => {
    asked.push(generation);
    if (asked.length === 1) await wakes.promise;
    return { kind: "renewed", asked: true };
  };
  const logins = new Logins({
    refresher: { refresh } as unknown as Refresher,
    reread: async () => {},
    now: () => now,
    report: () => {},
  });
  const live = { view: { secrets: new Map([["p:ada", new Secret("fake-access")]]) } } as unknown as LiveAgent;
  assert.equal(logins.ready(live, loginEnding(now + 60_000)), undefined, "it serves while it is refreshed");
  now += 2 * HOUR;
  wakes.resolve();
  await new Promise(setImmediate);
  // What the refresh brought, or another process, ended in that sleep too.
  await logins.ready(live, loginEnding(now - HOUR));
  assert.equal(asked.length, 2);
});

test("a token that another process had brought, and that ended since, is refreshed before it is sent", async () => {
  const now = 1_800_000_000_000;
  const asked: string[] = [];
  const stale = loginEnding(now - 2 * HOUR);
  const refresh = async ({ generation }: AuthProfile) => {
    asked.push(generation);
    // Of the first there is a newer one in the store, which we had not seen; nothing was asked of the provider.
    return generation === stale.generation ? { kind: "renewed" } : { kind: "renewed", asked: true };
  };
  const logins = new Logins({
    refresher: { refresh } as unknown as Refresher,
    reread: async () => {},
    now: () => now,
    report: () => {},
  });
  const live = { view: { secrets: new Map([["p:ada", new Secret("fake-access")]]) } } as unknown as LiveAgent;
  await logins.ready(live, stale);
  await logins.ready(live, loginEnding(now - HOUR));
  assert.equal(asked.length, 2);
  assert.equal(
    logins.ready(live, loginEnding(now - 1)),
    undefined,
    "new, and old by our clock: the provider judges",
  );
});
