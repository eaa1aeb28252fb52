import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { test } from "node:test";
import { beginAttempt, codeOfAnswer, exchangeFields } from "./authorization-code.ts";

const CLIENT = {
  authorizeUrl: "https://login.example/authorize?audience=x",
  tokenUrl: "https://login.example/token",
  encoding: "form",
  clientId: "fake-client",
  scopes: ["openid", "email"],
  redirectUri: "http://localhost:1455/cb",
  params: { prompt: "consent" },
} as const;

const attempt = await beginAttempt(CLIENT, CLIENT.redirectUri);
const answer = (fields: Record<string, string>) => new URLSearchParams({ state: attempt.state!, ...fields });

test("the address holds what the standard wants, and the challenge of the verifier", async () => {
  const { searchParams } = new URL(attempt.url);
  assert.deepEqual(Object.fromEntries(searchParams), {
    audience: "x",
    response_type: "code",
    client_id: "fake-client",
    redirect_uri: CLIENT.redirectUri,
    scope: "openid email",
    code_challenge: hash("sha256", attempt.verifier, "base64url"),
    code_challenge_method: "S256",
    prompt: "consent",
    state: attempt.state!,
  });
  const other = await beginAttempt(CLIENT, CLIENT.redirectUri);
  assert.notEqual(other.state, attempt.state);
  assert.notEqual(other.verifier, attempt.verifier);
  assert.equal(exchangeFields(CLIENT, attempt, "c0de")["code_verifier"], attempt.verifier);
});

test("a code is taken with the state of its attempt, once", () => {
  assert.equal(codeOfAnswer(attempt, answer({ code: "c0de" })), "c0de");
  assert.equal(codeOfAnswer(attempt, answer({ code: "c0de", iss: "https://login.example" })), "c0de");
  assert.equal(codeOfAnswer(attempt, new URLSearchParams({ code: "c0de" }), true), "c0de");
  const twice = answer({ code: "c0de" });
  twice.append("code", "other");
  const stated = answer({ code: "c0de" });
  stated.append("state", "other");
  const bad = [
    new URLSearchParams({ code: "c0de" }),
    new URLSearchParams({ code: "c0de", state: "x".repeat(attempt.state!.length) }),
    new URLSearchParams({ code: "c0de", state: "" }),
    answer({}),
    answer({ code: "" }),
    twice,
    stated,
  ];
  for (const params of bad) assert.throws(() => codeOfAnswer(attempt, params), { code: "upstream_failed" });
});

test("an error is told in words that steer no terminal", () => {
  const evil = answer({ error: "access_denied", error_description: "\u001b[2J<b>no</b>" });
  assert.throws(() => codeOfAnswer(attempt, evil), /refused in the browser \(access_denied: \[?2J b no \/b/);
  assert.throws(
    () => codeOfAnswer(attempt, answer({ error: "server_error" })),
    /sent an error back \(server_error\)/,
  );
  assert.throws(
    () => codeOfAnswer(attempt, new URLSearchParams({ error: "access_denied" })),
    /another login/,
  );
});

test("a login that gives an API key has neither client nor state", async () => {
  const client = { ...CLIENT, encoding: "json", givesApiKey: true, scopes: [], params: {} } as const;
  const begun = await beginAttempt(client, "http://127.0.0.1:5/cb/random");
  const { searchParams } = new URL(begun.url);
  assert.equal(searchParams.get("callback_url"), "http://127.0.0.1:5/cb/random");
  assert.deepEqual([searchParams.has("state"), searchParams.has("client_id")], [false, false]);
  assert.deepEqual(Object.keys(exchangeFields(client, begun, "c0de")).toSorted(), [
    "code",
    "code_challenge_method",
    "code_verifier",
  ]);
  assert.equal(codeOfAnswer(begun, new URLSearchParams({ code: "c0de" })), "c0de");
});
