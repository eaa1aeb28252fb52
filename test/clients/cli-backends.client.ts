// The real Claude Code and the real Codex make the gateway's model calls, before an upstream on loopback: streams,
// sessions that go on, limits, a login that is gone, a client that leaves.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Action, Call, ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { reply, stream } from "../fakes/upstream-actions.ts";
import { anthropicError, messagesBody, messagesFrames, responsesFrames } from "../fakes/wire-samples.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway } from "../support/gateway.ts";
import type { Place } from "./programs.ts";
import { CLAUDE, CODEX, openPlace } from "./programs.ts";

const ANSWER = "The lighthouse keeper counts forty-two gulls.";
const FALLBACK = "Nobody counts them.";

let place: Place;
let accounts: ScriptedUpstream;
let gateway: TestGateway;
let trouble: Action | undefined;

before(async () => {
  place = await openPlace();
  accounts = await startScriptedUpstream(({ path }: Call) =>
    path.includes("/responses")
      ? stream({ frames: responsesFrames(ANSWER) })
      : (trouble ?? stream({ frames: messagesFrames(ANSWER) })),
  );
  mkdirSync(join(place.home, ".codex"));
  writeFileSync(
    join(place.home, ".codex/config.toml"),
    [
      'model_provider = "own"',
      "check_for_update_on_startup = false",
      "[analytics]\nenabled = false",
      "[features]\nplugins = false\napps = false",
      `[model_providers.own]\nname = "own"\nbase_url = "${accounts.url}/v1"\nwire_api = "responses"`,
      'env_key = "OWN_KEY"\nrequest_max_retries = 0\nstream_max_retries = 0\n',
    ].join("\n"),
  );
  const codex = join(place.home, "codex");
  writeFileSync(codex, `#!/bin/sh\nexec "${process.execPath}" "${CODEX}" "$@"\n`, { mode: 0o755 });
  const claude = { ANTHROPIC_BASE_URL: accounts.url, ANTHROPIC_AUTH_TOKEN: "fake-token-of-the-program" };
  const quiet = { ANTHROPIC_BASE_URL: accounts.url, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" };
  const settings = { command: CLAUDE, env: quiet, output: "jsonl", jsonlDialect: "claude-stream-json" };
  gateway = await startTestGateway({
    providers: { p: { api: "anthropic-messages", keys: ["a"] } },
    script: () => reply({ body: messagesBody(FALLBACK) }),
    env: { ...place.env, ANTHROPIC_API_KEY: "sk-ant-fake-not-for-the-program" },
    config: {
      agents: {
        defaults: {
          model: { primary: "claude-cli/sonnet", fallbacks: ["p/m1"] },
          workspace: join(place.home, "work"),
          cliBackends: {
            "claude-cli": { command: CLAUDE, env: { ...claude, IS_SANDBOX: "1" } },
            "codex-cli": { command: codex, env: { OWN_KEY: "fake-key-of-codex" } },
            // The same program, logged out.
            "out-cli": {
              ...settings,
              args: ["-p", "--output-format", "stream-json", "--verbose"],
              modelArg: "--model",
            },
          },
        },
      },
    },
  });
});
after(async () => {
  await gateway?.stop();
  await accounts?.close();
  await place?.close();
});

const ask = (
  model: string,
  messages: readonly object[],
  more: object = {},
  headers: Record<string, string> = {},
) => gateway.post("/v1/messages", { model, max_tokens: 500, messages, ...more }, headers);
const user = (content: string) => ({ role: "user", content });
const textOf = async (answer: Response): Promise<string> => {
  const body: any = await answer.json();
  return body.content?.map(({ text }: { text?: string }) => text ?? "").join("") ?? JSON.stringify(body);
};
const turns = () =>
  accounts.calls.filter(({ path, body }) => /\/v1\/messages(\?|$)/.test(path) && body.json?.["messages"]);

test("claude -p answers, streamed and whole, with its own login", async () => {
  assert.equal(await textOf(await ask("claude-cli/sonnet", [user("Say something.")])), ANSWER);
  const streamed = await (await ask("claude-cli/sonnet", [user("Again.")], { stream: true })).text();
  assert.match(streamed, /content_block_delta[^]*message_stop/);
  assert.ok(turns().every(({ headers }) => headers.authorization === "Bearer fake-token-of-the-program"));
});

test("claude -p goes on with its session", async () => {
  const header = { "x-openclaw-session-key": "real-talk" };
  const talk = [user("My word is heron.")];
  await textOf(await ask("claude-cli/sonnet", talk, { system: "You count gulls." }, header));
  const more = [...talk, { role: "assistant", content: ANSWER }, user("Which word?")];
  assert.equal(
    await textOf(await ask("claude-cli/sonnet", more, { system: "You count gulls." }, header)),
    ANSWER,
  );
  const last: any = turns().at(-1)!.body.json;
  assert.ok(last.messages.length >= 3, "it knows what was said");
  const told = JSON.stringify(last);
  assert.match(told, /heron/);
  assert.match(told, /You count gulls/);
  assert.doesNotMatch(told, /conversation_history/);
});

test("codex exec answers, and goes on with its thread", async () => {
  const header = { session_id: "codex-talk" };
  const talk = [user("My word is heron.")];
  const first = await ask("codex-cli/m1", talk, {}, header);
  assert.equal(await textOf(first), ANSWER);
  const more = [...talk, { role: "assistant", content: ANSWER }, user("Which word?")];
  assert.equal(await textOf(await ask("codex-cli/m1", more, {}, header)), ANSWER);
  const last = JSON.stringify(
    accounts.calls.filter(({ path }) => path.includes("/responses")).at(-1)!.body.json,
  );
  assert.match(last, /heron/);
  assert.doesNotMatch(last, /conversation_history/);
});

test("a Claude Code that is logged out is barred, and the next model answers", async () => {
  const answer = await ask("out-cli/sonnet", [user("Say something.")]);
  assert.equal(await textOf(answer.clone()), FALLBACK);
  const { attempts } = await gateway.receipt(answer);
  assert.equal(attempts[0]!.kind, "auth", JSON.stringify(attempts));
  await gateway.health("config:out-cli", ({ bars }) => assert.ok(bars.length > 0));
});

test("a limit that claude -p meets bars it, and the next model answers", async () => {
  trouble = reply({
    status: 429,
    body: anthropicError({ type: "rate_limit_error", message: "This would exceed your limit." }),
  });
  const answer = await ask("claude-cli/sonnet", [user("Say something.")]);
  assert.equal(await textOf(answer.clone()), FALLBACK);
  const { attempts } = await gateway.receipt(answer);
  assert.equal(attempts[0]!.kind, "rate_limit", JSON.stringify(attempts));
});

test("nothing but loopback was asked for", () => assert.deepEqual(place.asked, []));
