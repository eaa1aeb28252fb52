// What cannot be read never looks like "no credentials" (issue: garbage stores, broken configs).
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";

const CONFIG = ".openclaw/openclaw.json";
const DATABASE = ".openclaw/agents/main/agent/openclaw-agent.sqlite";
const GARBAGE = "this is no database, but long enough to be taken for one at first sight. ".repeat(4);

let home: CliHome;
beforeEach(() => void (home = cliHome()));
afterEach(() => home.remove());

test("a garbage store: answers with a warning, fails the check, refuses the write, keeps the file", async () => {
  home.write(DATABASE, GARBAGE);
  const status = await home.run(["models", "status", "--json"]);
  assert.equal(status.exit, 0);
  assert.match(status.err, /^Warning: .*openclaw-agent\.sqlite/m);
  assert.match(JSON.parse(status.out).warnings[0], /openclaw-agent\.sqlite/);
  assert.equal((await home.run(["models", "auth", "list"])).exit, 0);
  const withKey = { env: { OPENAI_API_KEY: "sk-key" } };
  assert.equal((await home.run(["models", "status", "--check"], withKey)).exit, 1);
  const words = ["models", "auth", "paste-api-key", "--provider", "openai"];
  assert.equal((await home.run(words, { stdin: "sk-key" })).exit, 1);
  assert.equal(home.read(DATABASE), GARBAGE);
  assert.ok(!home.files().includes(CONFIG));
});

test("a broken config: names file and place, writes nothing", async () => {
  const text = "{ agents: { defaults: { model: 42 } } }";
  home.write(CONFIG, text);
  for (const words of [
    ["models", "status", "--json"],
    ["models", "set", "openai/gpt-5.4", "--json"],
  ]) {
    const { exit, out, err } = await home.run(words);
    assert.equal(exit, 1);
    assert.match(err, /openclaw\.json.*agents\.defaults\.model/);
    assert.equal(JSON.parse(out).error.code, "config_invalid");
  }
  const paste = ["models", "auth", "paste-api-key", "--provider", "openai"];
  assert.equal((await home.run(paste, { stdin: "sk-key" })).exit, 1);
  assert.equal((await home.run(["config", "validate"])).exit, 1);
  assert.match((await home.run(["config", "file"])).out, /openclaw\.json/);
  assert.equal(home.read(CONFIG), text);
  assert.ok(!home.files().includes(DATABASE));
});

test("a reference that cannot be resolved is named with its variable, and fails the check", async () => {
  const acme = { baseUrl: "http://127.0.0.1:9/v1", api: "openai-completions", models: [{ id: "m" }] };
  const apiKey = { source: "env", provider: "default", id: "ACME_KEY" };
  const config = {
    agents: { defaults: { model: "acme/m" } },
    models: { providers: { acme: { ...acme, apiKey } } },
  };
  home.write(CONFIG, JSON.stringify(config));
  const status = await home.run(["models", "status"]);
  assert.equal(status.exit, 0);
  assert.match(status.out, /config:acme refers to ACME_KEY, which is not set/);
  assert.equal((await home.run(["models", "status", "--check"])).exit, 1);
  const set = { env: { ACME_KEY: "key" } };
  assert.equal((await home.run(["models", "status", "--check"], set)).exit, 0);
});

test("the legacy provider name is understood, noted and never stored", async () => {
  const pasted = await home.run(["models", "auth", "paste-api-key", "--provider", "openai-codex"], {
    stdin: "key",
  });
  assert.match(pasted.err, /openai-codex is now called openai/);
  await home.run(["models", "set", "openai-codex/gpt-5.5"]);
  assert.ok(!home.read(CONFIG).includes("openai-codex"));
  assert.deepEqual((await home.json("models", "auth", "list")).profiles[0].id, "openai:manual");
});
