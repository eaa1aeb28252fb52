// What callers of OpenClaw's gateway find on its paths: headers, errors, statuses, and the shapes of an agent's answers
// (gateway spec §2).
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as act from "../fakes/upstream-actions.ts";
import { chatFrames, messagesFrames, responsesFrames } from "../fakes/wire-samples.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";

const WIRES = {
  chat: { api: "openai-completions", frames: chatFrames },
  responses: { api: "openai-responses", frames: responsesFrames },
  messages: { api: "anthropic-messages", frames: messagesFrames },
} as const;
type WireName = keyof typeof WIRES;
const NAMES = Object.keys(WIRES) as WireName[];

const CHAT = "/v1/chat/completions";
const RESPONSES = "/v1/responses";
const SAID = [{ role: "user", content: "hi" }];
const TOOLS = [{ type: "function", function: { name: "get_weather", parameters: { type: "object" } } }];
const FLAT_TOOLS = [{ type: "function", name: "get_weather", parameters: { type: "object" } }];
const pinned = (name: string) => ({ type: "function", function: { name } });

const dataOf = (text: string): any[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("data: {"))
    .map((line) => JSON.parse(line.slice("data: ".length)));

let gateway: TestGateway;
before(async () => {
  gateway = await startTestGateway({
    providers: Object.fromEntries(NAMES.map((name) => [name, { api: WIRES[name].api }])),
    config: {
      agents: { list: NAMES.map((id) => ({ id, model: { primary: `${id}/m1` } })) },
      gateway: {
        auth: { mode: "token", token: TOKEN },
        http: { endpoints: { responses: { maxBodyBytes: 5000 } } },
      },
    },
    script: (call) => {
      const name = NAMES.find((each) => call.path.includes(`/${each}/`))!;
      if (call.body.text.includes("FAIL"))
        return act.reply({ status: 400, body: { error: { message: "no" } } });
      return act.stream({ frames: WIRES[name].frames("alpha beta") });
    },
  });
});
after(() => gateway.stop());

const get = (path: string, headers: Record<string, string> = { authorization: `Bearer ${TOKEN}` }) =>
  fetch(gateway.url + path, { headers });
const calls = () => gateway.upstream.calls.length;

describe("every answer of the gateway's own making", () => {
  const OWN = { "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" };
  const asked: [string, () => Promise<Response>][] = [
    ["health", () => get("/healthz", {})],
    ["models", () => get("/v1/models")],
    ["a refusal", () => get("/v1/models", {})],
    ["an agent's answer", () => gateway.post(CHAT, { model: "openclaw/chat", messages: SAID })],
    ["an agent's stream", () => gateway.post(CHAT, { model: "openclaw/chat", messages: SAID, stream: true })],
  ];
  for (const [name, ask] of asked)
    test(`${name}: tells browsers what they may do with it`, async () => {
      const { headers } = await ask();
      for (const [key, value] of Object.entries(OWN)) assert.equal(headers.get(key), value);
      assert.match(headers.get("permissions-policy") ?? "", /camera=\(\)/);
    });
});

describe("paths beside the model protocols", () => {
  test("a body that is larger than openclaw.json allows on its path", async () => {
    const large = "x".repeat(5000);
    const refused = await gateway.post(RESPONSES, { model: "openclaw/chat", input: large });
    assert.equal(refused.status, 413);
    assert.match(await refused.text(), /5000 bytes.*maxBodyBytes/);
    const said = [{ role: "user", content: large }];
    assert.equal((await gateway.post(CHAT, { model: "openclaw/chat", messages: said })).status, 200);
  });

  test("/readyz tells how the event loop fares", async () => {
    const { eventLoop } = (await (await get("/readyz", {})).json()) as any;
    const keys = [
      "cpuCoreRatio",
      "degraded",
      "delayMaxMs",
      "delayP99Ms",
      "intervalMs",
      "reasons",
      "utilization",
    ];
    assert.deepEqual(Object.keys(eventLoop).toSorted(), keys);
  });

  test("/tools/invoke: there is no tool", async () => {
    const invoke = async (body: object) => {
      const answer = await gateway.post("/tools/invoke", body);
      const { ok, error } = (await answer.json()) as any;
      return [answer.status, ok, error.type];
    };
    assert.deepEqual(await invoke({}), [400, false, "invalid_request"]);
    assert.deepEqual(await invoke({ tool: "sessions_list" }), [404, false, "not_found"]);
    assert.equal((await get("/tools/invoke")).status, 405);
    assert.equal((await fetch(`${gateway.url}/tools/invoke`, { method: "POST", body: "{}" })).status, 401);
  });

  test("/sessions/{key}/history of a session that is not there", async () => {
    const answer = await get(`/sessions/${encodeURIComponent("agent:chat:nope")}/history`);
    const { ok, error } = (await answer.json()) as any;
    assert.deepEqual([answer.status, ok, error.type], [404, false, "not_found"]);
    assert.equal((await get("/sessions/x/history", {})).status, 401);
  });
});

describe("requests of the agent path that cannot be meant", () => {
  const chat: object[] = [
    { messages: SAID, tools: [{}] },
    { messages: SAID, tools: [{ type: "custom", custom: { name: "x" } }] },
    { messages: SAID, tools: [{ type: "function", function: {} }] },
    { messages: SAID, tools: TOOLS, tool_choice: pinned("other") },
    { messages: SAID, tools: TOOLS, tool_choice: "bogus" },
    { messages: SAID, tools: TOOLS, tool_choice: { type: "allowed_tools", allowed_tools: {} } },
    { messages: SAID, tools: TOOLS, tool_choice: { type: "custom", custom: { name: "x" } } },
    { messages: SAID, tool_choice: "required" },
    { messages: SAID, seed: 1.5 },
    { messages: SAID, stop: [""] },
    { messages: SAID, stop: [1] },
    { messages: SAID, stop: 4 },
    { messages: SAID, max_tokens: "many" },
    { messages: SAID, max_completion_tokens: 0 },
    { messages: [{ role: "user", content: "" }] },
    { messages: [{ role: "user" }] },
  ];
  const responses: object[] = [
    { input: "x", tools: [{ type: "function" }] },
    { input: "x", tools: FLAT_TOOLS, tool_choice: { type: "function", name: "other" } },
    { input: "x", max_output_tokens: "many" },
    { input: [{ type: "message", role: "system", content: "x" }] },
  ];
  const cases: (readonly [path: string, body: object])[] = [
    ...chat.map((body) => [CHAT, body] as const),
    ...responses.map((body) => [RESPONSES, body] as const),
  ];
  for (const [path, body] of cases)
    test(`${path} ${JSON.stringify(body).slice(0, 110)}`, async () => {
      const soFar = calls();
      const answer = await gateway.post(path, { model: "openclaw/chat", ...body });
      assert.equal(answer.status, 400);
      assert.equal(((await answer.json()) as any).error.type, "invalid_request_error");
      assert.equal(calls(), soFar);
    });

  test("what can be meant is served", async () => {
    const bodies = [
      { messages: SAID, tools: TOOLS, tool_choice: "auto", seed: 7, stop: "END", max_tokens: 5 },
      { messages: SAID, tools: TOOLS, tool_choice: "none", stop: ["a", "b", "c", "d"] },
      { messages: [...SAID, { role: "assistant", content: null }, { role: "user", content: "" }] },
      { messages: [{ role: "user", content: [{ type: "text", text: "hi" }] }], tools: [], stop: null },
    ];
    for (const body of bodies)
      assert.equal((await gateway.post(CHAT, { model: "openclaw/chat", ...body })).status, 200);
  });
});

describe("a call of a tool that the client insists on, and the model does not make", () => {
  const forced = { messages: SAID, tools: TOOLS };
  for (const choice of ["required", pinned("get_weather")])
    test(`${JSON.stringify(choice)}: 502, and an error in a stream`, async () => {
      const body = { model: "openclaw/chat", ...forced, tool_choice: choice };
      const whole = await gateway.post(CHAT, body);
      assert.deepEqual([whole.status, ((await whole.json()) as any).error.type], [502, "api_error"]);
      const text = await (await gateway.post(CHAT, { ...body, stream: true })).text();
      assert.deepEqual(
        dataOf(text).map(({ error }) => error?.type),
        ["api_error"],
      );
      assert.match(text, /data: \[DONE\]\n\n$/);
    });

  test("over responses", async () => {
    const body = { model: "openclaw/chat", input: "hi", tools: FLAT_TOOLS, tool_choice: "required" };
    const whole = await gateway.post(RESPONSES, body);
    assert.deepEqual([whole.status, ((await whole.json()) as any).status], [502, "failed"]);
    const text = await (await gateway.post(RESPONSES, { ...body, stream: true })).text();
    assert.equal(dataOf(text).at(-1).type, "response.failed");
    assert.match(text, /data: \[DONE\]\n\n$/);
  });

  test("one that it makes comes through, with what was said before", async () => {
    const chunk = (delta: object, finish: string | null = null) =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
    const call = {
      index: 0,
      id: "call_1",
      type: "function",
      function: { name: "get_weather", arguments: "{}" },
    };
    const frames = [
      chunk({ role: "assistant", content: "" }),
      chunk({ content: "Let me look." }),
      chunk({ tool_calls: [call] }),
      chunk({}, "tool_calls"),
      "data: [DONE]\n\n",
    ];
    const own = await startTestGateway({ providers: { chat: {} }, script: () => act.stream({ frames }) });
    try {
      const body = { ...forced, tool_choice: "required" };
      const whole = (await (await own.post(CHAT, body)).json()) as any;
      assert.equal(whole.choices[0].message.tool_calls[0].function.name, "get_weather");
      const text = await (await own.post(CHAT, { ...body, stream: true })).text();
      assert.match(text, /Let me look.*get_weather.*tool_calls.*\[DONE\]/s);
      const { output } = (await (
        await own.post(RESPONSES, { input: "hi", tools: FLAT_TOOLS, tool_choice: "required" })
      ).json()) as any;
      assert.deepEqual(
        output.map(({ type, phase }: any) => [type, phase]),
        [
          ["message", "commentary"],
          ["function_call", undefined],
        ],
      );
    } finally {
      await own.stop();
    }
  });
});

for (const name of NAMES)
  describe(`an agent whose provider speaks ${WIRES[name].api}`, () => {
    const model = `openclaw/${name}`;

    test("chat: role first, one id, the name that was asked for, usage when wanted, [DONE]", async () => {
      for (const usage of [true, false]) {
        const options = usage ? { stream_options: { include_usage: true } } : {};
        const answer = await gateway.post(CHAT, { model, messages: SAID, stream: true, ...options });
        const text = await answer.text();
        const chunks = dataOf(text);
        assert.equal(chunks[0].choices[0].delta.role, "assistant");
        const marks = new Set(chunks.map((chunk) => `${chunk.id} ${chunk.object} ${chunk.model}`));
        const id = `chatcmpl_${answer.headers.get("x-openclaw-run-id")}`;
        assert.deepEqual([...marks], [`${id} chat.completion.chunk ${model}`]);
        assert.equal(chunks.map(({ choices }) => choices[0]?.delta?.content ?? "").join(""), "alpha beta");
        assert.deepEqual(
          chunks.flatMap(({ choices }) => choices[0]?.finish_reason ?? []),
          ["stop"],
        );
        assert.equal(
          chunks.some((chunk) => chunk.usage),
          usage,
        );
        if (usage) assert.deepEqual(chunks.at(-1).choices, []);
        assert.match(text, /data: \[DONE\]\n\n$/);
      }
    });

    test("responses: the events in their order, one item, its phase, [DONE]", async () => {
      const whole = (await (await gateway.post(RESPONSES, { model, input: "hi" })).json()) as any;
      assert.match(whole.id, /^resp_[0-9a-f-]{36}$/);
      assert.match(whole.output[0].id, /^msg_/);
      assert.deepEqual(
        [whole.status, whole.model, whole.output[0].status, whole.output[0].phase],
        ["completed", model, "completed", "final_answer"],
      );
      assert.equal(whole.usage.total_tokens, whole.usage.input_tokens + whole.usage.output_tokens);
      const text = await (await gateway.post(RESPONSES, { model, input: "hi", stream: true })).text();
      const events = dataOf(text);
      assert.deepEqual(
        events.map(({ type }) => type).filter((type, i, all) => type !== all[i - 1]),
        [
          "response.created",
          "response.in_progress",
          "response.output_item.added",
          "response.content_part.added",
          "response.output_text.delta",
          "response.output_text.done",
          "response.content_part.done",
          "response.output_item.done",
          "response.completed",
        ],
      );
      const { response } = events.at(-1);
      assert.equal(response.id, events[0].response.id);
      assert.equal(response.output[0].phase, "final_answer");
      const ids = events.flatMap(({ item, item_id }) => item?.id ?? item_id ?? []);
      assert.deepEqual([...new Set(ids)], [response.output[0].id]);
      assert.match(text, /data: \[DONE\]\n\n$/);
    });

    test("a stream of responses whose provider fails ends as one that failed", async () => {
      const answer = await gateway.post(RESPONSES, { model, input: "FAIL", stream: true });
      const text = await answer.text();
      assert.deepEqual(
        [answer.status, ...dataOf(text).map(({ type }) => type)],
        [200, "response.created", "response.failed"],
      );
      assert.match(text, /data: \[DONE\]\n\n$/);
    });
  });

test("a server on this machine that nobody has a key for is called without, or with the one that OpenClaw sends", async () => {
  const own = await startTestGateway({
    providers: { chat: { keys: [] }, messages: { api: WIRES.messages.api, keys: [] } },
    script: (call) => {
      const { frames } = call.path.includes("/chat/") ? WIRES.chat : WIRES.messages;
      return act.stream({ frames: frames("fine") });
    },
  });
  try {
    for (const provider of ["chat", "messages"])
      assert.equal(
        (
          await own.post(
            CHAT,
            { model: `openclaw`, messages: SAID },
            { "x-openclaw-model": `${provider}/m1` },
          )
        ).status,
        200,
      );
    const sent = own.upstream.calls.map(({ headers }) => [headers.authorization, headers["x-api-key"]]);
    assert.deepEqual(sent, [
      [undefined, undefined],
      [undefined, "custom-local"],
    ]);
  } finally {
    await own.stop();
  }
});
