// The official clients, unchanged, while accounts behind the gateway are limited, revoked, out of credit, down and cut off.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import Anthropic, * as anthropicErrors from "@anthropic-ai/sdk";
import OpenAI, * as openaiErrors from "openai";
import type { ErrorResponse } from "@copilotkit/aimock";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";
import type { MockAccounts } from "../support/mock-accounts.ts";
import { startMockAccounts } from "../support/mock-accounts.ts";

/** Long enough to be cut in the middle of its content. */
const ANSWER = "The quick brown fox jumps over the lazy dog. ".repeat(40).trim();
/** Under the names of all protocols. */
const USAGE = {
  prompt_tokens: 11,
  completion_tokens: 7,
  input_tokens: 11,
  output_tokens: 7,
  total_tokens: 18,
};
const WEATHER = { type: "object", properties: { city: { type: "string" } }, required: ["city"] } as const;

interface Said {
  readonly text: string;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
}

/** A client as a program uses it. `heard` gets the text as it comes. */
interface Client {
  readonly api: string;
  readonly errors: any;
  ask(url: string, model: string, token?: string): Promise<Said>;
  stream(url: string, model: string, heard: (text: string) => void): Promise<Said>;
  /** Asks for the weather, answers the tool call, returns the tool's arguments and the final text. */
  useTool(url: string, model: string): Promise<{ args: unknown; text: string }>;
}

const QUESTION = { role: "user" as const, content: "Tell me." };
const WEATHER_QUESTION = { role: "user" as const, content: "What is the weather in Rome?" };

const openai = (url: string, token = TOKEN) =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: token, maxRetries: 0 });
const anthropic = (url: string, token = TOKEN) =>
  new Anthropic({ baseURL: url, apiKey: token, maxRetries: 0 });

const chat: Client = {
  api: "openai-completions",
  errors: openaiErrors,
  async ask(url, model, token) {
    const answer = await openai(url, token).chat.completions.create({ model, messages: [QUESTION] });
    const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = answer.usage ?? {};
    return { text: answer.choices[0]!.message.content ?? "", inputTokens, outputTokens };
  },
  async stream(url, model, heard) {
    const stream = openai(url).chat.completions.stream({
      model,
      messages: [QUESTION],
      stream_options: { include_usage: true },
    });
    stream.on("content", heard);
    const text = (await stream.finalContent()) ?? "";
    const usage = await stream.totalUsage();
    return { text, inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens };
  },
  async useTool(url, model) {
    const tool = { type: "function" as const, function: { name: "weather", parameters: { ...WEATHER } } };
    const ask = (messages: OpenAI.ChatCompletionMessageParam[]) =>
      openai(url).chat.completions.create({ model, messages, tools: [tool] });
    const first = (await ask([WEATHER_QUESTION])).choices[0]!;
    assert.equal(first.finish_reason, "tool_calls");
    const call = first.message.tool_calls![0]!;
    assert.ok(call.type === "function");
    const result = { role: "tool" as const, tool_call_id: call.id, content: "sunny" };
    const second = await ask([WEATHER_QUESTION, first.message, result]);
    return { args: JSON.parse(call.function.arguments), text: second.choices[0]!.message.content ?? "" };
  },
};

const responses: Client = {
  api: "openai-responses",
  errors: openaiErrors,
  async ask(url, model, token) {
    const answer = await openai(url, token).responses.create({ model, input: "Tell me." });
    const { input_tokens: inputTokens, output_tokens: outputTokens } = answer.usage!;
    return { text: answer.output_text, inputTokens, outputTokens };
  },
  async stream(url, model, heard) {
    const stream = openai(url).responses.stream({ model, input: "Tell me." });
    stream.on("response.output_text.delta", ({ delta }) => heard(delta));
    const answer = await stream.finalResponse();
    if (answer.status === "failed")
      throw new openaiErrors.APIError(undefined, answer.error ?? {}, "", undefined);
    return {
      text: answer.output_text,
      inputTokens: answer.usage?.input_tokens,
      outputTokens: answer.usage?.output_tokens,
    };
  },
  async useTool(url, model) {
    const tool = { type: "function" as const, name: "weather", parameters: { ...WEATHER }, strict: false };
    const ask = (input: OpenAI.Responses.ResponseInput) =>
      openai(url).responses.create({ model, input, tools: [tool] });
    const first = await ask([WEATHER_QUESTION]);
    const call = first.output.find((item) => item.type === "function_call")!;
    const result = { type: "function_call_output" as const, call_id: call.call_id, output: "sunny" };
    const second = await ask([WEATHER_QUESTION, call, result]);
    return { args: JSON.parse(call.arguments), text: second.output_text };
  },
};

const messages: Client = {
  api: "anthropic-messages",
  errors: anthropicErrors,
  async ask(url, model, token) {
    const body = { model, max_tokens: 500, messages: [QUESTION] };
    const { content, usage } = await anthropic(url, token).messages.create(body);
    const text = content.map((block) => (block.type === "text" ? block.text : "")).join("");
    return { text, inputTokens: usage.input_tokens, outputTokens: usage.output_tokens };
  },
  async stream(url, model, heard) {
    const stream = anthropic(url).messages.stream({ model, max_tokens: 500, messages: [QUESTION] });
    stream.on("text", heard);
    const [text, { usage }] = [await stream.finalText(), await stream.finalMessage()];
    return { text, inputTokens: usage.input_tokens, outputTokens: usage.output_tokens };
  },
  async useTool(url, model) {
    const tool = { name: "weather", input_schema: { ...WEATHER, required: ["city"] } };
    const ask = (list: Anthropic.MessageParam[]) =>
      anthropic(url).messages.create({ model, max_tokens: 500, messages: list, tools: [tool] });
    const first = await ask([WEATHER_QUESTION]);
    assert.equal(first.stop_reason, "tool_use");
    const call = first.content.find((block) => block.type === "tool_use")!;
    const result = { type: "tool_result" as const, tool_use_id: call.id, content: "sunny" };
    const second = await ask([
      WEATHER_QUESTION,
      { role: "assistant", content: first.content },
      { role: "user", content: [result] },
    ]);
    return {
      args: call.input,
      text: second.content.map((block) => (block.type === "text" ? block.text : "")).join(""),
    };
  },
};

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
        else
          mock
            .on({ hasToolResult: true }, { content: "It is sunny.", usage: USAGE })
            .on(
              { userMessage: /weather/ },
              { toolCalls: [{ name: "weather", arguments: '{"city":"Rome"}' }] },
            )
            .on({}, { content: `${account}: ${ANSWER}`, usage: USAGE });
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
    const assertSaid = (said: Said, account: string) => {
      assert.equal(said.text, `${account}: ${ANSWER}`);
      assert.deepEqual([said.inputTokens, said.outputTokens], [11, 7], "usage");
    };

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
