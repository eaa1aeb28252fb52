// A subscription and a key that costs money for each call: when calls move from one to the other, what that is said
// to cost, and how it is kept from happening. `sub` is the subscription of provider `p`, `key` its key.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import * as act from "../fakes/upstream-actions.ts";
import { cliHome } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const { chat } = PROTOCOLS;
const NOON = Date.UTC(2026, 10, 21, 12);

const limited = act.reply({
  status: 429,
  body: { error: { message: "Rate limit reached", type: "error", code: "rate_limit_exceeded" } },
});
const answer = act.reply({
  body: { ...(chat.whole("Hello") as object), usage: { prompt_tokens: 1000, completion_tokens: 500 } },
});

const PRICE = { input: 2, output: 8, cacheRead: 0, cacheWrite: 0 };

interface Setup {
  readonly crossing?: unknown;
  readonly order?: readonly string[];
  /** the subscription answers as well */
  readonly healthy?: boolean;
  readonly access?: object;
  /** what the key is asked for has no price */
  readonly unpriced?: boolean;
  /** the key's answers wait for it */
  readonly until?: Promise<void>;
  readonly clock?: () => number;
}

async function gatewayFor(
  t: TestContext,
  { crossing, order, healthy = false, access = {}, unpriced, until, clock = () => NOON }: Setup = {},
) {
  let ahead = 0;
  const gateway = await startTestGateway({
    providers: {
      p: {
        keys: ["key"],
        models: ["m1"],
        config: {
          models: [{ id: "m1", name: "m1", ...(unpriced ? {} : { cost: PRICE }) }],
        },
      },
    },
    credentials: { "p:sub": { type: "token", provider: "p", token: "sk-fake-p-sub" } },
    ...(order ? { order: { p: order } } : {}),
    access: { gateway: { maxWaitMs: 0 }, ...(crossing === undefined ? {} : { crossing }), ...access },
    script: (call) => {
      if (call.key.endsWith("sub")) return healthy ? answer : limited;
      return async (exchange) => {
        await until;
        await answer(exchange);
      };
    },
    now: () => clock() + ahead,
  });
  t.after(() => gateway.stop());
  let questions = 0;
  const ask = async () => {
    const response = await gateway.post(chat.path, {
      model: "p/m1",
      messages: [{ role: "user", content: `Question ${++questions}` }],
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as any };
  };
  return { gateway, ask, pass: (ms: number) => void (ahead += ms) };
}

/** 1,000 tokens in and 500 out, at 2 and 8 dollars for a million. */
const A_CALL = 0.006;

const metric = async (gateway: TestGateway, name: string): Promise<number | undefined> => {
  const page = await (
    await fetch(`${gateway.url}/metrics`, { headers: { authorization: "Bearer test-gateway-token" } })
  ).text();
  const line = page.split("\n").find((each) => each.startsWith(name));
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
};

describe("crossing", { concurrency: 4 }, () => {
  test("is allowed unless said otherwise: the receipt is marked, and the money counted", async (t) => {
    const { gateway, ask } = await gatewayFor(t);
    const answered = await ask();
    assert.equal(answered.status, 200);
    assert.deepEqual(gateway.tried(), ["p.sub", "p.key"]);
    const receipt = await gateway.receipt(answered);
    assert.deepEqual([receipt.crossed, receipt.dollars], [true, A_CALL]);
    assert.deepEqual(
      receipt.attempts.map(({ crossed }) => crossed),
      [undefined, true],
    );
    assert.equal(await metric(gateway, "openclaw_crossing_dollars_total"), A_CALL);
    assert.equal(await metric(gateway, "openclaw_crossing_calls_total"), 1);
  });

  test("is none while the subscription answers, nor where the order begins with the key", async (t) => {
    const [healthy, ordered] = await Promise.all([
      gatewayFor(t, { healthy: true, crossing: "never" }),
      gatewayFor(t, { order: ["p:key", "p:sub"], crossing: "never" }),
    ]);
    for (const { gateway, ask } of [healthy, ordered]) {
      const answered = await ask();
      assert.equal(answered.status, 200);
      const receipt = await gateway.receipt(answered);
      assert.deepEqual([receipt.crossed, receipt.dollars], [undefined, undefined]);
    }
    assert.deepEqual(healthy.gateway.tried(), ["p.sub"]);
    assert.deepEqual(ordered.gateway.tried(), ["p.key"]);
  });

  test("with never nothing is spent, and the client is told why, after an attempt and without one", async (t) => {
    const { gateway, ask } = await gatewayFor(t, { crossing: "never" });
    const tried = await ask();
    assert.equal(tried.status, 429);
    assert.match(
      tried.body.error.message,
      /Rate limit reached.* Not asked: p:key, since .*crossing: "never"/s,
    );
    assert.deepEqual(
      tried.body.error.left_out.map(({ profile, code }: any) => [profile, code]),
      [["p:key", "crossing_never"]],
    );
    const untried = await ask();
    assert.equal(untried.status, 429);
    assert.match(untried.body.error.message, /p:key: crossing_never/);
    assert.deepEqual(gateway.tried(), ["p.sub"]);
    const receipt = await gateway.receipt(untried);
    assert.deepEqual(
      receipt.leftOut.map(({ profileId, code }) => [profileId, code]),
      [
        ["p:sub", "cooldown"],
        ["p:key", "crossing_never"],
      ],
    );
  });

  test("a profile's class is what access.json says", async (t) => {
    const { gateway, ask } = await gatewayFor(t, {
      crossing: "never",
      access: { funding: { "p:key": "prepaid" } },
    });
    const answered = await ask();
    assert.equal(answered.status, 200);
    assert.equal((await gateway.receipt(answered)).crossed, undefined);
  });

  test("a day's budget ends crossing until midnight", async (t) => {
    const { gateway, ask, pass } = await gatewayFor(t, { crossing: { maxPerDay: 2 * A_CALL } });
    for (const status of [200, 200, 429]) assert.equal((await ask()).status, status);
    const refused = await ask();
    assert.match(refused.body.error.message, /p:key: crossing_budget/);
    const leftOut = refused.body.error.left_out.find(({ profile }: any) => profile === "p:key");
    assert.equal(leftOut.until, "2026-11-22T00:00:00.000Z");
    assert.equal(await metric(gateway, "openclaw_crossing_dollars_today"), 2 * A_CALL);
    assert.equal(await metric(gateway, "openclaw_crossing_refused_total"), 2);
    pass(12 * 3_600_000);
    await eventually(async () => assert.equal((await ask()).status, 200));
  });

  test("many calls at once do not spend a day's budget many times over", async (t) => {
    const held = Promise.withResolvers<void>();
    const { gateway, ask } = await gatewayFor(t, {
      crossing: { maxPerDay: 2 * A_CALL },
      until: held.promise,
    });
    let left = 40;
    const asked = Array.from({ length: left }, () => ask().finally(() => --left));
    // Whoever may cross waits for its answer, the others are told off.
    await eventually(async () => assert.ok(left === gateway.tried().filter((key) => key === "p.key").length));
    assert.ok(left <= 4, `${left} crossed`);
    const refused = await ask();
    assert.equal(refused.headers.get("retry-after"), "1");
    held.resolve();
    const answers = await Promise.all(asked);
    const answered = answers.filter(({ status }) => status === 200);
    assert.ok(answered.length >= 1 && answered.length <= 4);
    for (const one of answered) {
      const { leftOut } = await gateway.receipt(one);
      assert.deepEqual(
        leftOut.filter(({ code }) => code === "crossing_budget"),
        [],
      );
    }
    await eventually(async () =>
      assert.equal(await metric(gateway, "openclaw_crossing_calls_total"), answered.length),
    );
  });

  test("a model without a price is no gift: it counts as a dear one, and is told apart", async (t) => {
    const assumed = (1000 * 15 + 500 * 75) / 1e6;
    const { gateway, ask } = await gatewayFor(t, {
      crossing: { maxPerDay: 2 * assumed },
      unpriced: true,
      clock: Date.now,
    });
    const first = await ask();
    for (const status of [200, 429]) assert.equal((await ask()).status, status);
    const receipt = await gateway.receipt(first);
    assert.deepEqual([receipt.crossed, receipt.dollars, receipt.assumedDollars], [true, undefined, assumed]);
    const cli = cliHome(gateway.home);
    const why = await cli.run(["models", "why", receipt.runId]);
    assert.match(why.out, /Crossed +to a metered credential; its price is not known, counted as \$0\.0525/);
    await eventually(async () => {
      const { crossing } = await cli.json("models", "status");
      assert.deepEqual(crossing.today, { calls: 2, dollars: 2 * assumed, unpriced: 2 });
    });
    assert.match((await cli.run(["models", "status"])).out, /2 of them at a price that is assumed/);
  });

  test("models status and models why tell of it, and it outlives the gateway", async (t) => {
    const { gateway, ask } = await gatewayFor(t, { crossing: { maxPerDay: 5 }, clock: Date.now });
    const answered = await ask();
    await gateway.receipt(answered);
    const cli = cliHome(gateway.home);
    const why = await cli.run(["models", "why", answered.headers.get("x-openclaw-run-id")!]);
    assert.match(why.out, /Crossed +to a metered credential, for \$0\.006/);
    assert.match(why.out, /p:key .*crossing to a metered credential/);
    const { crossing } = await eventually(async () => {
      const report = await cli.json("models", "status");
      assert.equal(report.crossing.today.calls, 1);
      return report;
    });
    assert.deepEqual(crossing, {
      rule: { maxPerDay: 5 },
      today: { calls: 1, dollars: A_CALL, unpriced: 0 },
      profiles: [
        { profileId: "p:key", provider: "p", funding: "metered" },
        { profileId: "p:sub", provider: "p", funding: "subscription" },
      ],
    });
    const status = await cli.run(["models", "status"]);
    assert.match(status.out, /Crossing to metered +at most \$5 a day/);
    assert.match(status.out, /Crossed today +\$0\.006 in 1 call/);
    writeFileSync(gateway.paths.accessConfigPath, '{ crossing: "never" }');
    assert.equal((await cli.json("models", "status")).crossing.closed, "crossing_never");
  });
});
