// Programs with a login of their own make model calls: what clients see of them, and what becomes of them.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { controlClient } from "../support/control-client.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";
import { chatBody, chatFrames } from "../fakes/wire-samples.ts";
import { reply, stream } from "../fakes/upstream-actions.ts";

const PROGRAM = join(import.meta.dirname, "../fakes/cli-program.ts");
const MESSAGES = "/v1/messages";
const CHAT = "/v1/chat/completions";
const RESPONSES = "/v1/responses";

/** A program each, what it is told to do, and what its failure is. */
const FAILING = [
  ["limited-cli", "do:fail 429 API Error: Request rejected (429) · rate limit", "rate_limit"],
  ["capped-cli", "do:fail You've hit your session limit · resets 3pm (UTC)", "rate_limit"],
  ["busy-cli", "do:fail 529 API Error: 529 Overloaded. This is a server-side issue.", "overloaded"],
  ["left-cli", "do:fail Not logged in · Please run /login", "auth"],
  ["words-cli", "do:stderr Invalid API key · Please run /login", "auth"],
  ["garbled-cli", "do:garbage", "server_error"],
] as const;

const FALLBACK = "fallback";

let gateway: TestGateway;
let folder: string;
let log: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "cli-backends-"));
  log = join(folder, "log");
  const command = join(folder, "program");
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`, { mode: 0o755 });
  // It may be ended before Node has started: the shell tells its id at once.
  const quiet = join(folder, "quiet");
  writeFileSync(quiet, `#!/bin/sh\necho "{\\"pid\\":$$}" >> "${log}"\nexec "${command}" "$@"\n`, {
    mode: 0o755,
  });
  const env = { FAKE_CLI_LOG: log, FAKE_CLI_API_KEY: "fake-secret-of-the-program" };
  const backend = { command, env };
  const claudeLike = {
    ...backend,
    output: "jsonl",
    jsonlDialect: "claude-stream-json",
    sessionMode: "always",
  };
  gateway = await startTestGateway({
    providers: { p: { keys: ["a"], models: ["m1"] } },
    script: ({ body }) =>
      body.json?.["stream"] ? stream({ frames: chatFrames(FALLBACK) }) : reply({ body: chatBody(FALLBACK) }),
    credentials: { "anthropic:claude-cli": { type: "oauth", provider: "claude-cli" } },
    env: { PATH: process.env["PATH"]!, HOME: folder, GROQ_API_KEY: "gsk_fake_0000" },
    access: { gateway: { maxWaitMs: 0 } },
    config: {
      agents: {
        defaults: {
          model: { primary: "claude-cli/sonnet", fallbacks: ["p/m1"] },
          workspace: join(folder, "work"),
          models: { "anthropic/claude-opus-4-8": { agentRuntime: { id: "claude-cli" } } },
          cliBackends: {
            "claude-cli": { ...backend, reliability: { outputLimits: { maxTurnRawChars: 200_000 } } },
            "codex-cli": backend,
            "quiet-cli": {
              ...claudeLike,
              command: quiet,
              reliability: { watchdog: { fresh: { noOutputTimeoutMs: 1000 } } },
            },
            "flood-cli": { ...claudeLike, reliability: { outputLimits: { maxTurnLines: 500 } } },
            "text-cli": { ...backend, output: "text" },
            ...Object.fromEntries(
              [...FAILING.map(([id]) => id), "die-cli", "cut-cli", "own-cli"].map((id) => [id, claudeLike]),
            ),
            "gone-cli": { command: "/nowhere/gone-program" },
            "loud-cli": { command, input: "arg" },
          },
        },
      },
    },
  });
});
after(async () => {
  await gateway?.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => rmSync(log, { force: true }));

interface Seen {
  readonly args: readonly string[];
  readonly prompt: string;
  readonly cwd: string;
  readonly env: readonly string[];
  readonly system?: string;
  readonly child?: number;
  readonly pid?: number;
}
const seen = (): Seen[] =>
  existsSync(log)
    ? readFileSync(log, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [];

const say = (content: unknown, more: object = {}) => ({
  model: "claude-cli/sonnet",
  messages: [{ role: "user", content }],
  ...more,
});
const chat = (content: unknown, more: object = {}, headers: Record<string, string> = {}) =>
  gateway.post(CHAT, say(content, more), headers);
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
test("an answer in one piece, in every protocol", async () => {
  const answer = await chat("Say it.");
  const body: any = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(body));
  assert.equal(body.choices[0].message.content, "It is done.");
  assert.equal(body.usage.prompt_tokens, 10);
  const messages = await gateway.post(MESSAGES, say("Say it.", { max_tokens: 100 }));
  assert.equal(((await messages.json()) as any).content[0].text, "It is done.");
  const responses = await gateway.post(RESPONSES, { model: "claude-cli/sonnet", input: "Say it." });
  assert.equal(((await responses.json()) as any).output.at(-1).content[0].text, "It is done.");
  const [run] = seen();
  assert.equal(run!.prompt, "Say it.");
  assert.ok(!run!.args.join(" ").includes("Say it"), "the prompt is no argument");
  assert.ok(run!.args.join(" ").includes("--model sonnet"));
  assert.equal(run!.cwd, join(folder, "work"));
  assert.ok(!run!.env.includes("GROQ_API_KEY"), "no key of ours goes along");
});

test("a stream comes as it is told, with the model's text alone", async () => {
  const answer = await chat("Say it.", { stream: true, stream_options: { include_usage: true } });
  const text = await answer.text();
  assert.match(answer.headers.get("content-type") ?? "", /event-stream/);
  const chunks = text
    .split("\n")
    .flatMap((line) => (line.startsWith("data: {") ? [JSON.parse(line.slice(6))] : []));
  assert.equal(chunks.map(({ choices }) => choices[0]?.delta?.content ?? "").join(""), "It is done.");
  assert.equal(chunks.at(-1).usage.completion_tokens, 5);
  assert.match(text, /\[DONE\]/);
  const messages = await (await gateway.post(MESSAGES, say("x", { stream: true, max_tokens: 9 }))).text();
  assert.match(messages, /content_block_delta/);
  assert.match(messages, /message_stop/);
});

test("an agent, and a model that the config has a program run", async () => {
  for (const model of ["openclaw", "anthropic/claude-opus-4-8"]) {
    const answer = await gateway.post(CHAT, say("Say it.", { model }));
    const body: any = await answer.json();
    assert.equal(body.choices?.[0].message.content, "It is done.", JSON.stringify(body));
  }
  assert.ok(seen().at(-1)!.args.includes("claude-opus-4-8"));
});

test("what was said before, the system's words, effort and images reach the program", async () => {
  const image = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };
  const body = {
    model: "claude-cli/opus",
    reasoning_effort: "minimal",
    temperature: 1,
    messages: [
      { role: "system", content: "Be short." },
      { role: "user", content: "First." },
      { role: "assistant", content: "Yes?" },
      { role: "user", content: [{ type: "text", text: "Second." }, image] },
    ],
  };
  const answer = await gateway.post(CHAT, body);
  assert.equal(answer.status, 200, await answer.clone().text());
  assert.match(answer.headers.get("x-openclaw-dropped") ?? "", /temperature/);
  const [run] = seen();
  assert.equal(run!.system, "Be short.");
  assert.match(run!.prompt, /First\.[^]*Yes\?[^]*<\/conversation_history>[^]*Second\.[^]*@\S+image-1\.png/);
  assert.ok(run!.args.join(" ").includes("--effort low"));
  await eventually(() => assert.deepEqual(readdirSync(join(folder, "work/.openclaw-cli-images")), []));
});

test("a session goes on where the program was; another conversation under its name is told anew", async () => {
  const header = { "x-openclaw-session-key": "talk-1" };
  const talk = [{ role: "user", content: "One." }];
  const next = async (content: string, messages: object[] = talk) => {
    messages.push({ role: "assistant", content: "It is done." }, { role: "user", content });
    return await (await chat("", { messages }, header)).json();
  };
  await (await chat("", { messages: talk }, header)).json();
  await next("Two.");
  const [first, second] = seen();
  const id = first!.args[first!.args.indexOf("--session-id") + 1]!;
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.equal(second!.args[second!.args.indexOf("--resume") + 1], id);
  assert.equal(second!.prompt, "Two.");
  await next("Three.", [{ role: "user", content: "Else." }]);
  assert.ok(!seen()[2]!.args.includes("--resume"));
  assert.match(seen()[2]!.prompt, /Else\.[^]*Three\./);
});

test("a conversation over the control plane goes on with its session; an abort ends the program", async () => {
  const client = await controlClient(gateway.url, { auth: { token: TOKEN } });
  const begin = async (message: string) => {
    const runId = randomUUID();
    await client.ask("chat.send", { sessionKey: "talk", message, idempotencyKey: runId });
    return runId;
  };
  const endOf = (runId: string) =>
    client.event("chat", (told) => told.runId === runId && told.state !== "delta");
  for (const message of ["One.", "Two."]) {
    const { state, message: told } = await endOf(await begin(message));
    assert.deepEqual([state, told.content[0].text], ["final", "It is done."]);
  }
  assert.ok(seen()[1]!.args.includes("--resume"));
  assert.equal(seen()[1]!.prompt, "Two.");
  const runId = await begin("do:hang");
  const { pid } = await eventually(() => {
    assert.equal(seen().length, 3);
    return seen()[2]!;
  });
  await client.ask("chat.abort", { sessionKey: "talk", runId });
  assert.equal((await endOf(runId)).state, "aborted");
  await eventually(() => assert.ok(!isAlive(pid!)));
  await endOf(await begin("do:nothing"));
  assert.ok(!seen()[3]!.args.includes("--resume"), "what was not answered is no part of its session");
  client.close();
});

test("a session that the program has forgotten begins anew, and nobody notices", async () => {
  const ask = async (messages: object[]) =>
    (await (await chat("", { messages, user: "someone" })).json()) as any;
  const talk: object[] = [{ role: "user", content: "One." }];
  await ask(talk);
  const body = await ask([
    ...talk,
    { role: "assistant", content: "." },
    { role: "user", content: "do:lost" },
  ]);
  assert.equal(body.choices[0].message.content, "told anew");
  assert.equal(seen().length, 3);
});

test("codex exec, and its threads", async () => {
  const header = { session_id: "codex-talk" };
  const talk = [{ role: "user", content: "One." }];
  const ask = async () =>
    (await (await gateway.post(CHAT, { model: "codex-cli/gpt-5.5", messages: talk }, header)).json()) as any;
  const body = await ask();
  assert.equal(body.choices[0].message.content, "It is done.");
  assert.deepEqual([body.usage.prompt_tokens, body.usage.completion_tokens], [10, 5]);
  talk.push({ role: "assistant", content: "It is done." }, { role: "user", content: "Two." });
  await ask();
  const [first, second] = seen();
  assert.deepEqual(first!.args.slice(0, 2), ["exec", "--json"]);
  assert.ok(second!.args.slice(0, 2).join(" ") === "exec resume" && second!.args.includes("0000-thread"));
  assert.equal(second!.prompt, "Two.");
});

test("a program that prints only text", async () => {
  const body: any = await (await gateway.post(CHAT, say("do:stderr none", { model: "text-cli/m" }))).json();
  assert.equal(body.choices[0].message.content, FALLBACK, "no text is no answer");
  const told: any = await (await gateway.post(CHAT, say("x", { model: "text-cli/m" }))).json();
  assert.ok(told.choices[0].message.content.length > 0);
});

for (const [id, deed, kind] of FAILING)
  test(`invisible: ${id} is barred for ${kind}, and the fallback answers`, async () => {
    const answer = await gateway.post(CHAT, say(deed, { model: `${id}/m`, stream: true }));
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    assert.match(text, /"fallback"/);
    const { attempts } = await gateway.receipt(answer);
    assert.equal(attempts[0]!.kind, kind, JSON.stringify(attempts[0]));
    await gateway.health(`config:${id}`, ({ bars }) => assert.ok(bars.length > 0, "it is barred"));
    const runs = seen().length;
    await (await gateway.post(CHAT, say(deed, { model: `${id}/m` }))).text();
    assert.equal(seen().length, runs, "a barred program is not asked");
  });

test("after content the protocol's own error ends the stream; an answer in one piece is the next one's", async () => {
  for (const [model, deed] of [
    ["die-cli/m", "do:die"],
    ["cut-cli/m", "do:cut API Error: 529 Overloaded"],
  ]) {
    const body = say(deed, { model, max_tokens: 9 });
    const whole: any = await (await gateway.post(MESSAGES, body)).json();
    assert.equal(whole.content[0].text, FALLBACK, "nothing of it was visible");
  }
  const streamed = say("do:cut API Error: 400 odd", { model: "own-cli/m", max_tokens: 9, stream: true });
  const text = await (await gateway.post(MESSAGES, streamed)).text();
  assert.match(text, /half/);
  assert.match(text, /event: error/);
});

test("silence and floods end a program, with all that it started", async () => {
  for (const [model, deed, kind] of [
    ["quiet-cli/m", "do:hang", "timeout"],
    ["flood-cli/m", "do:flood", "server_error"],
  ]) {
    const answer = await gateway.post(CHAT, say(deed, { model }));
    assert.match(await answer.text(), /"fallback"/);
    const { attempts } = await gateway.receipt(answer);
    assert.equal(attempts[0]!.kind, kind);
    const { pid } = seen().at(-1)!;
    await eventually(() => assert.ok(!isAlive(pid!), `${deed} is gone`));
  }
});

test("a client that leaves ends the program and its children, which hear no SIGTERM", async () => {
  const leaving = new AbortController();
  const answer = await fetch(`${gateway.url}${CHAT}`, {
    method: "POST",
    signal: leaving.signal,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify(say("do:brood", { model: "codex-cli/m", stream: true })),
  });
  await answer.body!.getReader().read();
  const runs = await eventually(() => {
    const all = seen();
    assert.equal(all.length, 2);
    return all;
  });
  leaving.abort();
  await eventually(() => assert.ok(runs.every(({ pid, child }) => !isAlive((pid ?? child)!))));
});

const strictly = (model: string, content: string, more: object = {}) =>
  gateway.post(CHAT, say(content, { model: "openclaw", ...more }), { "x-openclaw-model": model });

test("what a client is told: a missing program, a prompt in arguments, a secret in its words", async () => {
  const told = async (model: string, content: string) => {
    const answer = await strictly(model, content);
    const text = await answer.text();
    assert.ok(answer.status >= 400, text);
    return text;
  };
  const missing = await told("gone-cli/m", "x");
  assert.match(missing, /Install/);
  assert.match(missing, /agents\.defaults\.cliBackends\.gone-cli\.command/);
  await gateway.health("config:gone-cli", ({ bars }) =>
    assert.deepEqual(bars, [], "nobody is barred for it"),
  );
  assert.match(await told("loud-cli/m", "x"), /cliBackends\.loud-cli\.input[^]*stdin/);
  assert.doesNotMatch(await told("codex-cli/m", "do:leak"), /fake-secret/);
});

test("what no program can be given is refused with the place", async () => {
  const tool = { type: "function", function: { name: "look", parameters: { type: "object" } } };
  for (const [more, words] of [
    [{ tools: [tool] }, /tools cannot be given to a CLI backend/],
    [{ stop: ["x"] }, /stop cannot be given/],
    [{ model: "text-cli/--dangerously-skip-permissions" }, /no model of the name/],
  ] as const) {
    const { model = "text-cli/m" } = more as { model?: string };
    const answer = await gateway.post(
      CHAT,
      { ...say("x"), ...more, model: "openclaw" },
      { "x-openclaw-model": model },
    );
    const text = await answer.text();
    assert.ok(answer.status >= 400, text);
    assert.match(text, words);
  }
  assert.deepEqual(seen(), []);
});

test("many at once are answered, eight at a time", async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      gateway.post(CHAT, say("do:slowly 50", { model: "text-cli/m", user: `u${i}` })),
    ),
  );
  assert.ok(answers.every(({ status }) => status === 200));
  await Promise.all(answers.map((each) => each.text()));
  assert.equal(seen().length, 12);
});
