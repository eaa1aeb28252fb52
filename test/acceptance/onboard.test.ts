// Onboarding without a person: flags and the machine decide, one JSON document comes out, and the line that it ends
// with makes a call.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { once } from "node:events";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { promisify } from "node:util";
import { openDeps } from "../../src/access/open-deps.ts";
import { runCommandLine } from "../../src/cli/main.ts";
import type { ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { reply, stream } from "../fakes/upstream-actions.ts";
import { chatBody, chatFrames, responsesFrames } from "../fakes/wire-samples.ts";
import { asOpenClaw, rowsOf, textsOf } from "../store/home.ts";
import { capturedIo } from "../support/captured-io.ts";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import { ENTRY } from "../support/entry.ts";
import { eventually } from "../support/eventually.ts";

const GOOD = "sk-fake-good-0123456789abcdef";
const BAD = "sk-fake-bad-0123456789abcdef";
const UNASKED = ["onboard", "--non-interactive", "--accept-risk", "--json"];

let upstream: ScriptedUpstream;
let home: CliHome;
before(async () => {
  upstream = await startScriptedUpstream(({ key, path, body }) => {
    if (key === BAD)
      return reply({ status: 401, body: { error: { message: "Incorrect API key provided" } } });
    if (path.endsWith("/responses")) return stream({ frames: responsesFrames("OK") });
    if (path.endsWith("/models")) return reply({ body: { data: [{ id: "llama-local" }] } });
    return body.json?.stream ? stream({ frames: chatFrames("OK") }) : reply({ body: chatBody("OK") });
  });
});
after(() => upstream.close());
beforeEach(() => (home = cliHome()));
afterEach(() => home.remove());

const PATHS = { PATH: "/usr/bin:/bin" };
const run = (words: readonly string[], env: Record<string, string> = {}) =>
  home.run(words, { env: { ...PATHS, ...env } });
const own = (...more: readonly string[]) => [
  ...UNASKED,
  "--custom-base-url",
  `${upstream.url}/v1`,
  "--custom-model-id",
  "m1",
  "--custom-provider-id",
  "mine",
  ...more,
];
/** The same in this process: a process for each would cost seconds. */
async function inside(words: readonly string[], env: Record<string, string>) {
  const io = capturedIo();
  const surroundings = { processEnv: { ...PATHS, ...env }, now: Date.now, version: "0.0.0" };
  const deps = openDeps({ ...surroundings, osHome: home.path });
  const exit = await runCommandLine(words, io, async () => deps);
  await deps.close();
  return { exit, ...io.said() };
}
const config = () => JSON.parse(home.read(".openclaw/openclaw.json"));

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

test("what is missing or refused is said in one document, and nothing is written", async () => {
  const cases: [words: readonly string[], env: Record<string, string>, said: RegExp][] = [
    [["onboard", "--json"], {}, /needs a terminal.*--non-interactive --accept-risk/],
    [["onboard", "--non-interactive", "--json"], {}, /Add --accept-risk/],
    [["configure", "--json"], {}, /needs a terminal.*openclaw config get, set or unset/],
    [["configure", "--section", "web", "--json"], {}, /section of OpenClaw's/],
    [[...UNASKED, "--auth-choice", "opneai-api-key"], {}, /Did you mean openai-api-key/],
    [[...UNASKED, "--auth-choice", "apiKey"], {}, /no key of Anthropic.*--anthropic-api-key/],
    [[...UNASKED, "--auth-choice", "openai-codex"], {}, /needs a person.*--auth-choice skip/],
    [[...UNASKED, "--auth-choice", "claude-cli"], {}, /no program claude/],
    [[...UNASKED, "--auth-choice", "token"], {}, /--token-provider and --token/],
    [
      [...UNASKED, "--auth-choice", "openai-api-key", "--secret-input-mode", "ref"],
      {},
      /none of openai is set/,
    ],
    [[...UNASKED, "--openai-api-key", GOOD, "--groq-api-key", GOOD], {}, /Several keys/],
    [
      [...UNASKED, "--auth-choice", "skip", "--gateway-token-ref-env", "NOT_THERE"],
      {},
      /NOT_THERE is not set/,
    ],
    [[...UNASKED, "--mode", "remote"], {}, /needs --remote-url/],
    [[...UNASKED, "--mode", "remote", "--remote-url", "https://gw.example"], {}, /no address of a gateway/],
    [[...UNASKED, "--mode", "remote", "--remote-url", "ws://gw.example:1"], {}, /not encrypted.*ssh -N/],
    [[...UNASKED, "--remote-url", "wss://gw.example"], {}, /go with --mode remote/],
    [[...UNASKED, "--reset-scope", "full"], {}, /goes with --reset/],
    [
      [...UNASKED, "--modelstudio-api-key", GOOD, "--modelstudio-api-key-cn", GOOD],
      {},
      /Several keys of qwen were given/,
    ],
    [[...UNASKED, "--reset", "--reset-scope", "nonsense"], {}, /--reset-scope is config/],
    [[...UNASKED, "--import-from", "hermes", "--import-secrets"], {}, /openclaw migrate/],
    [[...UNASKED, "--flow", "import"], {}, /openclaw migrate/],
    [[...UNASKED, "--auth-choice", "skip", "--tailscale", "serve"], {}, /--gateway-bind tailnet/],
    [[...UNASKED, "--auth-choice", "fal-api-key"], {}, /pictures and films/],
    [[...UNASKED, "--cloudflare-ai-gateway-api-key", GOOD], {}, /--cloudflare-ai-gateway-account-id and/],
    [["config", "--json"], {}, /needs a terminal.*openclaw config get, set or unset/],
    [["setup", "--non-interactive", "--json"], {}, /Add --accept-risk/],
    [[...UNASKED, "--auth-choice", "skip", "--gateway-bind", "nonsense"], {}, /gateway\.bind "nonsense"/],
    [[...UNASKED, "--auth-choice", "skip", "--gateway-port", "0"], {}, /--gateway-port.*Nothing was written/],
    [[...UNASKED, "--auth-choice", "skip", "--agent", "nobody"], {}, /no agent "nobody"/],
    [own("--custom-api-key", BAD), {}, /was refused: Incorrect API key provided\. Nothing was written/],
    [own("--custom-provider-id", "openai"), {}, /it is built in/],
    [[...UNASKED, "--custom-base-url", "nonsense", "--custom-model-id", "m"], {}, /is no address/],
  ];
  for (const [words, env, said] of cases) {
    const { exit, out, err } = await inside(words, env);
    assert.equal(exit, 1, `${words.join(" ")}: ${err}`);
    assert.match(JSON.parse(out).error.message, said, words.join(" "));
    assert.ok(!`${out}${err}`.includes(BAD));
  }
  assert.deepEqual(home.files(), []);
});

test("a key, a token, a gateway that is called by the line as it was printed; undo takes it back", async () => {
  const port = await freePort();
  const said = await run(own("--gateway-port", String(port)), { CUSTOM_API_KEY: GOOD });
  assert.equal(said.exit, 0, said.err);
  const report = JSON.parse(said.out);
  assert.deepEqual(
    report.sources.map((row: any) => [row.provider, row.profileId, row.model, row.test.status]),
    [["mine", "mine:default", "mine/m1", "ok"]],
  );
  assert.deepEqual([report.defaultModel, report.gateway.port, report.applied], ["mine/m1", port, true]);
  const token = home.read(".openclaw/state/gateway-token").trim();
  for (const secret of [GOOD, token]) assert.ok(!`${said.out}${said.err}`.includes(secret));
  assert.ok(!home.read(".openclaw/openclaw.json").includes(token));
  const audit = await run(["config", "validate", "--json"]);
  assert.equal(audit.exit, 0, audit.out);

  const env = { ...PATHS, HOME: home.path, NO_COLOR: "1" };
  const gateway = spawn(process.execPath, [ENTRY, "gateway", "run"], {
    env,
    cwd: home.path,
    stdio: "ignore",
  });
  try {
    await eventually(async () => {
      const { stdout } = await promisify(execFile)("sh", ["-c", report.curl], { env });
      assert.equal(JSON.parse(stdout).choices[0].message.content, "OK");
    });
  } finally {
    gateway.kill("SIGTERM");
    await once(gateway, "close");
  }
  // Once more: the same key again, and nothing else is new.
  const again = JSON.parse((await run(own(), { CUSTOM_API_KEY: GOOD })).out);
  assert.deepEqual([again.configChanged, again.defaultModel], [false, "mine/m1"]);
  assert.equal((await run(["models", "undo", "--yes"])).exit, 0);
});

test("without a word the best that is there is taken; references, tokens and passwords as they were named", async () => {
  const skip = "--skip-health";
  const best = JSON.parse((await run([...UNASKED, skip], { OPENAI_API_KEY: GOOD, GROQ_API_KEY: GOOD })).out);
  assert.deepEqual([best.sources[0].profileId, best.defaultModel], ["openai:api-key", "openai/gpt-5.6"]);

  const ref = ["--auth-choice", "mistral-api-key", "--secret-input-mode", "ref", skip];
  const byRef = JSON.parse((await run([...UNASKED, ...ref], { MISTRAL_API_KEY: GOOD })).out);
  assert.deepEqual([byRef.sources[0].profileId, byRef.defaultModel], ["mistral:default", "openai/gpt-5.6"]);

  const token = `sk-ant-oat01-${"fake".repeat(20)}`;
  const words = ["--auth-choice", "token", "--token-provider", "anthropic", "--token", token, skip];
  const secret = ["--gateway-token-ref-env", "MY_TOKEN", "--workspace", "~/work"];
  const third = await run([...UNASKED, ...words, ...secret], { MY_TOKEN: "fake-gateway-token-0123456789" });
  assert.equal(third.exit, 0, third.err);
  assert.match(JSON.parse(third.out).curl, /Bearer \$MY_TOKEN"/);
  assert.deepEqual(config().gateway.auth.token, { source: "env", provider: "default", id: "MY_TOKEN" });
  assert.equal(config().agents.defaults.workspace, "~/work");

  const listed = (await home.json("models", "auth", "list")).profiles;
  assert.deepEqual(listed.map(({ id, type }: any) => [id, type]).toSorted(), [
    ["anthropic:default", "token"],
    ["mistral:default", "api_key"],
    ["openai:api-key", "api_key"],
  ]);
  const store = home.files().find((file) => file.endsWith("openclaw-agent.sqlite"))!;
  assert.ok(!home.read(".openclaw/openclaw.json").includes(GOOD));
  assert.ok(home.read(store).includes("MISTRAL_API_KEY"));

  const sealed = await run([...UNASKED, "--auth-choice", "skip", "--seal"]);
  assert.equal(sealed.exit, 0, sealed.err);
  assert.equal(JSON.parse(sealed.out).sealed, true);
  assert.match(sealed.err, /keep a copy elsewhere/);
  assert.ok(!home.read(store).includes(token));
});

test("a server at its address, and a service that has none of this shell's variables: the line calls it", async () => {
  const port = await freePort();
  const start = `env -i HOME="$HOME" PATH=/usr/bin:/bin ${process.execPath} ${ENTRY} gateway run < /dev/null > "$HOME/log" 2>&1 & echo $! > "$HOME/pid"`;
  home.write(
    "bin/systemctl",
    `#!/bin/sh\necho "$*" >> "$HOME/told"\ncase "$*" in *enable*) ${start};; esac\n`,
  );
  chmodSync(join(home.path, "bin/systemctl"), 0o755);
  const words = ["--auth-choice", "lmstudio", "--custom-base-url", `${upstream.url}/v1`];
  const service = process.platform === "linux" ? ["--install-daemon"] : [];
  const shell = {
    PATH: `${home.path}/bin:/usr/bin:/bin`,
    OPENCLAW_GATEWAY_TOKEN: "fake-token-of-this-shell-0123456789",
  };
  const ref = ["--gateway-token-ref-env", "MY_TOKEN"];
  if (service.length > 0) {
    const unseen = await run([...UNASKED, ...words, ...service, ...ref], {
      MY_TOKEN: "fake-0123456789abcdef",
    });
    assert.match(JSON.parse(unseen.out).error.message, /does not see MY_TOKEN.*\.env/);
    assert.deepEqual([unseen.exit, home.files().includes(".openclaw")], [1, false]);
  }
  const { exit, out, err } = await run(
    [...UNASKED, ...words, ...service, "--gateway-port", String(port)],
    shell,
  );
  assert.equal(exit, 0, err);
  const report = JSON.parse(out);
  const [row] = report.sources;
  assert.deepEqual([row.model, row.test.status, row.profileId], ["lmstudio/llama-local", "ok", undefined]);
  assert.equal(config().models.providers.lmstudio.baseUrl, `${upstream.url}/v1`);
  if (service.length === 0) return;
  try {
    assert.deepEqual(
      [report.service.started, report.notes.filter((note: string) => note.includes("answer"))],
      [true, []],
    );
    assert.match(home.read("told"), /--user enable --now openclaw-gateway\.service/);
    for (const env of [{ HOME: home.path }, { HOME: home.path, ...shell }]) {
      const { stdout } = await promisify(execFile)("sh", ["-c", report.curl], {
        env: { ...env, PATH: "/usr/bin:/bin" },
      });
      assert.equal(JSON.parse(stdout).choices[0].message.content, "OK");
    }
  } finally {
    process.kill(Number(home.read("pid")));
    await eventually(async () => assert.ok(!home.files().includes(".openclaw/state/gateway.lock")));
  }
});

test("the word of a region writes its host; a flag says whose key it is, and by which door", async () => {
  const skip = "--skip-health";
  const cases: [words: readonly string[], env: Record<string, string>, profileId: string, baseUrl: string][] =
    [
      [
        ["--auth-choice", "minimax-cn-api"],
        { MINIMAX_API_KEY: GOOD },
        "minimax:cn",
        "https://api.minimaxi.com/anthropic",
      ],
      [
        ["--auth-choice", "moonshot-api-key-cn", "--moonshot-api-key", GOOD],
        {},
        "moonshot:default",
        "https://api.moonshot.cn/v1",
      ],
      [["--moonshot-api-key", `${GOOD}-newer`], {}, "moonshot:default", "https://api.moonshot.cn/v1"],
      [
        ["--auth-choice", "moonshot-api-key", "--moonshot-api-key", GOOD],
        {},
        "moonshot:default",
        "https://api.moonshot.ai/v1",
      ],
      [
        ["--auth-choice", "zai-coding-cn", "--zai-api-key", GOOD],
        {},
        "zai:default",
        "https://open.bigmodel.cn/api/coding/paas/v4",
      ],
      [
        ["--auth-choice", "stepfun-plan-api-key-cn", "--stepfun-api-key", GOOD],
        {},
        "stepfun-plan:default",
        "https://api.stepfun.com/step_plan/v1",
      ],
      [
        ["--modelstudio-standard-api-key-cn", GOOD],
        {},
        "qwen:default",
        "https://dashscope.aliyuncs.com/compatible-mode/v1",
      ],
      [
        [
          "--cloudflare-ai-gateway-api-key",
          GOOD,
          "--cloudflare-ai-gateway-account-id",
          "acc1",
          "--cloudflare-ai-gateway-gateway-id",
          "gw1",
        ],
        {},
        "cloudflare-ai-gateway:default",
        "https://gateway.ai.cloudflare.com/v1/acc1/gw1/anthropic",
      ],
      [
        ["--auth-choice", "xiaomi-token-plan-cn", "--secret-input-mode", "ref"],
        { XIAOMI_TOKEN_PLAN_API_KEY: "tp-fake0123456789" },
        "xiaomi-token-plan:default",
        "https://token-plan-cn.xiaomimimo.com/v1",
      ],
    ];
  for (const [words, env, profileId, baseUrl] of cases) {
    const { exit, out, err } = await inside([...UNASKED, ...words, skip], env);
    assert.equal(exit, 0, err);
    const [row] = JSON.parse(out).sources;
    assert.deepEqual([row.profileId, config().models.providers[row.provider].baseUrl], [profileId, baseUrl]);
  }
  const tokens: [words: readonly string[], type: string][] = [
    [["--github-copilot-token", "gho_fake0123456789abcdef"], "github-copilot:github"],
    [
      ["--auth-choice", "github-copilot", "--github-copilot-token", "gho_fake0123456789abcdef"],
      "github-copilot:github",
    ],
    [
      ["--auth-choice", "qwen-oauth", "--qwen-oauth-token", "fake-portal-token-0123456789"],
      "qwen-oauth:default",
    ],
    [
      ["--auth-choice", "lmstudio", "--custom-model-id", "m1", "--lmstudio-api-key", "fake-lm-key-0123"],
      "lmstudio:default",
    ],
  ];
  for (const [words, profileId] of tokens) {
    const { exit, out, err } = await inside(
      [...UNASKED, ...words, skip, "--fal-api-key", "fake-fal-key"],
      {},
    );
    assert.equal(exit, 0, err);
    assert.equal(JSON.parse(out).sources[0].profileId, profileId);
    assert.match(JSON.parse(out).notes.join(), /--fal-api-key was not stored/);
  }
});

test("a gateway elsewhere: tried, written, called", async () => {
  const token = "fake-remote-token-0123456789";
  const at = upstream.url.replace("http:", "ws:");
  const words = [...UNASKED, "--mode", "remote", "--remote-url", at];
  const refused = await inside([...words, "--remote-token", BAD], {});
  assert.deepEqual([refused.exit, home.files()], [1, []]);
  assert.match(JSON.parse(refused.out).error.message, /does not take this token/);
  const { exit, out, err } = await inside([...words, "--remote-token", token], {});
  assert.equal(exit, 0, err);
  assert.ok(!`${out}${err}`.includes(token));
  const report = JSON.parse(out);
  assert.deepEqual([report.test, report.auth], ["ok", "token"]);
  assert.deepEqual(config().gateway, { mode: "remote", remote: { url: at, token } });
  assert.equal(config().wizard.lastRunMode, "remote");
  for (const address of ["https://me:fake-password@h", "wss://h/?token=fake-password"]) {
    const told = await inside([...words, "--remote-url", address], {});
    assert.equal(told.exit, 1);
    assert.ok(!`${told.out}${told.err}`.includes("fake-password"), "what it refuses, it does not repeat");
  }
  const elsewhere = ["--remote-url", "ws://127.0.0.1:9", "--skip-health"];
  assert.equal((await inside([...words.slice(0, -2), ...elsewhere], {})).exit, 0);
  assert.deepEqual(
    config().gateway.remote,
    { url: "ws://127.0.0.1:9" },
    "the token of one gateway is not for another",
  );
  const back = await inside([...UNASKED, "--auth-choice", "skip"], {});
  assert.deepEqual([back.exit, config().gateway.mode, config().wizard.lastRunMode], [0, "local", "local"]);
  const { stdout } = await promisify(execFile)("sh", ["-c", report.curl], {
    env: { ...PATHS, OPENCLAW_GATEWAY_TOKEN: token },
  });
  assert.equal(JSON.parse(stdout).choices[0].message.content, "OK");
});

test("Codex's login is found, tried, and lent: its refresh token stays Codex's", async () => {
  const claims = {
    exp: Math.floor(Date.now() / 1000) + 3600,
    "https://api.openai.com/auth": { chatgpt_account_id: "acct-fake" },
  };
  const access_token = `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.fake`;
  const tokens = { access_token, refresh_token: "rt_fake_0123456789", account_id: "acct-fake" };
  home.write("codex/auth.json", JSON.stringify({ tokens }));
  home.write(
    ".openclaw/openclaw.json",
    JSON.stringify({ models: { providers: { openai: { baseUrl: upstream.url, models: [] } } } }),
  );
  const env = { CODEX_HOME: join(home.path, "codex"), DISPLAY: ":0" };
  for (const choice of [[], ["--auth-choice", "codex"]]) {
    const { exit, out, err } = await inside([...UNASKED, ...choice], env);
    assert.equal(exit, 0, err);
    const report = JSON.parse(out);
    assert.deepEqual([report.sources[0].profileId, report.sources[0].test.status], ["openai:default", "ok"]);
    assert.equal(
      report.defaultModel,
      "openai/gpt-5.6-sol",
      "the bare name means nothing with a ChatGPT account",
    );
    assert.ok(!`${out}${err}`.includes(access_token));
  }
  const store = home.files().find((file) => file.endsWith("openclaw-agent.sqlite"))!;
  assert.ok(!home.read(store).includes(tokens.refresh_token));
});

test("what OpenClaw's own onboarding leaves is used as it is: a key is added, and nothing of it is lost", async () => {
  const recorded = readFileSync(
    join(import.meta.dirname, "../data/openclaw-2026.7.1-onboarded.json"),
    "utf8",
  );
  home.write(".openclaw/openclaw.json", recorded);
  home.write(".openclaw/.env/not-a-file", "");
  const file = join(home.path, ".openclaw/agents/main/agent/openclaw-agent.sqlite");
  // A first run of it leaves no row of states.
  const profiles = { "openai:api-key": { type: "api_key", provider: "openai", key: GOOD } };
  asOpenClaw(file, { store: { version: 1, profiles } });
  const asItWas = textsOf(file);
  const kept = await inside([...UNASKED, "--auth-choice", "skip"], {});
  assert.equal(kept.exit, 0, kept.err);
  const report = JSON.parse(kept.out);
  assert.deepEqual([report.defaultModel, report.configChanged], ["openai/gpt-5.6", false]);
  assert.match(report.notes.join(), /\.env .*left out/);
  assert.deepEqual([home.read(".openclaw/openclaw.json"), textsOf(file)], [recorded, asItWas]);
  const added = await inside([...UNASKED, "--groq-api-key", "gsk_fake0123456789abcdef", "--skip-health"], {});
  assert.equal(added.exit, 0, added.err);
  const { agents, wizard, meta, ...rest } = config();
  const { agents: agentsBefore, wizard: _, meta: __, ...restBefore } = JSON.parse(recorded);
  assert.deepEqual(rest, restBefore);
  assert.deepEqual([agents.defaults.model, wizard.lastRunCommand], [agentsBefore.defaults.model, "onboard"]);
  assert.ok(meta);
  assert.deepEqual(Object.keys(rowsOf(file).store.profiles), ["openai:api-key", "groq:default"]);
});
