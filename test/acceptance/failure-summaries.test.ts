// What is told when all candidates failed: to the client in its protocol, in the log, in the receipt, by `models why`.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import type { Action, Call } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { cliHome } from "../support/cli.ts";
import type { TestGateway, TestSetup } from "../support/gateway.ts";
import { startTestGateway } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const says = (status: number, message: string, headers: Record<string, string> = {}): Action =>
  act.reply({ status, headers, body: { error: { message, type: "error" } } });
const SCRIPT: Readonly<Record<string, Action>> = {
  "p-a": says(401, "Incorrect API key provided"),
  "p-b": says(429, "Rate limit reached", { "retry-after": "600" }),
  "q-a": says(429, "Too many requests", { "retry-after": "60" }),
};
const script = ({ key }: Call): Action => SCRIPT[key.replace("sk-fake-", "")]!;

async function gatewayFor(t: TestContext, setup: Partial<TestSetup>, api?: string): Promise<TestGateway> {
  const providers = {
    p: { keys: ["a", "b"], ...(api === undefined ? {} : { api }) },
    q: { keys: ["a"], ...(api === undefined ? {} : { api }) },
  };
  const gateway = await startTestGateway({
    providers,
    fallbacks: ["q/m1"],
    order: { p: ["p:a", "p:b"] },
    script,
    access: { gateway: { maxWaitMs: 0 } },
    ...setup,
  });
  t.after(() => gateway.stop());
  return gateway;
}

const ATTEMPTS = [
  { model: "p/m1", profile: "p:a", code: "auth", status: 401, message: "Incorrect API key provided" },
  { model: "p/m1", profile: "p:b", code: "rate_limit", status: 429, message: "Rate limit reached" },
  { model: "q/m1", profile: "q:a", code: "rate_limit", status: 429, message: "Too many requests" },
];

function assertSummary(error: any): void {
  assert.match(
    error.message,
    /^429 Too many requests\. All 3 attempts failed: p\/m1 p:a \(401 auth\); p\/m1 p:b \(429 rate_limit\); q\/m1 q:a \(429 rate_limit\)\. First free again: p:a in \d+ s$/,
  );
  assert.deepEqual(
    error.attempts.map(({ reason: _reason, ...attempt }: any) => attempt),
    ATTEMPTS,
  );
  const { at, model, profile } = error.soonest_recovery;
  assert.deepEqual([model, profile], ["p/m1", "p:a"]);
  assert.ok(Date.parse(at) > Date.now() - 60_000);
}

/** The error objects in a stream of events. */
const errorsIn = (text: string): any[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice("data: ".length)))
    .flatMap((frame) => frame.error ?? frame.response?.error ?? []);

describe("the client's error", () => {
  for (const [name, protocol] of Object.entries(PROTOCOLS)) {
    test(`${name}: each attempt with its code and status, and the soonest recovery`, async (t) => {
      for (const stream of [false, true]) {
        const gateway = await gatewayFor(t, {}, protocol.api);
        const response = await gateway.post(protocol.path, protocol.body("openclaw", stream));
        const text = await response.text();
        // The agent path tells failures of a stream inside a 200, as OpenClaw does.
        assert.equal(response.status, stream ? 200 : 429);
        const error = stream ? errorsIn(text)[0] : JSON.parse(text).error;
        assertSummary(error);
        if (!stream) {
          assert.equal(error.type, protocol.errorType("rate_limit_error"));
          assert.ok(Number(response.headers.get("retry-after")) >= 1);
        }
        assert.ok(!text.includes("sk-fake"));
      }
    });
  }

  test("responses: a response that failed, beside the error", async (t) => {
    const { path, body, api } = PROTOCOLS["responses"]!;
    const gateway = await gatewayFor(t, {}, api);
    const answer: any = await (await gateway.post(path, body("openclaw", false))).json();
    assert.deepEqual(
      [answer.object, answer.status, answer.error.code],
      ["response", "failed", "rate_limit_error"],
    );
    const refused: any = await (await gateway.post(path, { model: "openclaw" })).json();
    assert.deepEqual([refused.object, refused.error.type], [undefined, "invalid_request_error"]);
  });

  test("one attempt: its own words, and when it may be tried again", async (t) => {
    const gateway = await gatewayFor(t, { fallbacks: [], order: { p: ["p:b"] } });
    const { path, body } = PROTOCOLS["chat"]!;
    const { error }: any = await (await gateway.post(path, body("p/m1", false))).json();
    assert.match(error.message, /^429 Rate limit reached\. First free again: p:b in (600|59\d) s$/);
    assert.deepEqual(
      error.left_out.map(({ profile, code }: any) => [profile, code]),
      [["p:a", "excluded_by_auth_order"]],
    );
  });
});

test("the log, the receipt and `models why` tell the same", async (t) => {
  const gateway = await gatewayFor(t, {});
  const { path, body } = PROTOCOLS["chat"]!;
  const answers = [];
  for (let i = 0; i < 4; i += 1) answers.push(await gateway.post(path, body("openclaw", false)));
  const receipt = await gateway.receipt(answers[0]!);
  assert.equal(receipt.recovery?.profileId, "p:a");
  const lines = gateway.said.filter((line) => line.startsWith("Run "));
  assert.equal(lines.length, 2, "of the later ones, which could try nothing, the first is told");
  assert.match(
    lines[1]!,
    /failed with HTTP 503 .*; nothing could be tried: p:a: cooldown \(auth\) for \d+ s; p:b: /,
  );
  assert.match(
    lines[0]!,
    /^Run \S+ of openclaw \(p\/m1, q\/m1\) failed with HTTP 429 after \d+ ms; p\/m1 p:a \(401 auth\): Incorrect API key provided; p\/m1 p:b \(429 rate_limit\).*; first free again: p:a at /,
  );
  const { out } = await cliHome(gateway.home).run(["models", "why", receipt.runId]);
  assert.match(out, /First free again +p:a at \d{4}/);
  assert.match(out, /401 auth/);
});
