// Keys from the environment and its files count as credentials wherever credentials are looked at
// (requirements 004, "API key rotation behaviour"; fidelity spec §7).
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { listModels } from "../../src/access/model-list.ts";
import { openDeps } from "../../src/access/open-deps.ts";
import { readStatus } from "../../src/access/status.ts";
import { cliHome } from "../support/cli.ts";

const home = cliHome();
after(home.remove);

const [ONE, TWO] = ["sk-fake-one-0123456789abcdef", "sk-fake-two-0123456789abcdef"];
const use = (model: string, more: object = {}) =>
  home.write(".openclaw/openclaw.json", JSON.stringify({ agents: { defaults: { model } }, ...more }));

interface Seen {
  /** `env: NAME` of the provider's row */
  source: string | undefined;
  value: string | undefined;
  missing: readonly string[];
  check: number;
  available: boolean;
  appliedKeys: readonly string[];
}

async function see(provider: string, env: Record<string, string>): Promise<Seen> {
  const processEnv = { PATH: process.env["PATH"], HOME: home.path, ...env };
  const deps = openDeps({ processEnv, now: Date.now, version: "test", osHome: home.path });
  const { report, check } = await readStatus(deps, {});
  const listed = await listModels(deps, { all: false, localOnly: false });
  await deps.close();
  const said = JSON.stringify([report, listed]);
  for (const key of [ONE, TWO]) assert.ok(!said.includes(key));
  const { auth } = report;
  const row = auth.providers.find((entry) => entry.provider === provider);
  return {
    source: row?.env?.source,
    value: row?.env?.value,
    missing: auth.missingProvidersInUse,
    check,
    available: listed.models[0]!.available,
    appliedKeys: auth.shellEnvFallback.appliedKeys,
  };
}

const found = (source: string) => ({ source, missing: [], check: 0, available: true });

describe("variables", () => {
  for (const [model, env, source] of [
    ["openai/gpt-5.5", { OPENAI_API_KEY: ONE }, "OPENAI_API_KEY"],
    ["openai/gpt-5.5", { OPENAI_API_KEYS: ` ${ONE} ; ${TWO},` }, "OPENAI_API_KEYS"],
    ["openai/gpt-5.5", { OPENAI_API_KEY_7: ONE, OPENAI_API_KEY: "  " }, "OPENAI_API_KEY_7"],
    ["openai/gpt-5.5", { OPENAI_API_KEYS: TWO, OPENAI_API_KEY: ONE }, "OPENAI_API_KEYS"],
    ["openai/gpt-5.5", { OPENAI_API_KEY_1: TWO, OPENAI_API_KEY: ONE }, "OPENAI_API_KEY"],
    ["openai/gpt-5.5", { OPENCLAW_LIVE_OPENAI_KEY: ONE, OPENAI_API_KEYS: TWO }, "OPENCLAW_LIVE_OPENAI_KEY"],
    ["google/gemini-2.5-flash", { GOOGLE_API_KEY: ONE }, "GOOGLE_API_KEY"],
    ["google/gemini-2.5-flash", { GOOGLE_API_KEY: ONE, GEMINI_API_KEY_2: TWO }, "GEMINI_API_KEY_2"],
    [
      "vercel-ai-gateway/x",
      { OPENCLAW_LIVE_VERCEL_AI_GATEWAY_KEY: ONE },
      "OPENCLAW_LIVE_VERCEL_AI_GATEWAY_KEY",
    ],
  ] as const)
    test(`${Object.keys(env).join(" + ")}: ${source}`, async () => {
      use(model);
      const { value: _, appliedKeys: __, ...seen } = await see(model.split("/")[0]!, env);
      assert.deepEqual(seen, found(`env: ${source}`));
    });

  test("a blank one is none", async () => {
    use("openai/gpt-5.5");
    const { source, missing, check, available } = await see("openai", { OPENAI_API_KEYS: " , ;" });
    assert.deepEqual([source, missing, check, available], [undefined, ["openai"], 1, false]);
  });

  test("a provider that only the config knows has variables too", async () => {
    const acme = { baseUrl: "https://acme.example/v1", api: "openai-completions", models: [{ id: "m" }] };
    use("acme/m", { models: { providers: { acme } } });
    assert.equal((await see("acme", { ACME_API_KEY_2: ONE })).available, true);
  });

  test("a placeholder is shown as what it is", async () => {
    use("ollama/llama3.3");
    assert.equal((await see("ollama", { OLLAMA_API_KEY: "ollama-local" })).value, "marker(ollama-local)");
  });
});

describe("files and the login shell", () => {
  const list = `OPENAI_API_KEYS=${ONE},${TWO}`;

  test(".env in the state folder; the process comes first", async () => {
    use("openai/gpt-5.5");
    home.write(".openclaw/.env", `${list}\nOPENAI_API_KEY=${TWO}\n`);
    assert.equal((await see("openai", {})).source, "env: OPENAI_API_KEYS");
    assert.equal(
      (await see("openai", { OPENCLAW_LIVE_OPENAI_KEY: ONE })).source,
      "env: OPENCLAW_LIVE_OPENAI_KEY",
    );
  });

  test(".env in the working folder is somebody else's", async () => {
    home.write(".openclaw/.env", "");
    home.write(".env", list);
    assert.equal((await see("openai", {})).source, undefined);
  });

  test("env in the config", async () => {
    use("openai/gpt-5.5", { env: { vars: { OPENAI_API_KEY_2: ONE } } });
    assert.equal((await see("openai", {})).source, "env: OPENAI_API_KEY_2");
  });

  test("env.shellEnv: only what is missing, and said so", async () => {
    use("openai/gpt-5.5", { env: { shellEnv: { enabled: true } } });
    home.write(".profile", `export OPENAI_API_KEYS=${ONE} MISTRAL_API_KEY=${TWO} EDITOR=vi\n`);
    const env = { SHELL: "/bin/sh", MISTRAL_API_KEY: ONE };
    const seen = await see("openai", env);
    assert.equal(seen.source, "shell env: OPENAI_API_KEYS");
    assert.deepEqual(seen.appliedKeys, ["OPENAI_API_KEYS"]);
  });
});
