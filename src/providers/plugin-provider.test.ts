import assert from "node:assert/strict";
import { test } from "node:test";
import { classify } from "../core/failure/classify.ts";
import { findProvider, PROVIDERS } from "./all.ts";
import type { ProviderPlugin } from "./plugin.ts";
import { conflictWith, providerOf } from "./plugin-provider.ts";
import { checkProvider } from "./plugin-shape.ts";

const SOURCE = { spec: "./acme", entry: "/acme/index.js", readable: [], options: {}, trusted: false };
const BASE = {
  id: "acme",
  label: "Acme",
  api: "openai-completions",
  baseUrl: "https://a.example/v1",
} as const;

/** As it arrives from the plugin's process: functions are `true`. */
function made(more: Partial<ProviderPlugin>) {
  const sent: unknown = JSON.parse(
    JSON.stringify({ ...BASE, ...more }, (_, value: unknown) => (typeof value === "function" ? true : value)),
  );
  const checked = checkProvider(sent);
  if ("fault" in checked) throw new Error(checked.fault);
  return providerOf(checked.value, SOURCE);
}

test("logins: an API key unless told, a function, the standard flows with where they are refreshed", () => {
  assert.equal(made({}).logins, undefined);
  assert.deepEqual(made({ auth: [] }).logins, []);
  assert.deepEqual(made({ syntheticAuth: { marker: "acme-local" } }).logins, []);
  const oauth = {
    tokenUrl: "https://a.example/token",
    deviceUrl: "https://a.example/device",
    clientId: "c1",
    scopes: ["a"],
  };
  const { logins, tokens } = made({
    auth: [
      {
        id: "sso",
        kind: "code",
        label: "Sign-on",
        run: () => ({ credential: { type: "api_key", key: "k" } }),
      },
      { id: "device", kind: "device", label: "Device", profile: "home", oauth },
    ],
  });
  assert.deepEqual(logins?.[0], { id: "sso", kind: "code", label: "Sign-on" });
  const { id, kind, profile, device } = logins![1]!;
  assert.deepEqual([id, kind, profile], ["device", "device", "home"]);
  assert.deepEqual(device, {
    tokenUrl: oauth.tokenUrl,
    clientId: "c1",
    deviceUrl: oauth.deviceUrl,
    scopes: ["a"],
  });
  assert.deepEqual(tokens, { encoding: "form", url: oauth.tokenUrl, clientId: "c1" });
});

test("failures: words count as they stand, whatever characters they have", () => {
  const { plugin } = made({
    failures: [
      { code: ["sold.out"], kind: "billing" },
      { text: ["a+b (now)"], status: [418], kind: "overloaded", scope: "account" },
    ],
  });
  const kindOf = (status: number, error: object) =>
    classify("acme", { transport: "http", status, headers: {}, body: { error } }, 0, plugin?.failures);
  assert.equal(kindOf(400, { message: "No", code: "SOLD.OUT" }).kind, "billing");
  assert.notEqual(kindOf(400, { message: "No", code: "soldXout" }).kind, "billing");
  const busy = kindOf(418, { message: "We are at A+B (now)." });
  assert.deepEqual([busy.kind, busy.scope], ["overloaded", "account"]);
  assert.notEqual(kindOf(419, { message: "We are at A+B (now)." }).kind, "overloaded");
  assert.equal(kindOf(401, { message: "Incorrect API key" }).kind, "auth");
});

test("ids and variables of others are refused", () => {
  const cases: [Partial<ProviderPlugin>, RegExp | undefined][] = [
    [{}, undefined],
    [{ env: ["ACME_API_KEY", "ACME_TOKEN"], aliases: ["ac"] }, undefined],
    [{ id: "openai" }, /"openai" is OpenAI/],
    [{ id: "z-ai" }, /"z-ai" is/],
    [{ aliases: ["acme"] }, /aliases: must differ/],
    [{ aliases: ["groq"] }, /"groq" is/],
    [{ env: ["ANTHROPIC_API_KEY_2"] }, /ANTHROPIC_API_KEY_2 holds keys of/],
    [{ env: ["AWS_SECRET_ACCESS_KEY"] }, /AWS_SECRET_ACCESS_KEY/],
    [{ env: ["OPENCLAW_LIVE_OPENAI_KEY"] }, /OPENCLAW_LIVE_OPENAI_KEY/],
  ];
  for (const [more, expected] of cases) {
    const conflict = conflictWith(made(more), PROVIDERS);
    if (expected) assert.match(conflict ?? "", expected, JSON.stringify(more));
    else assert.equal(conflict, undefined);
  }
  assert.equal(findProvider("acme"), undefined);
});

test("a declaration says where it is wrong", () => {
  const cases: [unknown, string][] = [
    [7, "must be an object"],
    [{ ...BASE, id: "A" }, "id: must be lower-case"],
    [{ ...BASE, label: "a\nb" }, "label: must be text of 1 to 100 characters on one line"],
    [{ ...BASE, env: ["A B"] }, "env[0]: must be the name of an environment variable"],
    [
      { ...BASE, header: { name: "Content-Length", value: "{key}" } },
      "header.name: must not be a header that",
    ],
    [{ ...BASE, header: { name: "x" } }, "header.value: is missing"],
    [{ ...BASE, header: { name: "x", value: "k" } }, "header.value: must hold {key}"],
    [{ ...BASE, failures: [{ kind: "billing" }] }, "failures[0]: needs status, code or text"],
    [{ ...BASE, failures: [{ kind: "odd", status: [400] }] }, "failures[0].kind: must be one of"],
    [{ ...BASE, catalog: { models: [{ id: "a b" }] } }, "catalog.models[0].id: must be an id of a model"],
    [{ ...BASE, catalog: { list: [] } }, "catalog.list: must be a function"],
    [
      {
        ...BASE,
        auth: [
          { id: "b", kind: "browser", label: "B", oauth: { clientId: "c", tokenUrl: "https://t.example" } },
        ],
      },
      "auth[0].oauth: needs authorizeUrl",
    ],
  ];
  for (const [declared, expected] of cases) {
    const checked = checkProvider(declared);
    assert.ok("fault" in checked && checked.fault.startsWith(expected), JSON.stringify(checked));
  }
});
