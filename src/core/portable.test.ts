import assert from "node:assert/strict";
import { test } from "node:test";
import type { Credential } from "./credential.ts";
import { isPortable } from "./portable.ts";

const of = (fields: object): Credential => ({ provider: "openai", ...fields }) as Credential;
const login = { type: "oauth", access: "acc-fake", refresh: "ref-fake" };

const CASES: readonly (readonly [what: string, credential: Credential, portable: boolean])[] = [
  ["a key", of({ type: "api_key", key: "sk-fake" }), true],
  ["a key that says yes", of({ type: "api_key", key: "sk-fake", copyToAgents: true }), true],
  ["a key that says no", of({ type: "api_key", key: "sk-fake", copyToAgents: false }), false],
  ["a reference", of({ type: "api_key", keyRef: { source: "env", provider: "default", id: "K" } }), true],
  ["a token", of({ type: "token", token: "t-fake" }), true],
  ["a token that says no", of({ type: "token", token: "t-fake", copyToAgents: false }), false],
  ["a login", of(login), false],
  ["a login that says yes", of({ ...login, copyToAgents: true }), true],
  ["a login that says something", of({ ...login, copyToAgents: "yes" }), false],
  ["a login whose material is elsewhere", of({ type: "oauth", copyToAgents: true }), false],
];

for (const [what, credential, portable] of CASES) {
  test(`${what} is ${portable ? "" : "not "}portable`, () => assert.equal(isPortable(credential), portable));
}
