import assert from "node:assert/strict";
import { test } from "node:test";
import { holdsRedacted, redact, REDACTED, secretsIn } from "./redact.ts";

const shown = (path: string, value: unknown): unknown => redact(value, path.split("."));

const SECRET: readonly [string, unknown][] = [
  ["models.providers.acme.apiKey", "hush"],
  ["gateway.auth.token", "hush"],
  ["gateway.auth.password", "hush"],
  ["gateway.auth.password", 1234],
  ["channels.discord.botToken", "hush"],
  ["channels.x.accounts.a.appSecret", "hush"],
  ["models.providers.acme.headers.Authorization", "hush"],
  ["models.providers.acme.headers.X-Auth", "hush"],
  ["models.providers.acme.headers.x-api-key", "hush"],
  ["env.FOO_API_KEY", "hush"],
  ["env.FOO_API_KEYS", "hush,hush"],
  ["env.vars.DB_PASSWORD", "hush"],
  ["skills.entries.x.apiKeys", ["hush", "hush"]],
  ["auth.profiles.x.key", "hush"],
  ["anything.at.all", "sk-fake-0123456789"],
  ["some.args", ["--header", "Bearer fake-0123456789"]],
  ["some.note", "my key is ghp_fake0123456789"],
  ["tls.key", "-----BEGIN PRIVATE KEY-----"],
];

const PLAIN: readonly [string, unknown][] = [
  ["agents.defaults.model.primary", "openai/gpt-5.5"],
  ["agents.defaults.maxTokens", 4096],
  ["models.providers.acme.apiKey", "${ACME_API_KEY}"],
  ["models.providers.acme.apiKey", "ACME_API_KEY"],
  ["models.providers.acme.apiKey", { source: "env", provider: "default", id: "ACME_API_KEY" }],
  ["models.providers.acme.headers.X-Title", "mine"],
  ["gateway.auth.mode", "token"],
  ["auth.order.token-shop", ["token-shop:a"]],
  ["auth.profiles.x.mode", "token"],
  ["secrets.providers.vault.path", "/x/secrets.json"],
  ["env.shellEnv.enabled", true],
  ["env.EDITOR", "vi"],
  ["x.apiKey", ""],
  ["x.apiKey", null],
];

for (const [path, value] of SECRET)
  test(`${path} = ${JSON.stringify(value)} is a secret`, () => {
    assert.match(JSON.stringify(shown(path, value)), new RegExp(REDACTED));
    assert.doesNotMatch(JSON.stringify(shown(path, value)), /hush|fake|1234|BEGIN/);
  });

for (const [path, value] of PLAIN)
  test(`${path} = ${JSON.stringify(value)} is shown`, () => assert.deepEqual(shown(path, value), value));

test("a URL is shown without what stands before its host", () => {
  assert.equal(shown("x.baseUrl", "https://me:hush@host/v1"), `https://${REDACTED}@host/v1`);
  assert.equal(shown("x.baseUrl", "https://me:hu@sh@host/v1"), `https://${REDACTED}@host/v1`);
});

test("a URL is shown without the values of its query", () => {
  const url = (text: string) => shown("x.baseUrl", text);
  assert.equal(url("https://host/v1?key=hush&b=hush@c"), `https://host/v1?key=${REDACTED}&b=${REDACTED}`);
  assert.equal(url("at https://host?hush#token=hush"), `at https://host?${REDACTED}#token=${REDACTED}`);
  assert.equal(url("https://host/v1?key=${ACME_KEY}#part"), "https://host/v1?key=${ACME_KEY}#part");
  assert.equal(url("https://host/v1?key="), "https://host/v1?key=");
  assert.equal(url("https://host:1/v1#part"), "https://host:1/v1#part");
});

test("the stand-in is found wherever it stands", () => {
  assert.ok(holdsRedacted({ a: [`x ${REDACTED}`] }));
  assert.ok(!holdsRedacted(undefined));
});

test("secrets are told with their place, as they are sent; what only points to one is none", () => {
  const document = {
    apiKey: "hush-1",
    headers: { Authorization: "Bearer hush-2", "x-team": "blue" },
    list: [{ token: "hush-3" }, { token: "${ACME_TOKEN}" }, { token: "$ACME_TOKEN" }, { token: REDACTED }],
    login: { access: "hush-4", refresh: "hush-5" },
    note: "the key is sk-fake0123456789, and no other",
    baseUrl: "https://me:hush-6@host/v1?key=hush-7&view=all",
    keyRef: { source: "env", provider: "default", id: "ACME_KEY" },
    maxTokens: 4096,
  };
  assert.deepEqual(
    [...secretsIn(document, ["p"])].map(({ path, value }) => [path.join("."), value]),
    [
      ["p.apiKey", "hush-1"],
      ["p.headers.Authorization", "hush-2"],
      ["p.list.0.token", "hush-3"],
      ["p.login.access", "hush-4"],
      ["p.login.refresh", "hush-5"],
      ["p.note", "sk-fake0123456789"],
      ["p.baseUrl", "hush-6"],
      ["p.baseUrl", "hush-7"],
    ],
  );
});
