import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { AccessError } from "../core/errors.ts";
import { DEFAULT_COOLDOWNS } from "../core/health.ts";
import { loadConfig, validateConfig } from "./load.ts";

const dir = mkdtempSync(join(tmpdir(), "config-load-"));
after(() => rmSync(dir, { recursive: true }));

function write(content: unknown): { configPath: string } {
  const configPath = join(dir, "openclaw.json");
  const bytes = typeof content === "string" || Buffer.isBuffer(content) ? content : JSON.stringify(content);
  writeFileSync(configPath, bytes);
  return { configPath };
}

const load = (content: unknown) => loadConfig(write(content));

test("no file means defaults", () => {
  const config = loadConfig({ configPath: join(dir, "absent.json") });
  assert.equal(config.exists, false);
  assert.deepEqual(config.agents, [{ id: "main", isDefault: true }]);
  assert.equal(config.hasAgentList, false);
  assert.deepEqual(config.defaultModel, { isString: false });
  assert.deepEqual(config.cooldowns, DEFAULT_COOLDOWNS);
  assert.deepEqual(config.env, { vars: {}, shellEnv: { enabled: false, timeoutMs: 15_000 } });
  assert.equal(config.gatewayMode, "local");
  assert.deepEqual(config.gateway, {
    port: 18_789,
    bind: "loopback",
    auth: {
      mode: "token",
      ambiguous: false,
      rateLimit: { maxAttempts: 10, windowMs: 60_000, lockoutMs: 300_000, exemptLoopback: true },
      trustedProxy: { requiredHeaders: [], allowUsers: [], allowLoopback: false },
    },
    endpoints: { chatCompletions: true, responses: true },
    bodyBytes: {},
    allowedOrigins: [],
    trustedProxies: [],
    allowRealIpFallback: false,
    tls: { enabled: false, autoGenerate: false },
    reload: { mode: "hybrid", debounceMs: 300 },
  });
  assert.equal(config.logFile, undefined);
  assert.deepEqual(config.warnings, []);
  assert.deepEqual(validateConfig({ configPath: join(dir, "absent.json") }), []);
});

const provider = (entry: object) => ({ models: { providers: { acme: entry } } });

test("faults are named with their place", () => {
  const cases: [content: unknown, path: string, message: RegExp][] = [
    ["", "", /empty/],
    [" \n", "", /empty/],
    ["[]", "", /object/],
    ["42", "", /object/],
    ['{\n  "a": 1,\n  "b" 2\n}', "", /3:7/],
    ["{ a: 1", "", /JSON5/],
    [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), "", /UTF-8/],
    [{ agents: { defaults: { model: 42 } } }, "agents.defaults.model", /text or an object/],
    [{ agents: { defaults: { model: { primary: 1 } } } }, "agents.defaults.model.primary", /text/],
    [
      { agents: { defaults: { models: { "a/b.c": { alias: 1 } } } } },
      'agents.defaults.models["a/b.c"].alias',
      /text/,
    ],
    [{ agents: { list: [{ id: "a" }, { id: "b" }, { id: 3 }] } }, "agents.list[2].id", /text/],
    [{ agents: { list: [{ id: "../up" }] } }, "agents.list[0].id", /letters/],
    [{ agents: null }, "agents", /object/],
    [
      { auth: { profiles: { "a:b": { provider: "a", mode: "magic" } } } },
      "auth.profiles.a:b.mode",
      /api_key/,
    ],
    [{ auth: { order: { openai: "openai:a" } } }, "auth.order.openai", /list/],
    [{ auth: { order: { openai: ["a:b", 2] } } }, "auth.order.openai[1]", /text/],
    [{ auth: { cooldowns: { billingMaxHours: -1 } } }, "auth.cooldowns.billingMaxHours", /above 0/],
    ["{auth: {cooldowns: {billingMaxHours: Infinity}}}", "auth.cooldowns.billingMaxHours", /at most/],
    [
      { auth: { cooldowns: { rateLimitedProfileRotations: 1.5 } } },
      "auth.cooldowns.rateLimitedProfileRotations",
      /whole/,
    ],
    [{ env: { A: 1 } }, "env.A", /text/],
    [{ env: { shellEnv: { enabled: "yes" } } }, "env.shellEnv.enabled", /true or false/],
    [{ models: { providers: [] } }, "models.providers", /object/],
    [provider({ models: [{ name: "x" }] }), "models.providers.acme.models[0].id", /./],
    [provider({ apiKey: 5 }), "models.providers.acme.apiKey", /reference/],
    [
      provider({ apiKey: { source: "vault", provider: "x", id: "Y" } }),
      "models.providers.acme.apiKey",
      /env, file/,
    ],
    [
      provider({ apiKey: { source: "env", provider: "x", id: "lower" } }),
      "models.providers.acme.apiKey.id",
      /variable/,
    ],
    [
      provider({ apiKey: { source: "file", provider: "x", id: "rel/x" } }),
      "models.providers.acme.apiKey.id",
      /pointer/,
    ],
    [
      provider({ apiKey: { source: "exec", provider: "x", id: "a/../b" } }),
      "models.providers.acme.apiKey.id",
      /part/,
    ],
  ];
  for (const [content, path, message] of cases) {
    const paths = write(content);
    const issues = validateConfig(paths);
    assert.deepEqual([issues.length, issues[0]?.path], [1, path], JSON.stringify(content));
    assert.match(issues[0]!.message, message);
    assert.throws(
      () => loadConfig(paths),
      (error: unknown) => {
        assert.ok(error instanceof AccessError && error.code === "config_invalid");
        return error.message.startsWith(`${paths.configPath}: `) && error.message.includes(path);
      },
    );
  }
});

test("no message repeats the text of the file", () => {
  const contents = [
    '{"key": "sk-fake-0000" oops}',
    "sk-fake-0000",
    { agents: { list: [{ id: "sk-fake-0000/" }] } },
  ];
  for (const content of contents) {
    assert.doesNotMatch(JSON.stringify(validateConfig(write(content))), /sk-fake/);
  }
});

test("a fault in a section that few commands need is a warning to the rest", () => {
  const config = load({
    gateway: { port: "many" },
    logging: { file: 1 },
    secrets: { providers: { fm: { source: "x" } } },
  });
  assert.equal(config.defaultModel.primary, undefined);
  assert.deepEqual(
    config.warnings.map((warning) => warning.split(": ")[0]),
    ["gateway.port", "logging.file", "secrets.providers.fm"],
  );
  for (const read of [() => config.gateway, () => config.gatewayMode, () => config.logFile]) {
    assert.throws(read, { code: "config_invalid" });
  }
});

test("secrets.providers: a fault is shown at the provider", () => {
  const faults = validateConfig(
    write({
      secrets: {
        providers: {
          ok: { source: "env" },
          fm: { source: "file", path: "/x", mode: "yaml" },
          ex: { source: "exec", command: "bin/tool" },
        },
      },
    }),
  );
  assert.deepEqual(
    faults.map(({ path }) => path),
    ["secrets.providers.fm", "secrets.providers.ex"],
  );
  assert.match(faults[1]!.message, /command must be an absolute path/);
});

test("JSON5, a byte-order mark and unknown keys are fine", () => {
  assert.equal(load("// hi\n{ agents: { defaults: { model: 'a/b', }, }, }\n").defaultModel.primary, "a/b");
  assert.equal(load('\uFEFF{"agents":{"defaults":{"model":"a/b"}}}').defaultModel.primary, "a/b");
  assert.equal(load("\uFEFF{agents:{defaults:{model:'a/b'}}}").defaultModel.primary, "a/b");
  assert.deepEqual(load({ bananas: 1, agents: { bananas: 1 }, gateway: { bananas: [] } }).warnings, []);
});

test("values are read in their canonical form", () => {
  const config = load({
    agents: {
      defaults: {
        model: { primary: " a/b ", fallbacks: [] },
        imageModel: " ",
        models: { "a/b": { alias: " Fast " }, "c/d": {} },
      },
      list: [{ id: "Work", name: "W", model: "a/b" }, { id: "two", default: true }, { id: "work" }],
    },
    auth: {
      profiles: { "openai-codex:x": { provider: "OpenAI-Codex", mode: "oauth" } },
      order: { OpenAI: ["openai:a"] },
      cooldowns: {
        billingBackoffHours: 0.5,
        billingBackoffHoursByProvider: { Anthropic: 3, "z.ai": 0.25 },
        authPermanentMaxMinutes: 5,
        rateLimitedProfileRotations: 0,
      },
    },
    models: {
      mode: "replace",
      providers: { ACME: { baseUrl: "http://x", models: [{ id: "m", cost: {} }] }, b: {} },
    },
    env: { A: "1", vars: { B: "2" } },
    gateway: { mode: "remote", http: { endpoints: { responses: { enabled: false } } } },
  });
  assert.deepEqual(config.defaultModel, { primary: "a/b", fallbacks: [], isString: false });
  assert.deepEqual(config.imageModel, { isString: true });
  assert.deepEqual(
    [...config.models],
    [
      ["a/b", { alias: "Fast" }],
      ["c/d", {}],
    ],
  );
  assert.deepEqual(config.agents, [
    { id: "work", name: "W", isDefault: false, model: { primary: "a/b", isString: true } },
    { id: "two", isDefault: true },
  ]);
  assert.equal(config.warnings.length, 1);
  assert.deepEqual([...config.profiles], [["openai-codex:x", { provider: "openai-codex", mode: "oauth" }]]);
  assert.deepEqual([...config.order], [["openai", ["openai:a"]]]);
  assert.equal(config.cooldowns.billingBackoffMs, 1_800_000);
  assert.deepEqual(config.cooldowns.billingBackoffsMs, { anthropic: 10_800_000, "z.ai": 900_000 });
  assert.equal(config.cooldowns.authPermanentMaxMs, 300_000);
  assert.deepEqual(config.rotations, { rateLimited: 0, overloaded: 1, overloadedBackoffMs: 0 });
  assert.equal(config.modelsMode, "replace");
  assert.deepEqual(
    [...config.providers.values()],
    [
      { id: "acme", baseUrl: "http://x", models: [{ id: "m", cost: {} }] },
      { id: "b", models: [] },
    ],
  );
  assert.deepEqual(config.env.vars, { A: "1", B: "2" });
  assert.equal(config.gatewayMode, "remote");
  assert.deepEqual(config.gateway.endpoints, { chatCompletions: true, responses: false });
});
