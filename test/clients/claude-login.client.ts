// `models auth login --method cli` asks the real Claude Code: logged out, logged in, and with keys in the
// environment that must not pass for a login.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { ENTRY } from "../support/entry.ts";
import type { Place } from "./programs.ts";
import { CLAUDE, openPlace } from "./programs.ts";

let place: Place;
beforeEach(async () => (place = await openPlace()));
afterEach(async () => {
  assert.deepEqual(place.asked, []);
  await place.close();
});

const FAKE = {
  access: `sk-ant-oat01-fake-${"a".repeat(80)}`,
  refresh: `sk-ant-ort01-fake-${"b".repeat(80)}`,
};
const openclaw = (words: readonly string[], env: Record<string, string> = {}) =>
  place.run(process.execPath, [ENTRY, ...words], {
    PATH: `${dirname(CLAUDE)}:${place.env["PATH"]}`,
    ...env,
  });
const login = (...more: readonly string[]) =>
  openclaw(["models", "auth", "login", "--provider", "anthropic", "--method", "cli", ...more]);

function logIn(): void {
  mkdirSync(join(place.home, ".claude"), { recursive: true });
  const claudeAiOauth = {
    accessToken: FAKE.access,
    refreshToken: FAKE.refresh,
    expiresAt: Date.now() + 3_600_000,
    scopes: ["user:inference", "user:profile"],
    subscriptionType: "max",
  };
  writeFileSync(join(place.home, ".claude/.credentials.json"), JSON.stringify({ claudeAiOauth }), {
    mode: 0o600,
  });
}

test("a Claude Code that is logged out names its own login", async () => {
  const { exit, err } = await login();
  assert.equal(exit, 1);
  assert.match(err, /not logged in on this host.*claude auth login/);
});

test("keys in our environment are no login of Claude Code's", async () => {
  const keys = { ANTHROPIC_API_KEY: "fake-key-0123456789", CLAUDE_CODE_OAUTH_TOKEN: FAKE.access };
  const words = ["models", "auth", "login", "--provider", "anthropic", "--method", "cli"];
  const { exit, err } = await openclaw(words, keys);
  assert.equal(exit, 1);
  assert.match(err, /not logged in/);
});

test("a Claude Code that is logged in is reused, and keeps its tokens", async () => {
  logIn();
  const { exit, out, err } = await login("--set-default");
  assert.equal(exit, 0, err);
  assert.match(out, /anthropic:claude-cli \(claude-cli\/oauth\)/);
  assert.match(err, /logged in \(max\)/);
  const status = await openclaw(["models", "status", "--json", "--check"]);
  assert.equal(status.exit, 0, status.err);
  for (const said of [out, err, status.out, status.err])
    assert.ok(!said.includes(FAKE.access) && !said.includes(FAKE.refresh));
  const { DatabaseSync } = await import("node:sqlite");
  const file = join(place.home, ".openclaw/agents/main/agent/openclaw-agent.sqlite");
  const database = new DatabaseSync(file, { readOnly: true });
  const row = database.prepare("select store_json from auth_profile_store").get();
  database.close();
  assert.ok(!String(row?.["store_json"]).includes("fake"), "a token of Claude Code's was stored");
});
