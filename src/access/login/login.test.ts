import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { AccessError } from "../../core/errors.ts";
import type { ProfileId } from "../../core/ids.ts";
import { loginsOf } from "../../providers/logins.ts";
import type { CommandDeps } from "../open-deps.ts";
import { openDeps } from "../open-deps.ts";
import { loginNamed, loginProvider, tokenLogin } from "./choose.ts";
import type { LoginReport, LoginRequest } from "./login.ts";
import { login } from "./login.ts";
import type { Talk } from "./talk.ts";

const NOW = Date.UTC(2026, 10, 1);
const KEY = "fake-key-0123456789abcdefghij";

let home: string;
let deps: CommandDeps;

/** A run of its own: a command reads the config once. */
const open = () => (deps = openDeps({ processEnv: {}, now: () => NOW, version: "0", osHome: home }));

function configured(config: unknown): void {
  mkdirSync(join(home, ".openclaw"), { recursive: true });
  writeFileSync(join(home, ".openclaw/openclaw.json"), JSON.stringify(config));
}
const config = () => JSON.parse(readFileSync(join(home, ".openclaw/openclaw.json"), "utf8"));

const unasked = () => assert.fail("was not to be asked");
/** Answers every question for a secret with this one. */
const talk = (answer: string): Talk => ({
  secret: async (_question, check) => {
    assert.equal(check(answer), undefined);
    return answer;
  },
  text: unasked,
  choose: unasked,
  chooseMany: unasked,
  confirm: unasked,
  notify: () => {},
  wait: unasked,
});

type Options = Partial<Omit<LoginRequest, "target">> & { readonly secret?: string };

async function logIn(id: string, method: string, options: Options = {}): Promise<LoginReport> {
  await deps.close();
  open();
  const provider = loginProvider(deps.config(), id);
  const target = { provider, logins: loginsOf(provider), login: loginNamed(provider, method) };
  const { secret = KEY, ...rest } = options;
  return await login(deps, { target, force: false, setDefault: false, ...rest }, talk(secret));
}

const state = async (agent = "main") => (await deps.store().read(agent)).state;
const ids = async (agent = "main") => (await state(agent)).profiles.map(({ id }) => id);
const setOrder = (agent: string, provider: string, order: ProfileId[]) =>
  deps.store().update(agent, { providers: [provider] }, () => ({ order: new Map([[provider, order]]) }));

describe("login", () => {
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "login-"));
    open();
  });
  afterEach(async () => {
    await deps.close();
    rmSync(home, { recursive: true });
  });

  test("the first login brings the recommended model, its alias and the default model", async () => {
    const report = await logIn("mistral", "api-key");
    assert.equal(report.profileId, "mistral:default");
    assert.deepEqual((await state()).profiles[0]!.credential, {
      type: "api_key",
      provider: "mistral",
      key: KEY,
    });
    const { agents, models, auth } = config();
    assert.equal(agents.defaults.model.primary, "mistral/mistral-large-latest");
    assert.deepEqual(agents.defaults.models, { "mistral/mistral-large-latest": { alias: "Mistral" } });
    assert.equal(models.providers.mistral.baseUrl, "https://api.mistral.ai/v1");
    assert.equal(auth, undefined);
    assert.ok(!JSON.stringify(report).includes(KEY));
  });

  test("a default model that is configured stays", async () => {
    configured({ agents: { defaults: { model: "anthropic/claude-sonnet-4-6" } } });
    const report = await logIn("openai", "api-key");
    assert.equal(report.profileId, "openai:api-key");
    assert.equal(config().agents.defaults.model, "anthropic/claude-sonnet-4-6");
    assert.deepEqual(config().agents.defaults.models, { "openai/gpt-5.6": { alias: "GPT" } });
  });

  test("with setDefault it is replaced, and its fallbacks stay", async () => {
    configured({ agents: { defaults: { model: { primary: "a/b", fallbacks: ["c/d"] } } } });
    await logIn("mistral", "api-key", { setDefault: true });
    const { model } = config().agents.defaults;
    assert.deepEqual(model, { primary: "mistral/mistral-large-latest", fallbacks: ["c/d"] });
  });

  test("aliases and settings of the user stay", async () => {
    const mine = { "x/y": { alias: "gpt" }, "mistral/mistral-large-latest": { alias: "big", note: 1 } };
    configured({
      agents: { defaults: { models: mine } },
      models: { providers: { mistral: { baseUrl: "https://proxy.example/v1", models: [] } } },
    });
    await logIn("openai", "api-key");
    await logIn("mistral", "api-key");
    assert.deepEqual(config().agents.defaults.models, { ...mine, "openai/gpt-5.6": {} });
    assert.equal(config().models.providers.mistral.baseUrl, "https://proxy.example/v1");
  });

  test("a key of another region brings its host along", async () => {
    await logIn("minimax", "api-global");
    assert.equal(config().models, undefined);
    await logIn("minimax", "api-cn");
    assert.deepEqual(await ids(), ["minimax:global", "minimax:cn"]);
    assert.equal(config().models.providers.minimax.baseUrl, "https://api.minimaxi.com/anthropic");
    await logIn("minimax", "api-global");
    assert.equal(config().models.providers.minimax.baseUrl, "https://api.minimax.io/anthropic");
  });

  test("force replaces what the agent has of the provider, and nothing of others", async () => {
    for (const name of ["old", "old2"]) await logIn("mistral", "api-key", { profileId: `mistral:${name}` });
    await logIn("groq", "api-key");
    await setOrder("main", "mistral", ["mistral:old"]);
    await setOrder("main", "groq", ["groq:default"]);
    const report = await logIn("mistral", "api-key", { force: true });
    assert.deepEqual(report.removed, ["mistral:old", "mistral:old2"]);
    assert.deepEqual(await ids(), ["groq:default", "mistral:default"]);
    assert.deepEqual([...(await state()).order], [["groq", ["groq:default"]]]);
  });

  test("force takes nothing away when the login is left", async () => {
    await logIn("mistral", "api-key");
    const provider = loginProvider(deps.config(), "mistral");
    const target = { provider, logins: loginsOf(provider), login: loginNamed(provider, "api-key") };
    const leaving: Talk = {
      ...talk(KEY),
      secret: () => Promise.reject(new AccessError("cancelled", "Cancelled.")),
    };
    await assert.rejects(login(deps, { target, force: true, setDefault: false }, leaving), {
      code: "cancelled",
    });
    assert.deepEqual(await ids(), ["mistral:default"]);
  });

  test("a new login goes to the front of an explicit order, which would hide it otherwise", async () => {
    configured({
      agents: { list: [{ id: "main" }, { id: "work" }] },
      auth: { order: { groq: ["groq:config"] } },
    });
    await logIn("groq", "api-key");
    assert.deepEqual((await state()).order.get("groq"), ["groq:default", "groq:config"]);
    await logIn("groq", "api-key", { profileId: "groq:two" });
    assert.deepEqual((await state()).order.get("groq"), ["groq:two", "groq:default", "groq:config"]);
    await logIn("groq", "api-key", { profileId: "groq:work", agent: "work" });
    assert.equal((await state("work")).order.get("groq")?.[0], "groq:work");
    assert.ok(!(await state()).order.get("groq")?.includes("groq:work"));
    assert.deepEqual(config().auth.order, { groq: ["groq:config"] });
  });

  test("the same key again is tried again", async () => {
    await logIn("groq", "api-key");
    const { generation } = (await state()).profiles[0]!;
    const failure = { kind: "billing", scope: "account" } as const;
    const event = { kind: "failure", model: "m", failure, at: NOW } as const;
    const about = {
      agent: "main",
      profileId: "groq:default",
      provider: "groq",
      generation,
      writer: "w",
      seq: 1,
    };
    await deps.store().applyHealth([{ ...about, event }]);
    assert.equal((await state()).health.get("groq:default")?.bars.length, 1);
    await logIn("groq", "api-key");
    assert.deepEqual((await state()).health.get("groq:default")?.bars ?? [], []);
  });

  test("says whether another credential was replaced", async () => {
    assert.equal((await logIn("groq", "api-key")).replaced, false);
    assert.equal((await logIn("groq", "api-key")).replaced, false);
    assert.equal((await logIn("groq", "api-key", { secret: `${KEY}-other` })).replaced, true);
  });

  test("a config that cannot be written costs no login, and the message says so", async () => {
    const provider = loginProvider(deps.config(), "groq");
    const target = { provider, logins: loginsOf(provider), login: loginNamed(provider, "api-key") };
    const breaking = talk(KEY);
    const meanwhile: Talk = {
      ...breaking,
      secret: async (...question) => {
        mkdirSync(join(home, ".openclaw"), { recursive: true });
        writeFileSync(join(home, ".openclaw/openclaw.json"), "{broken");
        return await breaking.secret(...question);
      },
    };
    await assert.rejects(login(deps, { target, force: false, setDefault: false }, meanwhile), {
      code: "config_invalid",
      message: /groq:default is stored.*openclaw\.json.*need not be done again/s,
    });
    assert.deepEqual(await ids(), ["groq:default"]);
  });

  test("a token login makes a token", async () => {
    const { provider, login: chosen } = tokenLogin(deps.config(), "claude");
    assert.deepEqual([provider.id, chosen.id], ["anthropic", "setup-token"]);
    const secret = `sk-ant-oat01-${"fake".repeat(20)}`;
    const report = await logIn("anthropic", "token", { secret });
    assert.deepEqual(
      [report.profileId, report.type, report.method],
      ["anthropic:default", "token", "setup-token"],
    );
  });

  test("a former provider's alias means the present one", async () => {
    assert.equal((await logIn("codex", "api-key")).profileId, "openai:api-key");
  });

  test("a provider of the config can be logged in to, an unknown one cannot", async () => {
    configured({ models: { providers: { acme: { baseUrl: "http://127.0.0.1:9/v1", models: [] } } } });
    assert.equal((await logIn("acme", "api-key")).profileId, "acme:default");
    await assert.rejects(logIn("acne", "api-key"), { code: "unknown_provider", message: /acme/ });
  });

  test("a login without a flow names what works instead", async () => {
    await assert.rejects(logIn("minimax-portal", "cli"), /--provider minimax-portal --method [a-z]/);
    await assert.rejects(logIn("google-vertex", "gcloud-adc"), /nothing to store/);
    assert.deepEqual(await ids(), []);
  });
});
