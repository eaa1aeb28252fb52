// Usage windows in a running gateway: learnt from the headers of ordinary answers and from the usage endpoints, in
// the background. An exhausted window turns calls to the sibling, until it resets or evidence speaks against it.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import type { OAuthCredential } from "../../src/core/credential.ts";
import type { Call } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { eventually } from "../support/eventually.ts";
import { startTestGateway } from "../support/gateway.ts";
import { withJson } from "../support/list-server.ts";
import { PROTOCOLS } from "../support/protocols.ts";
import { usageServer } from "../support/usage-server.ts";

const { messages } = PROTOCOLS;
const HOUR = 3_600_000;

/** By the name at the end of a token. */
const nameOf = ({ key }: Call): string => key.split("-").at(-1)!;
const login = (name: string): OAuthCredential => ({
  type: "oauth",
  provider: "anthropic",
  access: `sk-ant-oat01-fake-${name}`,
  expires: Date.now() + 1000 * HOUR,
});

type Headers = Readonly<Record<string, string>>;

async function claudes(
  t: TestContext,
  headersOf: (name: string) => Headers,
  more: { usageUrl?: string; everyMs?: number } = {},
) {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const { usageUrl, everyMs = 0 } = more;
  const gateway = await startTestGateway({
    providers: { anthropic: { api: "anthropic-messages", keys: [] } },
    credentials: { "anthropic:a": login("a"), "anthropic:b": login("b") },
    order: { anthropic: ["anthropic:a", "anthropic:b"] },
    access: {
      gateway: { maxWaitMs: 0, usageEveryMs: everyMs },
      oauth: usageUrl === undefined ? {} : { anthropic: { usageUrl } },
    },
    now,
    script: (call) => act.reply({ body: messages.whole("Hello"), headers: headersOf(nameOf(call)) }),
  });
  t.after(() => gateway.stop());
  const ask = async () => {
    const answer = await gateway.post(messages.path, messages.body("anthropic/m1", false));
    const text = await answer.text();
    return { answer, text, by: nameOf(gateway.upstream.calls.at(-1)!) };
  };
  return { gateway, ask, now, pass: (ms: number) => void (ahead += ms) };
}

const unified = (fraction: number, resetsAt: number): Headers => ({
  "anthropic-ratelimit-unified-5h-utilization": String(fraction),
  "anthropic-ratelimit-unified-5h-reset": String(Math.floor(resetsAt / 1000)),
});

const CLAUDE = (used: number, resetsAt: number) => ({
  five_hour: { utilization: used, resets_at: new Date(resetsAt).toISOString() },
});

describe("usage windows in the gateway", { concurrency: 3 }, () => {
  test("headers of ordinary answers are learnt, and kept in the store", async (t) => {
    const resetsAt = Date.now() + 2 * HOUR;
    const { gateway, ask } = await claudes(t, () => unified(0.25, resetsAt));
    assert.equal((await ask()).by, "a");
    const { usage } = await gateway.health("anthropic:a", (health) => assert.ok(health.usage));
    const [window] = usage!.windows;
    assert.deepEqual(
      [window?.label, window?.used, window?.source, window?.resetsAt],
      ["5h", 25, "headers", Math.floor(resetsAt / 1000) * 1000],
    );
    assert.equal((await gateway.health("anthropic:b")).usage, undefined);
  });

  test("an exhausted window turns calls to the sibling until it resets", async (t) => {
    const end = Date.now() + 2 * HOUR;
    const { gateway, ask, pass } = await claudes(t, (name) => (name === "a" ? unified(1, end) : {}));
    assert.equal((await ask()).by, "a");
    const second = await ask();
    assert.equal(second.by, "b");
    const { leftOut } = await gateway.receipt(second.answer);
    assert.deepEqual(
      leftOut.map(({ profileId, code, bar }) => [profileId, code, bar?.reason, bar?.window]),
      [["anthropic:a", "cooldown", "rate_limit", "5h"]],
    );
    await eventually(() => {
      const row = gateway.stateRow()["usageStats"]?.["anthropic:a"];
      assert.equal(row?.cooldownReason, "rate_limit");
    });
    pass(2 * HOUR);
    gateway.upstream.script(() => act.reply({ body: messages.whole("Hello") }));
    assert.equal((await ask()).by, "a");
    await gateway.health("anthropic:a", ({ bars }) => assert.deepEqual(bars, []));
  });

  test("a refusal that names its window is told by that name", async (t) => {
    const { gateway, ask, now } = await claudes(t, () => ({}));
    const reset = String(Math.floor((now() + 3 * HOUR) / 1000));
    gateway.upstream.script((call) =>
      nameOf(call) === "a"
        ? act.reply({
            status: 429,
            headers: {
              "anthropic-ratelimit-unified-status": "rejected",
              "anthropic-ratelimit-unified-reset": reset,
              "anthropic-ratelimit-unified-representative-claim": "seven_day",
              "anthropic-ratelimit-unified-7d-utilization": "1.0",
              "anthropic-ratelimit-unified-7d-reset": reset,
            },
            body: { type: "error", error: { type: "rate_limit_error", message: "Limit reached" } },
          })
        : act.reply({ body: messages.whole("Hello") }),
    );
    assert.equal((await ask()).by, "b");
    const { bars } = await gateway.health("anthropic:a", (health) => assert.ok(health.usage));
    assert.ok(bars.some(({ window }) => window === "Week"));
    assert.equal((await ask()).by, "b");
    assert.equal(gateway.upstream.calls.length, 3);
  });

  test("headers that say nonsense bar nobody", async (t) => {
    const odd = {
      "anthropic-ratelimit-unified-5h-utilization": "1e308",
      "anthropic-ratelimit-unified-5h-reset": "99999999999999999999",
      "anthropic-ratelimit-unified-7d-utilization": "999999",
      "anthropic-ratelimit-unified-7d-reset": "-1",
    };
    const { ask } = await claudes(t, () => odd);
    for (let i = 0; i < 3; i++) assert.equal((await ask()).by, "a");
  });

  test("endpoints are read in the background, for profiles that calls use", async (t) => {
    const server = await usageServer({ anthropic: {} });
    t.after(() => server.close());
    const usageUrl = `${server.url}/anthropic`;
    const { gateway, ask, now } = await claudes(t, () => ({}), { usageUrl, everyMs: 200 });
    server.answers.set("anthropic", withJson(CLAUDE(40, now() + HOUR)));
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.equal(server.asked.length, 0, "nobody has used anything");
    assert.equal((await ask()).by, "a");
    const { usage } = await gateway.health("anthropic:a", (health) => assert.ok(health.usage));
    assert.deepEqual(
      usage!.windows.map(({ label, used, source }) => [label, used, source]),
      [["5h", 40, "endpoint"]],
    );
    assert.ok(server.asked.every((call) => call.endsWith("fake-a")));

    server.answers.set("anthropic", withJson(CLAUDE(100, now() + HOUR)));
    await eventually(async () => assert.equal((await ask()).by, "b"));
    server.answers.set("anthropic", withJson(CLAUDE(1, now() + 6 * HOUR)));
    await eventually(async () => assert.equal((await ask()).by, "a"));
  });

  test("a gateway that can call nobody goes on asking: a plan that was extended is used", async (t) => {
    const server = await usageServer({ anthropic: {} });
    t.after(() => server.close());
    const usageUrl = `${server.url}/anthropic`;
    const { ask, now, pass } = await claudes(t, () => ({}), { usageUrl, everyMs: 200 });
    server.answers.set("anthropic", withJson(CLAUDE(100, now() + 100 * HOUR)));
    await eventually(async () => assert.equal((await ask()).answer.status, 429));
    const before = server.asked.length;
    pass(2 * HOUR);
    server.answers.set("anthropic", withJson(CLAUDE(1, now() + 100 * HOUR)));
    await eventually(async () => assert.equal((await ask()).answer.status, 200));
    assert.ok(server.asked.length > before);
  });

  test("a clock that was set back puts off no reading", async (t) => {
    const server = await usageServer({ anthropic: {} });
    t.after(() => server.close());
    const usageUrl = `${server.url}/anthropic`;
    const { gateway, ask, now, pass } = await claudes(t, () => ({}), { usageUrl, everyMs: 200 });
    server.answers.set("anthropic", withJson(CLAUDE(40, now() + HOUR)));
    await ask();
    await gateway.health("anthropic:a", ({ usage }) => assert.equal(usage?.windows[0]?.used, 40));
    pass(-24 * HOUR);
    server.answers.set("anthropic", withJson(CLAUDE(50, now() + HOUR)));
    const before = server.asked.length;
    await eventually(() => assert.ok(server.asked.length > before));
  });

  test("an endpoint that hangs or answers rubbish disturbs no call", async (t) => {
    const server = await usageServer({ anthropic: {} });
    t.after(() => server.close());
    server.answers.set("anthropic", () => {});
    const usageUrl = `${server.url}/anthropic`;
    const { gateway, ask } = await claudes(t, () => ({}), { usageUrl, everyMs: 200 });
    assert.equal((await ask()).by, "a");
    await eventually(() => assert.equal(server.asked.length, 1));
    for (let i = 0; i < 5; i++) assert.equal((await ask()).answer.status, 200);
    const ready = await fetch(`${gateway.url}/readyz`);
    assert.equal(ready.status, 200);
    assert.equal((await gateway.health("anthropic:a")).usage, undefined);
  });
});
