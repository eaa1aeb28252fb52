// Nobody can answer: what the client is told.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Action, Call } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { ask, gatewayFor, limited, says, unauthorized } from "../support/accounts.ts";
import { PROTOCOLS } from "../support/protocols.ts";

describe("when every account failed", { concurrency: 6 }, () => {
  // Gateway spec §2, with the decided difference: faults of servers are 503 with Retry-After.
  const table: [string, Action, number, string][] = [
    ["401", unauthorized, 401, "authentication_error"],
    ["403", says(403, "Forbidden"), 401, "authentication_error"],
    ["a revoked key", says(401, "Your API key has been revoked"), 403, "permission_error"],
    ["402", says(402, "Payment required"), 402, "insufficient_quota"],
    ["429", limited(), 429, "rate_limit_error"],
    ["404", says(404, "The model `m1` does not exist"), 404, "invalid_request_error"],
    ["400", says(400, "Invalid value"), 400, "invalid_request_error"],
    ["500", says(500, "Internal error"), 503, "api_error"],
    ["529", says(529, "Overloaded"), 503, "api_error"],
    ["a reset", act.resetBefore(), 503, "api_error"],
  ];
  for (const [name, protocol] of Object.entries(PROTOCOLS))
    test(`${name}: status and type by the last failure, with every attempt beside it`, async (t) => {
      const providers = Object.fromEntries(
        table.map((_, index) => [`p${index}`, { api: protocol.api, keys: ["a"] }]),
      );
      const script = (call: Call): Action => table[Number(/\/p(\d+)\//.exec(call.path)![1])]![1];
      const gateway = await gatewayFor(t, {}, { providers, script });
      for (const [index, [cause, , status, type]] of table.entries()) {
        const response = await gateway.post(protocol.path, protocol.body(`p${index}/m1`, true));
        const { error }: any = await response.json();
        assert.equal(response.status, status, cause);
        const expected = status === 404 && name === "messages" ? "not_found_error" : protocol.errorType(type);
        assert.equal(error.type, expected, cause);
        assert.equal(response.headers.has("retry-after"), status === 429 || status === 503, cause);
        assert.deepEqual(
          error.attempts.map((attempt: any) => attempt.profile),
          [`p${index}:a`],
          cause,
        );
        assert.equal((await gateway.receipt(response)).outcome, "failed");
      }
    });
});

describe("when nothing can be tried", { concurrency: 6 }, () => {
  const bars: [string, Action, number, string, string][] = [
    ["limited", limited({ "retry-after": "60" }), 429, "rate_limit_error", "rate_limit"],
    ["refused", unauthorized, 503, "api_error", "auth"],
    ["without credit", says(402, "Payment required"), 503, "api_error", "billing"],
    ["down", says(500, "Internal error"), 503, "api_error", "timeout"],
  ];
  for (const [name, protocol] of Object.entries(PROTOCOLS))
    for (const [state, action, status, type, reason] of bars)
      test(`${name}, ${state}: no call; who is left out, why, and when to come again`, async (t) => {
        const gateway = await gatewayFor(
          t,
          { "p.a": action, "p.b": action },
          { providers: { p: { api: protocol.api, keys: ["a", "b"] } } },
        );
        await gateway.post(protocol.path, protocol.body("p/m1", false));
        const calls = gateway.upstream.calls.length;
        for (const stream of [false, true]) {
          const response = await gateway.post(protocol.path, protocol.body("p/m1", stream));
          const { error }: any = await response.json();
          assert.deepEqual([response.status, error.type], [status, type]);
          const retryAfter = Number(response.headers.get("retry-after"));
          assert.ok(Number.isInteger(retryAfter) && retryAfter >= 1);
          assert.deepEqual(
            error.left_out.map((entry: any) => [entry.profile, entry.reason]),
            [
              ["p:a", reason],
              ["p:b", reason],
            ],
          );
          assert.match(error.message, /p:a.*p:b/);
          const receipt = await gateway.receipt(response);
          assert.deepEqual([receipt.outcome, receipt.attempts.length], ["failed", 0]);
        }
        assert.equal(gateway.upstream.calls.length, calls);
      });

  test("without any credential: which command adds one, and no wait", async (t) => {
    const remote = { keys: [], config: { baseUrl: "https://upstream.invalid/v1" } };
    const gateway = await gatewayFor(t, {}, { providers: { p: remote } });
    const { status, by, headers } = await ask(gateway);
    assert.equal(status, 503);
    assert.match(by, /openclaw models auth paste-api-key --provider p\b/);
    assert.equal(headers.get("retry-after"), null);
    assert.equal(headers.get("x-should-retry"), "false");
  });
});
