// The official clients before providers that speak another protocol, while accounts fail.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { reply, stream } from "../fakes/upstream-actions.ts";
import { chatFrames, responsesFrames } from "../fakes/wire-samples.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway } from "../support/gateway.ts";
import type { MockAccounts } from "../support/mock-accounts.ts";
import { startMockAccounts } from "../support/mock-accounts.ts";
import type { Said } from "../support/sdk-clients.ts";
import { ANSWER, answers, assertSaid, chat, messages, responses } from "../support/sdk-clients.ts";

const CLIENTS = { chat, messages, responses };
const PROVIDERS = [
  "openai-completions",
  "openai-responses",
  "anthropic-messages",
  "google-generative-ai",
  "ollama",
  "bedrock-converse-stream",
];
const LIMITED = {
  status: 429,
  error: { message: "Rate limit reached", type: "rate_limit_error" },
  retryAfter: 60,
};

const started: { stop(): Promise<unknown> }[] = [];
after(() => Promise.all(started.map((each) => each.stop())));

async function start(
  api: string,
  limited?: string,
): Promise<{ gateway: TestGateway; accounts: MockAccounts }> {
  const accounts = await startMockAccounts(["a", "b"]);
  for (const [account, mock] of Object.entries(accounts.mocks))
    if (account === limited) mock.on({}, LIMITED);
    else answers(mock, account);
  const gateway = await startTestGateway({
    providers: { p: { api, keys: ["a", "b"], models: ["m1"] } },
    order: { p: ["p:a", "p:b"] },
    access: { gateway: { maxWaitMs: 0 } },
    script: accounts.script,
  });
  started.push(gateway, accounts);
  return { gateway, accounts };
}

for (const [name, client] of Object.entries(CLIENTS))
  for (const api of PROVIDERS.filter((each) => each !== client.api))
    describe(`${name} client, ${api} provider`, { concurrency: 4 }, () => {
      // The mock of Ollama counts nothing.
      const assertHeard = (said: Said, account: string) =>
        assertSaid(said, account, api === "ollama" ? [0, 0] : undefined);

      for (const model of ["p/m1", "openclaw"])
        test(`${model}: an answer, a stream and a tool`, async () => {
          const { gateway } = await start(api);
          assertHeard(await client.ask(gateway.url, model), "a");
          const pieces: string[] = [];
          assertHeard(await client.stream(gateway.url, model, (text) => pieces.push(text)), "a");
          assert.ok(pieces.length > 1 && pieces.join("") === `a: ${ANSWER}`);
          const { args, text } = await client.useTool(gateway.url, model);
          assert.deepEqual({ args, text }, { args: { city: "Rome" }, text: "It is sunny." });
        });

      test("one account is limited, and nobody notices", async () => {
        const { gateway } = await start(api, "a");
        assertHeard(await client.ask(gateway.url, "p/m1"), "b");
        assert.deepEqual(gateway.tried(), ["p.a", "p.b"]);
        assertHeard(await client.stream(gateway.url, "p/m1", () => {}), "b");
      });

      test("a stream is cut off before its content: the other account answers", async () => {
        const { gateway, accounts } = await start(api);
        accounts.cut("a", 20);
        assertHeard(await client.stream(gateway.url, "p/m1", () => {}), "b");
      });

      test("a stream is cut off in its middle: the client is told", async () => {
        const { gateway, accounts } = await start(api);
        accounts.cut("a", 3000);
        let heard = "";
        const saying = client.stream(gateway.url, "p/m1", (text) => void (heard += text));
        await assert.rejects(saying, client.errors.APIError);
        assert.ok(heard.length > 0 && `a: ${ANSWER}`.startsWith(heard), heard);
        assert.deepEqual(gateway.tried(), ["p.a"]);
      });
    });

const HI = { messages: [{ role: "user", content: "hi" }], max_tokens: 9 };

test("what is left out is named, what cannot be carried is refused before anything is sent", async () => {
  const gateway = await startTestGateway({
    providers: { p: { api: "anthropic-messages", keys: ["a"], models: ["m"] } },
    script: () =>
      reply({ body: { type: "message", content: [{ type: "text", text: "Yes" }], stop_reason: "end_turn" } }),
  });
  started.push(gateway);
  const answer = await gateway.post("/v1/chat/completions", {
    ...HI,
    model: "p/m",
    seed: 1,
    logit_bias: {},
    odd: 1,
  });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("x-openclaw-dropped"), "odd, seed");
  const { choices, model } = (await answer.json()) as any;
  assert.deepEqual([choices[0].message.content, choices[0].finish_reason, model], ["Yes", "stop", "m"]);
  const refused = await gateway.post("/v1/chat/completions", { ...HI, model: "p/m", n: 3 });
  assert.equal(refused.status, 400);
  assert.match(((await refused.json()) as any).error.message, /^n cannot be carried/);
  assert.equal(gateway.tried().length, 1);
});

test("a fallback of another protocol answers when the first provider is down", async () => {
  const gateway = await startTestGateway({
    providers: {
      one: { api: "openai-completions", keys: ["a"], models: ["m"] },
      two: { api: "anthropic-messages", keys: ["a"], models: ["m"] },
    },
    fallbacks: ["two/m"],
    access: { gateway: { maxWaitMs: 0 } },
    script: (call) =>
      call.key.includes("one")
        ? reply({ status: 401, body: { error: { message: "Incorrect API key provided" } } })
        : reply({
            body: { type: "message", content: [{ type: "text", text: "two" }], stop_reason: "end_turn" },
          }),
  });
  started.push(gateway);
  const answer = await gateway.post("/v1/chat/completions", { ...HI, model: "openclaw" });
  assert.equal(answer.headers.get("x-openclaw-served-model"), "two/m");
  // The agent path asks for streams: an answer in one piece is told as one all the same.
  assert.equal(((await answer.json()) as any).choices[0].message.content, "two");
});

test("thinking that came from another protocol is not sent to the client's own", async () => {
  const gateway = await startTestGateway({
    providers: {
      chat: { api: "openai-completions", keys: ["a"], models: ["m"] },
      own: { api: "anthropic-messages", keys: ["a"], models: ["m"] },
    },
    script: (call) =>
      call.key.includes("chat")
        ? stream({ frames: chatFrames("Hi") })
        : reply({
            body: { type: "message", content: [{ type: "text", text: "own" }], stop_reason: "end_turn" },
          }),
  });
  started.push(gateway);
  const content = [
    { type: "thinking", thinking: "hm", signature: "openclaw::" },
    { type: "text", text: "Hi" },
  ];
  const talk = [...HI.messages, { role: "assistant", content }, ...HI.messages];
  const answer = await gateway.post("/v1/messages", { ...HI, messages: talk, model: "own/m" });
  assert.equal(answer.status, 200);
  const sent = gateway.upstream.calls.at(-1)!.body.json as any;
  assert.deepEqual(sent.messages[1].content, [{ type: "text", text: "Hi" }]);
});

describe("ChatGPT's backend", () => {
  const login = {
    type: "oauth",
    provider: "chatgpt",
    access: "fake-access",
    refresh: "fake-refresh",
    expires: Date.now() + 3_600_000,
    accountId: "acct-fake",
  } as const;
  const starting = startTestGateway({
    providers: { chatgpt: { api: "openai-codex-responses", keys: [], models: ["m"] } },
    credentials: { "chatgpt:ada": login },
    script: () => stream({ frames: responsesFrames("Hi") }),
  });
  after(async () => (await starting).stop());

  test("a request as Codex makes it passes as it is", async () => {
    const gateway = await starting;
    const body = { instructions: "i", input: [{ role: "user", content: "hi" }], store: false, stream: true };
    const answer = await gateway.post("/v1/responses", { ...body, model: "chatgpt/m", odd: [1] });
    assert.match(await answer.text(), /response\.completed/);
    const sent = gateway.upstream.calls.at(-1)!;
    assert.equal(sent.path, "/chatgpt/v1/codex/responses");
    assert.deepEqual(sent.body.json, { ...body, model: "m", odd: [1] });
    assert.equal(sent.headers["chatgpt-account-id"], "acct-fake");
    assert.equal(sent.headers["authorization"], "Bearer fake-access");
  });

  test("any other is told anew, and one who wants one piece gets one", async () => {
    const gateway = await starting;
    const answer = await gateway.post("/v1/chat/completions", { ...HI, model: "chatgpt/m" });
    assert.equal(((await answer.json()) as any).choices[0].message.content, "Hi");
    assert.equal(answer.headers.get("x-openclaw-dropped"), "max_tokens");
    const sent = gateway.upstream.calls.at(-1)!.body.json as any;
    assert.deepEqual([sent.stream, sent.store, "max_output_tokens" in sent], [true, false, false]);
  });
});
