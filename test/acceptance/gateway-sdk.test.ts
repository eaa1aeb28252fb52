// The official clients, unchanged, while accounts behind the gateway are limited, revoked, out of credit, down and cut off.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ErrorResponse } from "@copilotkit/aimock";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway } from "../support/gateway.ts";
import type { MockAccounts } from "../support/mock-accounts.ts";
import { startMockAccounts } from "../support/mock-accounts.ts";
import { ANSWER, answers, assertSaid, chat, messages, responses } from "../support/sdk-clients.ts";

/** What an account answers when it is not well, and how the clients name it when no other account is left. */
const STATES: Record<string, { answer: ErrorResponse; status: number; openai: string; anthropic: string }> = {
  limited: {
    answer: {
      status: 429,
      error: { message: "Rate limit reached", type: "rate_limit_error" },
      retryAfter: 60,
    },
    status: 429,
    openai: "RateLimitError",
    anthropic: "RateLimitError",
  },
  refused: {
    answer: { status: 401, error: { message: "Incorrect API key provided", type: "authentication_error" } },
    status: 401,
    openai: "AuthenticationError",
    anthropic: "AuthenticationError",
  },
  revoked: {
    answer: {
      status: 401,
      error: { message: "This API key has been revoked", type: "authentication_error" },
    },
    status: 403,
    openai: "PermissionDeniedError",
    anthropic: "PermissionDeniedError",
  },
  "out of credit": {
    answer: { status: 402, error: { message: "Insufficient credit balance", type: "billing_error" } },
    status: 402,
    openai: "APIError",
    anthropic: "PaymentRequiredError",
  },
  down: {
    answer: { status: 500, error: { message: "Internal server error", type: "api_error" } },
    status: 503,
    openai: "InternalServerError",
    anthropic: "ServiceUnavailableError",
  },
};

const MODELS = ["p/m1", "openclaw"];

for (const [name, client] of Object.entries({ chat, responses, messages }))
  describe(name, { concurrency: 4 }, () => {
    const started: { gateway: TestGateway; accounts: MockAccounts }[] = [];
    after(async () => {
      for (const { gateway, accounts } of started) {
        await gateway.stop();
        await accounts.stop();
      }
    });
    async function start(unwell: Record<string, ErrorResponse | undefined> = {}) {
      const accounts = await startMockAccounts(["a", "b"]);
      for (const [account, mock] of Object.entries(accounts.mocks)) {
        const answer = unwell[account];
        if (answer) mock.on({}, answer);
        else answers(mock, account);
      }
      const gateway = await startTestGateway({
        providers: { p: { api: client.api, keys: ["a", "b"], models: ["m1"] } },
        order: { p: ["p:a", "p:b"] },
        access: { gateway: { maxWaitMs: 0 } },
        script: accounts.script,
      });
      started.push({ gateway, accounts });
      return { gateway, accounts };
    }
    let healthy: TestGateway;
    before(async () => void (healthy = (await start()).gateway));

    for (const model of MODELS) {
      test(`${model}: an answer, a stream and a tool`, async () => {
        assertSaid(await client.ask(healthy.url, model), "a");
        const pieces: string[] = [];
        assertSaid(await client.stream(healthy.url, model, (text) => pieces.push(text)), "a");
        assert.ok(pieces.length > 1 && pieces.join("") === `a: ${ANSWER}`);
        const { args, text } = await client.useTool(healthy.url, model);
        assert.deepEqual({ args, text }, { args: { city: "Rome" }, text: "It is sunny." });
      });

      for (const [state, { answer }] of Object.entries(STATES))
        test(`${model}: one account is ${state}, and nobody notices`, async () => {
          for (const streamed of [false, true]) {
            const { gateway } = await start({ a: answer });
            const asking = streamed
              ? client.stream(gateway.url, model, () => {})
              : client.ask(gateway.url, model);
            assertSaid(await asking, "b");
            assert.deepEqual(gateway.tried(), ["p.a", "p.b"]);
          }
        });

      test(`${model}: one account is cut off before its content`, async () => {
        const { gateway, accounts } = await start();
        accounts.cut("a", 20);
        assertSaid(await client.stream(gateway.url, model, () => {}), "b");
      });

      test(`${model}: a whole answer is cut off in its middle`, async () => {
        const { gateway, accounts } = await start();
        accounts.cut("a", 1500);
        assertSaid(await client.ask(gateway.url, model), "b");
      });

      test(`${model}: a stream is cut off in its middle: the client is told, and hears only that account`, async () => {
        const { gateway, accounts } = await start();
        accounts.cut("a", 3000);
        let heard = "";
        const saying = client.stream(gateway.url, model, (text) => void (heard += text));
        await assert.rejects(saying, client.errors.APIError);
        assert.ok(heard.length > 0 && `a: ${ANSWER}`.startsWith(heard), heard);
        assert.deepEqual(gateway.tried(), ["p.a"]);
      });
    }

    for (const [state, expected] of Object.entries(STATES)) {
      const known: string = client === messages ? expected.anthropic : expected.openai;
      const unwell = { a: expected.answer, b: expected.answer };
      for (const model of MODELS)
        test(`${model}: every account is ${state}: the client's own error class`, async () => {
          const { gateway } = await start(unwell);
          await assert.rejects(client.ask(gateway.url, model), (error: any) => {
            assert.ok(error instanceof client.errors[known], `${error.constructor.name}, not ${known}`);
            assert.equal(error.status, expected.status);
            return true;
          });
        });
      for (const model of MODELS)
        test(`${model}: every account is ${state}: a stream fails as well`, async () => {
          const { gateway } = await start(unwell);
          await assert.rejects(
            client.stream(gateway.url, model, () => {}),
            client.errors.APIError,
          );
        });
    }

    test("a wrong token, an unknown model", async () => {
      await assert.rejects(client.ask(healthy.url, "p/m1", "wrong"), client.errors.AuthenticationError);
      await assert.rejects(client.ask(healthy.url, "nobody/m1"), client.errors.BadRequestError);
    });
  });
