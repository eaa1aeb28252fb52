// OpenClaw keeps the row of credentials in memory and writes it back as it remembers it: before, during and after a
// refresh. The spent token in it is an echo, and is never sent (DESIGN, "State", "Token families").
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { test } from "node:test";
import type { RefreshStage } from "../../src/access/refresh.ts";
import { Refresher } from "../../src/access/refresh.ts";
import type { AuthProfile } from "../../src/core/credential.ts";
import { asOpenClaw, rowsOf } from "../store/home.ts";
import { sharedHome } from "./shared-home.ts";
import { StrictLogin } from "./strict-login.ts";
import { LOGIN_ID, PROVIDER } from "./user-protocol.ts";

const STAGES: readonly RefreshStage[] = ["leased", "intended", "sent", "answered", "committed", "published"];

async function place(t: TestContext) {
  const home = sharedHome({ tokenUrl: "http://127.0.0.1:1/token" });
  t.after(() => home.remove());
  const server = new StrictLogin();
  await home.logIn(server);
  const file = home.paths.agentDatabase("main");
  const old = rowsOf(file).store;
  const writeBack = () => asOpenClaw(file, { store: old }, Date.now());
  /** By a process that knows nothing yet. */
  const refresh = async (onStage: (stage: RefreshStage) => void = () => {}) => {
    const { generation } = await home.stored();
    const common = {
      id: LOGIN_ID,
      provider: PROVIDER,
      type: "oauth",
      source: "store",
      owner: "main",
    } as const;
    const profile: AuthProfile = { ...common, generation, refreshable: true };
    const refresher = new Refresher({
      store: () => home.store,
      endpoint: () => ({ url: "http://127.0.0.1:1", encoding: "form" }),
      now: Date.now,
      request: server.request,
      onStage,
    });
    return refresher.refresh(profile);
  };
  const assertGood = async () => {
    assert.equal(server.dead, false, server.asked.join(" "));
    assert.equal((await home.stored()).credential.refresh, server.refresh);
    assert.equal((await home.stored()).credential.access, server.access);
  };
  return { server, writeBack, refresh, assertGood, file };
}

for (const at of STAGES)
  test(`an old row written back at "${at}": the login goes on`, async (t) => {
    const { server, writeBack, refresh, assertGood } = await place(t);
    const result = await refresh((stage) => stage === at && writeBack());
    assert.equal(result.kind, "renewed");
    await assertGood();
    assert.equal((await refresh()).kind, "renewed");
    await assertGood();
    assert.equal(server.asked.length, 2);
  });

test("an old row written back again and again, between refreshes and by two rows in turn", async (t) => {
  const { server, writeBack, refresh, assertGood, file } = await place(t);
  const rows: unknown[] = [];
  for (let n = 0; n < 12; n++) {
    assert.equal((await refresh()).kind, "renewed");
    rows.push(rowsOf(file).store);
    if (n % 3 === 0) writeBack();
    if (n % 3 === 1) asOpenClaw(file, { store: rows[Math.floor(rows.length / 2)] }, Date.now());
    await assertGood();
  }
  assert.equal(server.asked.length, 12);
  assert.equal(new Set(server.asked).size, 12, "no token is sent twice");
});
