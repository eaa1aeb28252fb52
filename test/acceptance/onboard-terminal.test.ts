// Onboarding at a terminal: on an empty home, on one that OpenClaw left, and on one with broken files. Every way out
// leaves everything as it was.
import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { reply, stream } from "../fakes/upstream-actions.ts";
import { chatFrames } from "../fakes/wire-samples.ts";
import { asOpenClaw, textsOf } from "../store/home.ts";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import type { Keys } from "../support/terminal.ts";
import { atTerminal, CTRL_C, DOWN, ENTER } from "../support/terminal.ts";

const GOOD = "sk-fake-good-0123456789abcdef";
const BAD = "sk-fake-bad-0123456789abcdef";
const ESCAPE = "\x1b";
const LOGGED_IN = `{"loggedIn":true,"email":"me@example.com","subscriptionType":"max"}`;
const SAYS_OK = `{"type":"result","is_error":false,"result":"OK","usage":{"input_tokens":1,"output_tokens":1}}`;

let upstream: ScriptedUpstream;
let home: CliHome;
before(async () => {
  upstream = await startScriptedUpstream(({ key }) =>
    key === BAD
      ? reply({ status: 401, body: { error: { message: "Incorrect API key provided" } } })
      : stream({ frames: chatFrames("OK") }),
  );
});
after(() => upstream.close());
beforeEach(() => (home = cliHome()));
afterEach(() => home.remove());

const type = (
  words: readonly string[],
  keys: readonly Keys[],
  env: Record<string, string> = {},
  redirect = "",
) =>
  atTerminal(home.path, words, keys, { redirect, env: { PATH: `${home.path}/bin:/usr/bin:/bin`, ...env } });
const contents = () =>
  home.files().flatMap((file) => {
    const path = join(home.path, file);
    return statSync(path).isFile() ? [[file, readFileSync(path, "latin1")] as const] : [];
  });
const config = () => JSON.parse(home.read(".openclaw/openclaw.json"));
const profiles = async () =>
  (await home.json("models", "auth", "list")).profiles.map(({ id }: { id: string }) => id);
function claude(): void {
  const turn = `env > "$HOME/turn"; pwd >> "$HOME/turn"; cat > /dev/null; echo '${SAYS_OK}'`;
  home.write("bin/claude", `#!/bin/sh\nif [ "$1" = auth ]; then echo '${LOGGED_IN}'; else ${turn}; fi\n`);
  chmodSync(join(home.path, "bin/claude"), 0o700);
}

const OWN_SERVER = () => ["onboard", "--custom-base-url", `${upstream.url}/v1`, "--custom-model-id", "m1"];
const CUSTOM = () => [...OWN_SERVER(), "--auth-choice", "custom-api-key", "--skip-daemon"];
const MODEL = { after: /Default model/, send: ENTER };
const NO_SEAL = { after: /Seal the stored/, send: ENTER };
const YES = { after: /Do this\?/, send: ENTER };

describe("an empty home", { concurrency: 1 }, () => {
  test("every step can be left, by Ctrl-C and by Escape, and nothing is written", async () => {
    const asked = [
      MODEL,
      { after: /Workspace of the agents/, send: ENTER },
      { after: /Port/, send: ENTER },
      { after: /Who may reach it/, send: ENTER },
      NO_SEAL,
      YES,
    ];
    const leave = async (_: Keys, left: number) => {
      const keys = [...asked.slice(0, left), { after: asked[left]!.after, send: left % 2 ? ESCAPE : CTRL_C }];
      const screen = await type([...CUSTOM(), "--flow", "advanced"], keys, { CUSTOM_API_KEY: GOOD });
      assert.equal(screen.exit, 130, screen.text);
      assert.match(screen.settings, /(?<!-)icanon/);
    };
    await Promise.all(asked.map(leave));
    assert.deepEqual(contents(), []);
  });

  test("a server of one's own: tried, shown, written in one step that undo takes back", async () => {
    const env = { CUSTOM_API_KEY: GOOD };
    const screen = await type(CUSTOM(), [YES], env);
    assert.equal(screen.exit, 0, screen.text);
    assert.match(screen.text, /tried: it answers/);
    assert.match(screen.text, /Nothing is written yet/);
    assert.match(screen.text, /curl -s http:\/\/127\.0\.0\.1:18789/);
    const token = home.read(".openclaw/state/gateway-token").trim();
    for (const secret of [GOOD, token]) assert.ok(!screen.text.includes(secret));
    const id = `custom-127-0-0-1-${upstream.port}`;
    assert.equal(config().agents.defaults.model.primary, `${id}/m1`);
    assert.deepEqual(config().gateway.auth.token, { source: "file", provider: "gateway-token", id: "value" });
    assert.equal(config().wizard.lastRunCommand, "onboard");
    assert.deepEqual(await profiles(), [`${id}:default`]);
    const { auth } = await home.json("models", "status", "--probe");
    assert.equal(auth.probes.results[0].status, "ok");

    assert.equal((await home.run(["models", "undo", "--yes"])).exit, 0);
    assert.deepEqual(await profiles(), []);
    assert.equal(config().agents, undefined);
  });

  test("the Claude CLI's login comes first where a person sits", async () => {
    claude();
    const screen = await type(
      ["onboard", "--skip-daemon", "--json"],
      [
        { after: /● Claude CLI login[^]*(How|Enter)/, send: ENTER },
        { after: /Add another/, send: ENTER },
        YES,
      ],
      { DISPLAY: ":0", GROQ_API_KEY: "gsk_fake0123456789abcdef" },
      "> out.json",
    );
    assert.equal(screen.exit, 0, screen.text);
    assert.equal(JSON.parse(home.read("out.json")).sources[0].test.status, "ok");
    const turn = home.read("turn");
    assert.ok(!turn.includes("gsk_fake"), "a program gets no key of ours");
    assert.ok(!existsSync(turn.trimEnd().split("\n").at(-1)!), "its folder is gone");
    assert.match(screen.text, /Note \(2026-\d\d\)/);
    assert.deepEqual(await profiles(), ["anthropic:claude-cli"]);
    assert.deepEqual(config().agents.defaults, {
      models: { "anthropic/claude-opus-4-8": { agentRuntime: { id: "claude-cli" } } },
      model: { primary: "anthropic/claude-opus-4-8" },
    });
  });

  test("a key of the shell comes first on a host that serves, and is stored for the service", async () => {
    claude();
    const key = "gsk_fake0123456789abcdef";
    const screen = await type(
      ["onboard", "--skip-daemon", "--skip-health"],
      [
        { after: /● Groq: GROQ_API_KEY[^]*Enter/, send: ENTER },
        { after: /Add another/, send: `y` },
        { after: /● Paste an API key[^]*Enter/, send: CTRL_C },
      ],
      { GROQ_API_KEY: key },
    );
    assert.equal(screen.exit, 130, screen.text);
    assert.deepEqual(
      contents().map(([file]) => file),
      ["bin/claude"],
    );
    const written = await type(
      ["onboard", "--skip-daemon", "--skip-health"],
      [{ after: /● Groq: GROQ_API_KEY[^]*Enter/, send: ENTER }, { after: /Add another/, send: ENTER }, YES],
      { GROQ_API_KEY: key },
    );
    assert.equal(written.exit, 0, written.text);
    assert.deepEqual(await profiles(), ["groq:default"]);
    assert.ok(!written.text.includes(key));
  });

  test("a refused key is left out, or kept on purpose; a plan can be left", async () => {
    const env = { CUSTOM_API_KEY: BAD };
    const refused = { after: /refused: Incorrect API key[^]*What becomes of it/, send: ENTER };
    const left = await type(
      CUSTOM(),
      [refused, { after: /How are models to be reached/, send: CTRL_C }],
      env,
    );
    assert.equal(left.exit, 130, left.text);
    assert.deepEqual(contents(), []);
    const kept = await type(CUSTOM(), [{ after: /What becomes of it/, send: DOWN + ENTER }, YES], env);
    assert.equal(kept.exit, 0, kept.text);
    assert.equal((await profiles()).length, 1);
  });
});

describe("a home that OpenClaw left", () => {
  const OLD = { version: 1, profiles: { "acme:old": { type: "api_key", provider: "acme", key: GOOD } } };
  beforeEach(() => {
    const acme = { baseUrl: `${upstream.url}/v1`, api: "openai-completions", models: [{ id: "m1" }] };
    home.write(
      ".openclaw/openclaw.json",
      `{\n  // mine\n  agents: { defaults: { model: "acme/m1" } },\n  gateway: { mode: "local", auth: { token: "fake-token-of-openclaw-0123456789" } },\n  models: { providers: { acme: ${JSON.stringify(acme)} } },\n}\n`,
    );
  });

  test("files of former versions are doctor's first; nothing is touched", async () => {
    home.write(".openclaw/agents/main/agent/auth-profiles.json", JSON.stringify(OLD));
    const asItWas = contents();
    const screen = await type(["onboard"], [{ after: /something to repair first/, send: ENTER }]);
    assert.equal(screen.exit, 130, screen.text);
    assert.match(screen.text, /openclaw doctor --fix/);
    assert.deepEqual(contents(), asItWas);
  });

  test("what is stored goes on serving: nothing is to be written, and the line to call is told", async () => {
    const store = { version: 1, profiles: { "acme:manual": OLD.profiles["acme:old"] } };
    const file = join(home.path, ".openclaw/agents/main/agent/openclaw-agent.sqlite");
    asOpenClaw(file, { store, state: { version: 1 } });
    for (const made of [
      ".openclaw",
      ".openclaw/agents",
      ".openclaw/agents/main",
      ".openclaw/agents/main/agent",
    ])
      chmodSync(join(home.path, made), 0o700);
    const rows = textsOf(file);
    const text = home.read(".openclaw/openclaw.json");
    const screen = await type(
      ["onboard", "--skip-daemon"],
      [
        { after: /● By what is stored already[^]*Enter/, send: ENTER },
        { after: /one small real call/, send: ENTER },
      ],
    );
    assert.equal(screen.exit, 0, screen.text);
    assert.match(screen.text, /acme:manual: tried: it answers/);
    assert.match(screen.text, /There is nothing to write/);
    assert.match(screen.text, /gateway token\)"/);
    assert.equal(home.read(".openclaw/openclaw.json"), text);
    assert.deepEqual(textsOf(file), rows);
    assert.match(text, /\/\/ mine/);
    const token = await home.run(["gateway", "token"]);
    assert.equal(token.out.trim(), "fake-token-of-openclaw-0123456789");
  });

  test("configure: what is stored is tried, the default model stays, and leaving changes nothing", async () => {
    await home.run(["models", "auth", "paste-api-key", "--provider", "acme"], { stdin: GOOD });
    const asItWas = contents();
    const health = await type(
      ["configure", "--section", "health"],
      [{ after: /one small real call/, send: ENTER }],
    );
    assert.equal(health.exit, 0, health.text);
    assert.match(health.text, /acme:manual: tried: it answers, acme\/m1/);
    const port = await type(
      ["configure", "--section", "gateway"],
      [
        { after: /Port/, send: `${"\x7f".repeat(5)}19001${ENTER}` },
        { after: /Who may reach it/, send: ENTER },
        { after: /Do this\?/, send: CTRL_C },
      ],
    );
    assert.equal(port.exit, 130, port.text);
    assert.deepEqual(contents(), asItWas);
    const written = await type(
      ["configure", "--section", "gateway"],
      [
        { after: /Port/, send: `${"\x7f".repeat(5)}19001${ENTER}` },
        { after: /Who may reach it/, send: ENTER },
        YES,
      ],
    );
    assert.equal(written.exit, 0, written.text);
    const text = home.read(".openclaw/openclaw.json");
    assert.match(text, /port: 19001|"port": 19001/);
    assert.match(text, /\/\/ mine/);
  });
});

describe("a home with broken files", () => {
  const refused: [name: string, file: string, content: string, words: RegExp][] = [
    ["config", ".openclaw/openclaw.json", "{ agents: ", /openclaw\.json[^]*Mend it first: openclaw doctor/],
    ["gateway section", ".openclaw/openclaw.json", '{ gateway: { port: "x" } }', /gateway\.port[^]*doctor/],
    [
      "store",
      ".openclaw/agents/main/agent/openclaw-agent.sqlite",
      "this is no database, and was never one",
      /Nothing was changed\. See: openclaw doctor/,
    ],
  ];
  for (const [name, file, content, words] of refused)
    test(`${name}: said, with the way out, and left as it is`, async () => {
      home.write(file, content);
      const asItWas = contents();
      const screen = await type([name === "store" ? "configure" : "onboard"], []);
      assert.deepEqual([screen.exit, words.test(screen.text)], [1, true], screen.text);
      assert.deepEqual(contents(), asItWas);
    });
});
