import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { CallLimits, DeviceOffer, DevicePoll } from "./device-code.ts";
import { awaitApproval } from "./device-code.ts";

const TOKENS: DevicePoll = { kind: "tokens", answer: { access_token: "fake" } };
const PENDING: DevicePoll = { kind: "pending" };
const GONE: DevicePoll = { kind: "unreachable", message: "cannot be reached" };
const ODD: DevicePoll = { kind: "senseless", message: "answered with something" };

/** Waits through the answers on a clock of its own; the last answer goes on. */
async function through(polls: readonly DevicePoll[], offer: Partial<DeviceOffer> = {}) {
  let now = 0;
  const waits: number[] = [];
  const troubles: string[] = [];
  let asked = 0;
  const end = await awaitApproval(
    {
      userCode: "A",
      verificationUri: "https://x.example/",
      intervalMs: 5000,
      lifetimeMs: 900_000,
      poll: async () => polls[Math.min(asked++, polls.length - 1)]!,
      ...offer,
    },
    {
      now: () => now,
      sleep: async (ms) => {
        waits.push(ms / 1000);
        now += ms;
      },
      onTrouble: (message) => void troubles.push(message),
    },
  );
  return { end, waits, troubles, asked };
}

describe("waiting for the person", () => {
  test("asks at the interval until the tokens come", async () => {
    const { end, waits } = await through([PENDING, PENDING, TOKENS]);
    assert.equal(end.kind, "tokens");
    assert.deepEqual(waits, [5, 5, 5]);
  });

  test("slows down for good, by five seconds or what the server wants, never to a standstill", async () => {
    const slower: DevicePoll = { kind: "slow_down", intervalMs: 20_000 };
    const { waits } = await through([{ kind: "slow_down" }, PENDING, slower, PENDING, TOKENS]);
    assert.deepEqual(waits, [5, 10, 10, 20, 20]);
    const endless = await through([{ kind: "slow_down" }]);
    assert.ok(Math.max(...endless.waits) <= 60);
    assert.equal(endless.end.kind, "expired");
  });

  test("survives a network that is away, ever more patiently, and says so once", async () => {
    const { end, waits, troubles } = await through([GONE, GONE, GONE, PENDING, TOKENS]);
    assert.equal(end.kind, "tokens");
    assert.deepEqual(waits, [5, 10, 20, 40, 5]);
    assert.deepEqual(troubles, ["cannot be reached"]);
  });

  test("the deadline holds, and the last question comes at the very end", async () => {
    const { end, waits, asked } = await through([PENDING], { lifetimeMs: 12_000 });
    assert.equal(end.kind, "expired");
    assert.deepEqual(waits, [5, 5, 2]);
    assert.equal(asked, 3);
    const lost = await through([GONE], { lifetimeMs: 12_000 });
    assert.deepEqual(lost.end, { kind: "refused", message: "cannot be reached" });
  });

  test("a question near the end is given whole seconds: no timer takes the parts that a real clock has", async () => {
    let now = 0;
    const limits: number[] = [];
    const poll = async ({ timeoutMs }: CallLimits) => (limits.push(timeoutMs), PENDING);
    const offer = {
      userCode: "A",
      verificationUri: "https://x.example/",
      intervalMs: 1000,
      lifetimeMs: 3000,
    };
    const sleep = async (ms: number) => void (now += ms + 0.25);
    await awaitApproval({ ...offer, poll }, { now: () => now, sleep });
    assert.deepEqual(limits, [2000, 1000, 1000]);
  });

  test("answers that mean nothing end it after three in a row", async () => {
    assert.equal((await through([ODD, ODD, PENDING, ODD, TOKENS])).end.kind, "tokens");
    const { end, asked } = await through([ODD]);
    assert.equal(end.kind, "refused");
    assert.equal(asked, 3);
  });

  for (const kind of ["denied", "expired"] as const)
    test(`${kind} ends it`, async () => assert.equal((await through([PENDING, { kind }])).end.kind, kind));

  test("whoever leaves is not asked about any more", async () => {
    const left = new AbortController();
    const offer = { userCode: "A", verificationUri: "https://x.example/", intervalMs: 1, lifetimeMs: 60_000 };
    const poll = async () => {
      left.abort();
      return PENDING;
    };
    await assert.rejects(awaitApproval({ ...offer, poll }, { signal: left.signal }), { name: "AbortError" });
  });
});
