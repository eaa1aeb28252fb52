import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../core/secret.ts";
import type { ExchangeEndpoint } from "./exchange.ts";
import { judgedExchange } from "./exchange.ts";
import type { ServerAnswer } from "./server-call.ts";

const NOW = 1_800_000_000_000;
const SENT = "ghu_fake_0123456789abcdef";
const HTTPS: ExchangeEndpoint = { url: "https://api.github.example/token", lifetimeSeconds: 1500 };

const judge = (status: number, body?: Record<string, unknown>, endpoint = HTTPS) => {
  const answer: ServerAnswer = { kind: "answer", status, headers: {}, body };
  return judgedExchange("github-copilot", endpoint, answer, new Secret(SENT), NOW);
};
const given = (body: Record<string, unknown>, endpoint = HTTPS) => {
  const result = judge(200, { token: "tid=fake", ...body }, endpoint);
  assert.ok("secret" in result);
  return result;
};

test("the end is what the answer says, where that can be", () => {
  assert.equal(given({ expires_at: NOW / 1000 + 60 }).expiresAt, NOW + 60_000);
  for (const odd of [undefined, null, 0, -1, "soon", 9e12, NOW, { a: 1 }])
    assert.equal(given({ expires_at: odd }).expiresAt, NOW + 1_500_000, String(odd));
});

test("the token's own place is taken, but never one in the clear", () => {
  const base = (body: Record<string, unknown>, endpoint = HTTPS) => given(body, endpoint).baseUrl;
  const api = (address: string) => ({ endpoints: { api: address } });
  assert.equal(base({}), undefined);
  assert.equal(base(api("https://api.business.example/")), "https://api.business.example");
  assert.equal(
    base({ token: "tid=a;proxy-ep=proxy.business.example;exp=1" }),
    "https://api.business.example",
  );
  assert.equal(base(api("http://api.example")), undefined);
  assert.equal(
    base(api("http://127.0.0.1:1/x"), { ...HTTPS, url: "http://127.0.0.1:2" }),
    "http://127.0.0.1:1/x",
  );
  for (const odd of ["file:///x", "https://a:b@c.example", "nonsense"])
    assert.equal(base(api(odd)), undefined);
  assert.equal(base({ endpoints: "x" }), undefined);
});

test("a refusal is named for what it is, and repeats no secret", () => {
  const kindOf = (status: number, body?: Record<string, unknown>) => {
    const result = judge(status, body);
    assert.ok("failure" in result);
    assert.equal(result.failure.scope, "account");
    assert.ok(!result.failure.message.includes(SENT));
    return result.failure.kind;
  };
  assert.equal(kindOf(401, { message: `Bad credentials ${SENT}` }), "auth_permanent");
  assert.equal(kindOf(404, { message: "Not Found" }), "auth_permanent");
  assert.equal(kindOf(403, { message: "No access to GitHub Copilot found." }), "billing");
  assert.equal(kindOf(403, { message: "Resource not accessible by integration" }), "auth");
  assert.equal(kindOf(403, { message: "API rate limit exceeded for user" }), "rate_limit");
  assert.equal(kindOf(429, { message: "slow down" }), "rate_limit");
  assert.equal(kindOf(500), "server_error");
  assert.equal(kindOf(200, {}), "timeout");
  assert.equal(kindOf(200, { token: "a\nb" }), "timeout");
});

test("Meta gives an API key", () => {
  const result = judge(200, { api_key: "LLM|fake" });
  assert.ok("secret" in result && result.secret.reveal() === "LLM|fake");
});
