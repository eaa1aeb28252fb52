// Programs that make model calls, as the command line sees them: a profile like any other in status, list, order, probe
// and bars.
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import { startTestGateway } from "../support/gateway.ts";
import { reply } from "../fakes/upstream-actions.ts";
import { chatBody } from "../fakes/wire-samples.ts";

let home: CliHome;
/** What the program does: logged in, logged out, limited. */
const becomes = (state: string) => home.write("state", state);

const PROGRAM = `#!/bin/sh
state=$(cat "$HOME/state")
case "$*" in
  "auth status --json") [ "$state" = out ] && { echo '{"loggedIn":false}'; exit 1; }; echo '{"loggedIn":true}'; exit 0 ;;
  "login status") [ "$state" = out ] && exit 1; exit 0 ;;
esac
echo "$*" >> "$HOME/seen"
cat > /dev/null
case "$state" in
  in) echo '{"type":"result","is_error":false,"result":"pong","stop_reason":"end_turn"}' ;;
  out) echo '{"type":"result","is_error":true,"result":"Not logged in · Please run /login"}'; exit 1 ;;
  limited) echo '{"type":"result","is_error":true,"result":"API Error: 429 rate limit","api_error_status":429}'; exit 1 ;;
  hangs) exec sleep 600 ;;
esac
`;

const GEMINI = `#!/bin/sh
echo "$*" >> "$HOME/gemini-seen"
cat >> "$HOME/gemini-seen"
echo '{"type":"init","session_id":"s","model":"m"}'
echo '{"type":"message","role":"assistant","content":"pong","delta":true}'
echo '{"type":"result","status":"success","stats":{"input_tokens":3,"output_tokens":1}}'
`;

before(() => {
  home = cliHome();
  home.write("gemini", GEMINI);
  chmodSync(join(home.path, "gemini"), 0o755);
  home.write("program", PROGRAM);
  chmodSync(join(home.path, "program"), 0o755);
  const command = join(home.path, "program");
  home.write(
    ".openclaw/openclaw.json",
    JSON.stringify({
      agents: {
        defaults: {
          model: {
            primary: "claude-cli/sonnet",
            fallbacks: ["codex-cli/gpt-5.5", "lost-cli/m", "google-gemini-cli/flash"],
          },
          cliBackends: {
            "claude-cli": { command },
            "codex-cli": { command, jsonlDialect: "claude-stream-json" },
            "google-gemini-cli": { command: join(home.path, "gemini") },
            "lost-cli": { command: "/nowhere/lost-program" },
          },
        },
      },
    }),
  );
});
after(() => home.remove());

const probe = async (...words: string[]) => {
  const { auth } = await home.json("models", "status", ...words);
  const rows: any[] = auth.probes.results;
  return Object.fromEntries(rows.map((row) => [row.provider, row]));
};

test("status and list show what would serve, before any call", async () => {
  becomes("in");
  const { auth } = await home.json("models", "status");
  assert.deepEqual(auth.missingProvidersInUse, []);
  const { models } = await home.json("models", "list");
  const row = models.find(({ key }: any) => key === "claude-cli/sonnet");
  assert.equal(row?.available, true, JSON.stringify(models));
});

test("a probe runs one turn of each, and says what came of it", async () => {
  const rows = await probe("--probe", "--probe-timeout", "60000");
  assert.deepEqual([rows["claude-cli"].status, rows["codex-cli"].status], ["ok", "ok"]);
  assert.match(home.read("seen"), /-p .*--model sonnet/);
  assert.equal(rows["google-gemini-cli"].status, "ok");
  assert.match(home.read("gemini-seen"), /--model gemini-3\.1-flash-preview\nReply/, "asked by stdin");
  assert.equal(rows["lost-cli"].status, "unknown");
  assert.match(
    rows["lost-cli"].error,
    /no program \/nowhere\/lost-program[^]*cliBackends\.lost-cli\.command/,
  );
});

test("a limit and a lost login bar it; who logs in again is not barred for that any longer", async () => {
  becomes("out");
  const lost = await probe("--probe", "--probe-provider", "claude-cli", "--probe-timeout", "60000");
  assert.equal(lost["claude-cli"].status, "auth");
  const barred = await home.run(["models", "status"]);
  assert.match(barred.out, /claude-cli +barred .*disabled for|claude-cli +barred .*cooling down for/);
  assert.match(barred.out, /Log in again with its own program/);
  const why = await home.run(["models", "status", "--probe-free", "--json"]);
  const rows: any[] = JSON.parse(why.out).auth.probes.results;
  const row = rows.find(({ provider }) => provider === "claude-cli");
  assert.deepEqual([row.status, /claude auth login/.test(row.error)], ["auth", true]);
  becomes("in");
  const free = await probe("--probe-free");
  assert.deepEqual([free["claude-cli"].status, free["codex-cli"].status], ["ok", "ok"]);
  assert.match(free["lost-cli"].error, /not known to tell/);
  becomes("limited");
  const limited = await probe("--probe", "--probe-provider", "codex-cli", "--probe-timeout", "60000");
  assert.equal(limited["codex-cli"].status, "rate_limit");
  const { auth } = await home.json("models", "status");
  const bars = auth.unusableProfiles.map((bar: any) => [bar.profileId, bar.provider, bar.reason]);
  assert.deepEqual(
    bars.find(([id]: string[]) => id === "config:codex-cli"),
    ["config:codex-cli", "codex-cli", "rate_limit"],
  );
});

test("one that hangs is a timeout, and is gone", async () => {
  becomes("hangs");
  const rows = await probe("--probe", "--probe-provider", "claude-cli", "--probe-timeout", "1500");
  assert.equal(rows["claude-cli"].status, "timeout");
});

test("order, bars and why are those of any profile", async () => {
  becomes("in");
  const login = { type: "oauth", provider: "claude-cli" } as const;
  const gateway = await startTestGateway({
    providers: { p: { keys: ["a"], models: ["m1"] } },
    script: () => reply({ body: chatBody("fallback") }),
    credentials: { "anthropic:claude-cli": login, "claude-cli:second": login },
    env: { PATH: process.env["PATH"]!, HOME: home.path },
    config: {
      agents: {
        defaults: {
          model: { primary: "claude-cli/sonnet", fallbacks: ["p/m1"] },
          cliBackends: { "claude-cli": { command: join(home.path, "program") } },
        },
      },
    },
  });
  try {
    const cli = cliHome(gateway.home);
    const call = async () => {
      const body = { model: "claude-cli/sonnet", messages: [{ role: "user", content: "Say it." }] };
      const answer = await gateway.post("/v1/chat/completions", body);
      assert.equal(answer.status, 200, await answer.text());
      return gateway.receipt(answer);
    };
    const order = ["models", "auth", "order", "set", "--provider"];
    const wrong = await cli.run([...order, "anthropic", "anthropic:claude-cli"]);
    assert.match(wrong.err, /belongs to claude-cli, not to anthropic/);
    await cli.json(...order, "claude-cli", "claude-cli:second", "anthropic:claude-cli");
    await eventually(async () => {
      const { attempts } = await call();
      assert.deepEqual(
        attempts.map(({ profileId }) => profileId),
        ["claude-cli:second"],
      );
    });
    becomes("limited");
    const { attempts } = await call();
    assert.deepEqual(
      attempts.map(({ profileId, kind }) => [profileId, kind]),
      [
        ["claude-cli:second", "rate_limit"],
        ["anthropic:claude-cli", "rate_limit"],
        ["p:a", undefined],
      ],
    );
    assert.deepEqual(
      (await call()).attempts.map(({ profileId }) => profileId),
      ["p:a"],
    );
    const why = await cli.run(["models", "why"]);
    for (const id of ["claude-cli:second", "anthropic:claude-cli"])
      assert.match(why.out, new RegExp(`Left out[^]*${id} .*cooling down \\(rate limited\\)`));
    becomes("in");
    await cli.json(...order, "claude-cli", "anthropic:claude-cli");
    const { auth } = await cli.json("models", "status");
    assert.equal(auth.unusableProfiles.length, 2, "an order lifts no bar");
  } finally {
    await gateway.stop();
  }
});
