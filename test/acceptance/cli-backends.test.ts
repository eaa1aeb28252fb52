// Programs with a login of their own make model calls: what clients see of them, and what becomes of them.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { eventually } from "../support/eventually.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway } from "../support/gateway.ts";
import { chatFrames } from "../fakes/wire-samples.ts";
import { stream } from "../fakes/upstream-actions.ts";

const PROGRAM = join(import.meta.dirname, "../fakes/cli-program.mjs");
const MESSAGES = "/v1/messages";
const CHAT = "/v1/chat/completions";
const RESPONSES = "/v1/responses";

let gateway: TestGateway;
let folder: string;
let log: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "cli-backends-"));
  log = join(folder, "log");
  chmodSync(PROGRAM, 0o755);
  const env = { FAKE_CLI_LOG: log, FAKE_CLI_API_KEY: "fake-secret-of-the-program" };
  const backend = { command: PROGRAM, env };
  gateway = await startTestGateway({
    providers: { p: { keys: ["a"], models: ["m1"] } },
    script: () => stream({ frames: chatFrames("from the provider") }),
    credentials: { "anthropic:claude-cli": { type: "oauth", provider: "claude-cli" } },
    env: { PATH: process.env["PATH"]!, HOME: folder, ANTHROPIC_API_KEY: "sk-ant-fake-0000" },
    access: { gateway: { maxWaitMs: 0 } },
    config: {
      agents: {
        defaults: {
          model: { primary: "claude-cli/sonnet" },
          workspace: join(folder, "work"),
          cliBackends: {
            "claude-cli": { ...backend, reliability: { outputLimits: { maxTurnRawChars: 200_000 } } },
            "codex-cli": backend,
            "quiet-cli": {
              ...backend,
              output: "jsonl",
              jsonlDialect: "claude-stream-json",
              reliability: { watchdog: { fresh: { noOutputTimeoutMs: 1000 } } },
            },
            "gone-cli": { command: "/nowhere/gone-program" },
            "loud-cli": { command: PROGRAM, input: "arg" },
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
/** Bars of one test are no matter of the next. */
const healed = (profile: string) => gateway.health(profile, () => undefined);
void healed;

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
  assert.ok(!run!.env.includes("ANTHROPIC_API_KEY"), "no key of ours goes along");
});
