// A story: the logins that other programs keep on this machine, reused. The programs are scripts on PATH here; the
// real ones are asked in test/clients.
import assert from "node:assert/strict";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import type { CliHome, Said } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";

const CLI_LOGIN = ["models", "auth", "login", "--provider", "anthropic", "--method", "cli"];
const CODEX_LOGIN = ["models", "auth", "login", "--provider", "openai", "--method", "cli"];
const LOGGED_IN = `echo '{"loggedIn":true,"authMethod":"claude.ai","email":"me@example.com","subscriptionType":"max"}'`;
const LOGGED_OUT = `echo '{"loggedIn":false,"authMethod":"none"}'; exit 1`;
/** Keys of this run's environment, which no child may see. */
const KEYS = { GROQ_API_KEY: "fake-groq-0123456789abcdef", CLAUDE_CODE_OAUTH_TOKEN: "fake-oat-0123456789" };

let home: CliHome;
beforeEach(() => (home = cliHome()));
afterEach(() => home.remove());

function program(file: string, body: string): string {
  home.write(file, `#!/bin/sh\n${body}\n`);
  chmodSync(join(home.path, file), 0o700);
  return join(home.path, file);
}
const run = (words: readonly string[], env: Record<string, string> = {}): Promise<Said> =>
  home.run(words, { env: { PATH: `${home.path}/bin:/usr/bin:/bin`, ...KEYS, ...env } });

const config = () => JSON.parse(home.read(".openclaw/openclaw.json"));
const profiles = async () => (await home.json("models", "auth", "list")).profiles;
const status = () => home.json("models", "status");
const storedNothing = () => assert.ok(!existsSync(join(home.path, ".openclaw")), home.files().join(" "));

describe("the Claude CLI's login", () => {
  test("is reused: a marker without a secret, and the default runs by the backend", async () => {
    program("bin/claude", `env > "$HOME/seen"; echo "$@" >> "$HOME/seen"; ${LOGGED_IN}`);
    const said = await run([...CLI_LOGIN, "--set-default"]);
    assert.equal(said.exit, 0, said.err);
    assert.match(said.out, /Auth profile: anthropic:claude-cli \(claude-cli\/oauth\)/);
    assert.match(said.out, /anthropic\/claude-opus-4-8, run by claude-cli/);
    assert.match(said.err, /Note \(2026-\d\d\)/);
    assert.deepEqual(await profiles(), [
      {
        id: "anthropic:claude-cli",
        provider: "claude-cli",
        type: "oauth",
        label: "anthropic:claude-cli (me@example.com)",
        email: "me@example.com",
      },
    ]);
    assert.deepEqual(config().agents.defaults, {
      model: { primary: "anthropic/claude-opus-4-8" },
      models: { "anthropic/claude-opus-4-8": { agentRuntime: { id: "claude-cli" } } },
    });
    const seen = home.read("seen");
    assert.match(seen, /auth status --json/);
    for (const key of Object.values(KEYS)) assert.ok(!seen.includes(key));

    const { auth, todo } = await status();
    assert.deepEqual(auth.missingProvidersInUse, []);
    assert.deepEqual(todo, []);
    assert.equal(auth.oauth.profiles[0].status, "ok");
    assert.deepEqual(
      auth.runtimeAuthRoutes.map(({ provider, runtime, status: state }: any) => [provider, runtime, state]),
      [["anthropic", "claude-cli", "usable"]],
    );
    assert.equal((await home.run(["models", "status", "--check"])).exit, 0);
    const listed = (await home.json("models", "list")).models;
    assert.deepEqual([listed[0].key, listed[0].available], ["anthropic/claude-opus-4-8", true]);
    assert.doesNotMatch((await home.run(["doctor"])).out, /has no secret/);
  });

  test("leaves the default model and what runs it alone without --set-default", async () => {
    program("bin/claude", LOGGED_IN);
    const before = {
      agents: { defaults: { model: "anthropic/claude-sonnet-4-6", models: { "groq/x": { alias: "G" } } } },
    };
    home.write(".openclaw/openclaw.json", JSON.stringify(before));
    const said = await run([...CLI_LOGIN, "--json"]);
    assert.equal(said.exit, 0, said.err);
    const report = JSON.parse(said.out);
    assert.deepEqual(
      [report.profileId, report.runtime, report.runsDefault],
      ["anthropic:claude-cli", "claude-cli", false],
    );
    assert.deepEqual(config(), before);
    const again = await run([...CLI_LOGIN, "--set-default"]);
    assert.match(again.out, /anthropic\/claude-sonnet-4-6, run by claude-cli/);
    assert.deepEqual(config().agents.defaults.models, {
      "groq/x": { alias: "G" },
      "anthropic/claude-sonnet-4-6": { agentRuntime: { id: "claude-cli" } },
    });
  });

  test("by the backend's own name, and by the program that the config names", async () => {
    const command = program("opt/my claude", LOGGED_IN);
    home.write(
      ".openclaw/openclaw.json",
      JSON.stringify({ agents: { defaults: { cliBackends: { "claude-cli": { command, args: ["-p"] } } } } }),
    );
    const said = await run(["models", "auth", "login", "--provider", "claude-cli", "--method", "cli"]);
    assert.equal(said.exit, 0, said.err);
    assert.equal((await profiles())[0].id, "anthropic:claude-cli");
    assert.equal(config().agents.defaults.cliBackends["claude-cli"].command, command);
    assert.equal(config().agents.defaults.model.primary, "anthropic/claude-opus-4-8");
  });

  test("that is not there names both remedies; nothing is written", async () => {
    const none = await run(CLI_LOGIN);
    assert.equal(none.exit, 1);
    assert.match(none.err, /Install Claude Code, or set agents\.defaults\.cliBackends\.claude-cli\.command/);
    storedNothing();
    const asJson = await run([...CLI_LOGIN, "--json"]);
    assert.equal(JSON.parse(asJson.out).error.code, "bad_input");
    program("bin/claude", LOGGED_OUT);
    assert.match((await run(CLI_LOGIN)).err, /not logged in on this host.*claude auth login/);
    storedNothing();
  });

  const bad: [name: string, body: string, words: RegExp][] = [
    ["speaks no JSON", "echo 'Welcome to Claude'", /did not say whether it is logged in/],
    ["knows no such command", "echo 'unknown command' >&2; exit 64", /ended with code 64/],
    ["says something else", `echo '{"loggedIn":"yes"}'`, /did not say whether/],
    ["says a list", "echo '[true]'", /did not say whether/],
    ["floods", "while :; do echo ffffffffffffffffffffffffffffffffffffffff; done", /said more than 64 KB/],
    ["crashes", "kill -SEGV $$", /ended by SIGSEGV/],
    ["prints a key", `echo 'sk-ant-oat01-${"fake".repeat(20)}'; exit 2`, /ended with code 2/],
  ];
  for (const [name, body, words] of bad)
    test(`of a program that ${name} is refused in a sentence`, async () => {
      program("bin/claude", body);
      const said = await run(CLI_LOGIN);
      assert.equal(said.exit, 1);
      assert.match(said.err, words);
      assert.ok(!`${said.out}${said.err}`.includes("fakefake"));
      storedNothing();
    });

  test("is told no more than an address and a plan: the rest is not repeated", async () => {
    program("bin/claude", `printf '{"loggedIn":true,"email":"a\\\\u001b[2J@b","subscriptionType":"x y"}'`);
    const said = await run(CLI_LOGIN);
    assert.equal(said.exit, 0, said.err);
    assert.equal((await profiles())[0].email, undefined);
    // oxlint-disable-next-line no-control-regex
    assert.doesNotMatch(said.err + said.out, /\x1b|x y/);
  });

  test("whose tokens OpenClaw copied into the profile is still the program's", async () => {
    program("bin/claude", LOGGED_IN);
    await run([...CLI_LOGIN, "--force", "--set-default"]);
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(join(home.path, ".openclaw/agents/main/agent/openclaw-agent.sqlite"));
    const copied = { type: "oauth", provider: "claude-cli", access: "fake-a", refresh: "fake-r", expires: 1 };
    database
      .prepare("update auth_profile_store set store_json = ?")
      .run(JSON.stringify({ version: 1, profiles: { "anthropic:claude-cli": copied } }));
    database.close();
    const { auth } = await status();
    assert.equal(auth.oauth.profiles[0].status, "ok");
    assert.equal((await home.run(["models", "status", "--check"])).exit, 0);
  });
});

describe("the Codex CLI's login", () => {
  const now = Date.now();
  const jwt = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.fake`;
  const access = (n: number, endsInS = 3600) =>
    jwt({
      n,
      exp: Math.floor(now / 1000) + endsInS,
      "https://api.openai.com/auth": { chatgpt_account_id: "acct-fake" },
    });
  const codex = (file: string, access_token: string) =>
    home.write(
      file,
      JSON.stringify({
        auth_mode: "chatgpt",
        OPENAI_API_KEY: null,
        tokens: { access_token, refresh_token: "rt_fake", id_token: jwt({ email: "me@example.com" }) },
      }),
    );
  const storedText = async () => {
    const { DatabaseSync } = await import("node:sqlite");
    const file = join(home.path, ".openclaw/agents/main/agent/openclaw-agent.sqlite");
    const database = new DatabaseSync(file, { readOnly: true });
    const { store_json } = database.prepare("select store_json from auth_profile_store").get()!;
    database.close();
    return String(store_json);
  };

  test("seeds an empty default profile, without the refresh token", async () => {
    codex(".codex/auth.json", access(1));
    const said = await run(CODEX_LOGIN);
    assert.equal(said.exit, 0, said.err);
    assert.match(said.out, /openai:default \(openai\/oauth\)/);
    assert.match(said.err, /Codex keeps this login/);
    const text = await storedText();
    assert.ok(text.includes(access(1)) && !text.includes("rt_fake"), text);
    assert.equal((await profiles())[0].email, "me@example.com");
    const [before] = [home.read(".codex/auth.json")];
    codex(".codex/auth.json", access(2));
    assert.equal((await run(CODEX_LOGIN)).exit, 0);
    assert.ok((await storedText()).includes(access(2)));
    assert.notEqual(before, home.read(".codex/auth.json"));
    assert.ok(!`${said.out}${said.err}`.includes(access(1)));
  });

  test("leaves a profile that is there, and says so", async () => {
    codex("c/auth.json", access(1));
    const env = { CODEX_HOME: join(home.path, "c") };
    await home.run(
      ["models", "auth", "paste-token", "--provider", "openai", "--profile-id", "openai:default"],
      {
        stdin: "fake-token-0123456789",
      },
    );
    const before = await storedText();
    const said = await run(CODEX_LOGIN, env);
    assert.equal(said.exit, 1);
    assert.match(said.err, /openai:default is there already and was left as it is/);
    assert.equal(await storedText(), before);
    assert.match((await run([...CODEX_LOGIN, "--profile-id", "openai:two"], env)).err, /no other profile/);
    assert.equal((await run([...CODEX_LOGIN, "--force"], env)).exit, 0);
    assert.ok((await storedText()).includes(access(1)));
  });

  test("that cannot be lent says why; nothing is written", async () => {
    assert.match((await run(CODEX_LOGIN)).err, /codex login.*CODEX_HOME/);
    home.write(".codex/auth.json", JSON.stringify({ OPENAI_API_KEY: "sk-fake" }));
    assert.match((await run(CODEX_LOGIN)).err, /uses an API key/);
    home.write(".codex/auth.json", "{");
    assert.match((await run(CODEX_LOGIN)).err, /is no JSON object/);
    codex(".codex/auth.json", access(1, -60));
    assert.match((await run(CODEX_LOGIN)).err, /has expired\..* Run codex once/);
    storedNothing();
  });
});

describe("AWS's own credentials", () => {
  const MODEL = "amazon-bedrock/anthropic.claude-x";
  const setUp = (provider: object = { auth: "aws-sdk" }) =>
    home.write(
      ".openclaw/openclaw.json",
      JSON.stringify({
        agents: { defaults: { model: MODEL } },
        auth: { profiles: { "amazon-bedrock:prod": { provider: "amazon-bedrock", mode: "aws-sdk" } } },
        models: {
          providers: { "amazon-bedrock": { baseUrl: "http://127.0.0.1:9", models: [], ...provider } },
        },
      }),
    );
  const check = async (env: Record<string, string> = {}) =>
    (await home.run(["models", "status", "--check"], { env })).exit;
  const pair = { AWS_ACCESS_KEY_ID: "AKIAFAKE", AWS_SECRET_ACCESS_KEY: "fakefakefake" };

  test("count as auth by what shows them, without a call", async () => {
    setUp();
    assert.equal(await check(), 1);
    assert.equal(await check({ AWS_ACCESS_KEY_ID: "AKIAFAKE" }), 1);
    for (const env of [
      pair,
      { AWS_PROFILE: "work" },
      { AWS_BEARER_TOKEN_BEDROCK: "ABSKfakefakefakefake" },
      { AWS_WEB_IDENTITY_TOKEN_FILE: "/t", AWS_ROLE_ARN: "arn:fake" },
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1:9" },
    ])
      assert.equal(await check(env as unknown as Record<string, string>), 0, JSON.stringify(env));
    home.write(".aws/credentials", "[other]\naws_access_key_id = AKIAFAKE\n");
    assert.equal(await check(), 1);
    home.write(".aws/config", "[default]\nregion = us-east-1\nsso_session = work\n");
    assert.equal(await check(), 0);
    const probe = (await home.json("models", "status", "--probe")).auth.probes;
    const [row] = probe.results;
    assert.deepEqual([probe.totalTargets, row.profileId, row.status], [1, "amazon-bedrock:prod", "unknown"]);
    assert.match(row.error, /sso_session, which wants @aws-sdk/);
  });

  test("need a provider that is sent their way", async () => {
    setUp({ auth: "api-key" });
    home.write(".aws/credentials", "[default]\naws_access_key_id = AKIAFAKE\n");
    assert.equal(await check(), 1);
  });

  test("in the environment are shown as a marker, and no part of them", async () => {
    home.write(".openclaw/openclaw.json", JSON.stringify({ agents: { defaults: { model: MODEL } } }));
    const { out, exit } = await home.run(["models", "status", "--json"], { env: pair });
    assert.equal(exit, 0);
    assert.ok(!out.includes("AKIAFAKE") && !out.includes("fakefake"));
    const row = JSON.parse(out).auth.providers.find(({ provider }: any) => provider === "amazon-bedrock");
    assert.deepEqual(row.effective, { kind: "env", detail: "marker(aws-sdk)" });
    assert.equal(row.env.source, "env: AWS_ACCESS_KEY_ID");
  });
});
