// `gateway run --workers 2` in trouble: what a worker that hangs or dies must not take with it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ControlClient } from "../support/control-client.ts";
import { eventually } from "../support/eventually.ts";
import { send } from "../support/http-client.ts";
import type { Place } from "../support/workers.ts";
import { ask, lockedWorkers, LONG_MS, startWithWorkers } from "../support/workers.ts";

const PASSWORD = "fake-password";
const CONNECTIONS = 200;

async function endWorker(place: Place, pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  await eventually(async () => {
    const now = await lockedWorkers(place);
    assert.ok(now.length === 2 && !now.includes(pid));
  }, LONG_MS);
}

test("workers that hang or die take nothing with them that had not begun", async (t) => {
  const rateLimit = { maxAttempts: 3, windowMs: 600_000, lockoutMs: 600_000, exemptLoopback: false };
  const auth = { mode: "password", password: PASSWORD, rateLimit };
  const place = await startWithWorkers(t, { config: { gateway: { auth } } });

  await t.test("no frame is lost on the way of a WebSocket to the primary", async () => {
    for (let n = 0; n < CONNECTIONS; n++) {
      const client = new ControlClient(place.gateway.url);
      const { ok, error } = await client.connect({ auth: { password: PASSWORD } });
      assert.ok(ok, JSON.stringify(error));
      client.close();
    }
  });

  await t.test("what was sent to a worker that hung is answered by another one", async () => {
    const [hung] = await lockedWorkers(place);
    process.kill(hung!, "SIGSTOP");
    const url = `${place.gateway.url}/health`;
    let answered = 0;
    const asked = Array.from({ length: 6 }, async () => {
      const { status } = await send(url, { method: "GET" });
      answered++;
      return status;
    });
    await eventually(() => assert.equal(answered, 5), LONG_MS);
    await endWorker(place, hung!);
    await eventually(() => assert.equal(answered, 6), LONG_MS);
    assert.deepEqual(await Promise.all(asked), Array(6).fill(200));
  });

  await t.test("lock-outs are known to workers that come later, and to the control plane", async () => {
    for (let n = 0; n < 3; n++) assert.equal((await ask(place, "fake-guess")).status, 401);
    await eventually(async () => assert.equal((await ask(place, "fake-guess")).status, 429), LONG_MS);
    for (const pid of await lockedWorkers(place)) await endWorker(place, pid);
    for (let n = 0; n < 4; n++) assert.equal((await ask(place, "fake-guess")).status, 429);
    const client = new ControlClient(place.gateway.url);
    const { error } = await client.connect({ auth: { password: "fake-guess" } });
    assert.equal(error.details.code, "AUTH_RATE_LIMITED");
    await client.closed;
    assert.equal((await ask(place, PASSWORD)).status, 200, "its holder was here before");
  });
});
