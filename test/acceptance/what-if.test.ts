// `models why --if`: a run of a real gateway, planned again from its receipt alone.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import type { Receipt } from "../../src/core/receipt.ts";
import { whatIf } from "../../src/core/replay/what-if.ts";
import { openReceiptStore } from "../../src/store/receipts.ts";
import type { Call } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody } from "../fakes/wire-samples.ts";
import { cliHome } from "../support/cli.ts";
import type { TestGateway, TestSetup } from "../support/gateway.ts";
import { startTestGateway } from "../support/gateway.ts";

const limited = (headers: Record<string, string>) =>
  act.reply({ status: 429, headers, body: { error: { message: "Rate limit reached", type: "requests" } } });

async function gatewayFor(t: TestContext, setup: TestSetup): Promise<TestGateway> {
  const gateway = await startTestGateway(setup);
  t.after(() => gateway.stop());
  return gateway;
}

const ask = (gateway: TestGateway, content: string, model = "p/m1") =>
  gateway.post("/v1/chat/completions", { model, messages: [{ role: "user", content }] });

describe("a run that rotated", () => {
  async function rotated(t: TestContext) {
    const gateway = await gatewayFor(t, {
      providers: { p: { keys: ["a", "b", "spare"] } },
      order: { p: ["p:a", "p:b"] },
      script: ({ key }: Call) =>
        key.endsWith("-a") ? limited({ "retry-after": "120" }) : act.reply({ body: chatBody("hello") }),
    });
    const answer = await ask(gateway, "one");
    assert.equal(answer.status, 200);
    await gateway.receipt(answer);
    return { gateway, cli: cliHome(gateway.home), runId: answer.headers.get("x-openclaw-run-id")! };
  }

  test("is planned again, for people and as JSON", async (t) => {
    const { gateway, cli, runId } = await rotated(t);
    const { exit, out, err } = await cli.run(["models", "why", runId, "--if", "order=p:b,p:a"]);
    assert.deepEqual([exit, err], [0, ""]);
    assert.match(out, /the run begins with p\/m1 p:b instead of p\/m1 p:a/);
    assert.match(
      out,
      /1\. p\/m1 +p:b +answered in this run\n +2\. p\/m1 +p:a +failed in this run: 429 rate limited/,
    );
    assert.match(out, /p:spare +for p\/m1 +not in the order/);
    const answer = await cli.json("models", "why", "last", "--if", "cooldown=p:b", "--if", "order=p:b");
    assert.deepEqual(answer.if, ["cooldown=p:b", "order=p:b"]);
    assert.equal(answer.asItWas.attempts[0].profileId, "p:a");
    assert.deepEqual(answer.asIf.attempts, []);
    assert.equal(answer.asIf.freeAt - answer.at, 30_000);
    assert.deepEqual(answer.notes, []);
    assert.ok(!JSON.stringify(answer).includes("sk-fake"));

    // Never from the present state: the accounts may be gone.
    const { exit: removed } = await cli.run(["models", "auth", "logout", "p:b", "--yes"]);
    assert.equal(removed, 0);
    writeFileSync(gateway.paths.configPath, JSON.stringify({ auth: { order: { p: ["p:spare"] } } }));
    const later = await cli.json("models", "why", runId, "--if", "order=p:b,p:a");
    assert.deepEqual(later.asIf.attempts[0].profileId, "p:b");
  });

  test("without --if nothing is other than before", async (t) => {
    const { cli, runId } = await rotated(t);
    const receipt = await cli.json("models", "why", runId);
    assert.equal(receipt.runId, runId);
    assert.deepEqual(
      receipt.omitted.map((one: any) => one.profileId),
      ["p:spare"],
    );
    const { out } = await cli.run(["models", "why", runId]);
    assert.match(out, /Profiles it chose from/);
  });

  test("what cannot be asked is refused with the nearest that can", async (t) => {
    const { cli, runId } = await rotated(t);
    const rows: [string, RegExp][] = [
      ["cooldown=p:aa", /no profile p:aa. Did you mean p:a\?/],
      ["coldown=p:a", /Did you mean cooldown=\?/],
      ["order", /Write order=<profile>/],
      ["model=q/m1", /no profile of q/],
    ];
    for (const [change, words] of rows) {
      const { exit, out, err } = await cli.run(["models", "why", runId, "--if", change, "--json"]);
      assert.equal(exit, 1, change);
      assert.match(err, words);
      assert.match(JSON.parse(out).error.message, words);
    }
    const { exit, err } = await cli.run(["models", "why", "nope", "--if", "order=p:a"]);
    assert.equal(exit, 1);
    assert.match(err, /No run nope/);
  });
});

test("receipts of another version: what is strange is shown as it is, what is missing is told", async (t) => {
  const home = cliHome();
  t.after(() => home.remove());
  const store = openReceiptStore({ file: join(home.path, ".openclaw/state/access.sqlite") });
  const candidate = { profileId: "p:é", provider: "p", type: "api_key", source: "store", bars: [] };
  const strange = {
    runId: "strange",
    at: Date.now(),
    agent: "main",
    protocol: "openai-completions",
    requested: "p/m1",
    models: ["p/m1"],
    outcome: "ok",
    status: 200,
    durationMs: 1,
    attempts: [
      { model: "p/m1", profileId: "p:é", startedMs: 0, endedMs: 1, outcome: "failed", kind: "odd_kind" },
    ],
    candidates: [candidate],
    leftOut: [{ ref: { provider: "p", model: "m1" }, profileId: "p:é", code: "odd_code" }],
  };
  const { candidates: _, ...missing } = { ...strange, runId: "missing" };
  await store.append([strange, missing] as unknown as Receipt[]);
  await store.close();
  assert.match((await home.run(["models", "why", "strange"])).out, /odd_kind.*odd_code/s);
  assert.match(
    (await home.run(["models", "why", "strange", "--if", "cooldown=p:é"])).out,
    /nothing could be tried/,
  );
  for (const flags of [[], ["--if", "cooldown=p:é"]]) {
    const { exit, err } = await home.run(["models", "why", "missing", ...flags]);
    assert.equal(exit, 1);
    assert.match(err, /receipt of run missing is not one that this version/);
  }
});

test("whatever a busy gateway picked, its receipt gives again", async (t) => {
  const calls = new Map<string, number>();
  const gateway = await gatewayFor(t, {
    providers: { p: { keys: ["a", "b", "c", "d"] }, q: { keys: ["a", "b"] } },
    fallbacks: ["q/m1"],
    access: { gateway: { maxWaitMs: 3000 } },
    script: ({ key }: Call) => {
      const n = calls.get(key) ?? 0;
      calls.set(key, n + 1);
      // Each account is limited now and then, and some at once: bars, tests and waiting all happen.
      if ((n + key.length + key.charCodeAt(key.length - 1)) % 3 === 0)
        return limited({ "retry-after-ms": "60" });
      return act.reply({ body: chatBody("hello") });
    },
  });
  // The first ones arrive together at an agent that is not loaded yet.
  const answers = [];
  for (let round = 0; round < 12; round += 1)
    answers.push(
      ...(await Promise.all(
        Array.from({ length: 12 }, (_, i) =>
          ask(gateway, `Question ${i % 7} of ${round % 3}`, i % 4 === 0 ? "openclaw" : "p/m1"),
        ),
      )),
    );
  for (const answer of answers) {
    const receipt = await gateway.receipt(answer);
    const { asItWas, notes } = whatIf(receipt, []);
    const [picked] = receipt.attempts;
    assert.deepEqual(notes, [], JSON.stringify(receipt));
    assert.deepEqual(
      picked && [asItWas.attempts[0]?.model, asItWas.attempts[0]?.profileId],
      picked && [picked.model, picked.profileId],
    );
  }
});
