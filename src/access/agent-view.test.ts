// What a view knows of logins, with readings of the test.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Credential, OAuthCredential } from "../core/credential.ts";
import { freshnessOf } from "../core/refresh.ts";
import type { Environment } from "../secrets/env.ts";
import type { LoginFacts } from "../store/store.ts";
import { EMPTY_CONFIG as config } from "../../test/support/live-agents.ts";
import { viewOf } from "./agent-view.ts";

const NOW = 1_800_000_000_000;
const MINUTE = 60_000;

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.fake`;
const livesFor = (minutes: number, since = NOW) =>
  jwt({ iat: since / 1000, exp: since / 1000 + minutes * 60 });

function stored(credential: Credential, env: Environment) {
  const profiles = [{ id: "p:ada", credential, generation: "g" }];
  const [order, health, lastGood] = [new Map(), new Map(), new Map()];
  const own = { version: "1", state: { profiles, order, health, lastGood, warnings: [] } };
  const view = viewOf({ agent: "main", config, env, own, fingerprint: () => "f", now: NOW });
  return [view.snapshot.profiles.find(({ id }) => id === "p:ada")!, view] as const;
}

function viewed(access: string, leftMs: number, facts?: LoginFacts) {
  const credential: OAuthCredential = {
    type: "oauth",
    provider: "p",
    access,
    refresh: "fake-refresh",
    expires: NOW + leftMs,
  };
  const profiles = [{ id: "p:ada", credential, generation: "g" }];
  const [order, health, lastGood] = [new Map(), new Map(), new Map()];
  const logins = facts && { logins: new Map([["p:ada", facts]]) };
  const own = { version: "1", state: { profiles, order, health, lastGood, warnings: [], ...logins } };
  const view = viewOf({ agent: "main", config, env: {}, own, fingerprint: () => "f", now: NOW });
  return view.snapshot.profiles.find(({ id }) => id === "p:ada")!;
}

test("a short-lived token that nobody refreshed yet is not due as soon as it is there", () => {
  const fresh = viewed(livesFor(5), 5 * MINUTE);
  assert.equal(fresh.lifetimeMs, 5 * MINUTE);
  assert.equal(freshnessOf(fresh, true, NOW, 1), "fresh");
  assert.equal(freshnessOf(fresh, true, NOW + 4 * MINUTE, 0), "due");
  assert.equal(freshnessOf(viewed("opaque", 5 * MINUTE), true, NOW, 0), "due", "nothing is known of it");
});

const fits = { type: "api_key", provider: "p" } as const;
const unfit: readonly (readonly [string, Credential, Environment])[] = [
  [
    "a variable",
    { ...fits, keyRef: { source: "env", provider: "default", id: "P" } },
    { P: "sk-fake\nother" },
  ],
  ["a shorthand", { ...fits, key: "$P" }, { P: "sk-fake-“0123”" }],
  ["a stored key", { ...fits, key: "sk-fake-\u200b0123" }, {}],
];
for (const [what, credential, env] of unfit)
  test(`what no header can hold is told, and is not called with: ${what}`, () => {
    const [profile, view] = stored(credential, env);
    assert.equal(profile.problem, "unresolved_ref");
    assert.match(view.unresolved.get("p:ada")!.why, /no header can hold/);
    assert.equal(view.secrets.has("p:ada"), false);
  });

test("what the family knows of a token comes before what it says itself", () => {
  assert.equal(viewed(livesFor(5), 5 * MINUTE, { lifetimeMs: 7 * MINUTE }).lifetimeMs, 7 * MINUTE);
  assert.equal(viewed(livesFor(5), 9 * MINUTE).lifetimeMs, 9 * MINUTE, "never less than it has left");
});

const silent = [livesFor(600), livesFor(-5), jwt({ iat: "x", exp: 9 }), jwt({}), "a.b.c", "", "e30..x"];
for (const access of silent)
  test(`a token that tells no short lifetime: ${access.slice(0, 40)}`, () =>
    assert.equal(viewed(access, 5 * MINUTE).lifetimeMs, undefined));

test("a program that the config names is a credential beside a login that is stored under its id", () => {
  const profilesOf = (credential: Credential, apiKey?: string) => {
    const profiles = [{ id: "p:ada", credential, generation: "g" }];
    const [order, health, lastGood] = [new Map(), new Map(), new Map()];
    const own = { version: "1", state: { profiles, order, health, lastGood, warnings: [] } };
    const named = { ...config, cliBackends: new Map([["my-cli", { command: "my" }]]) };
    const keyed = { id: "my-cli", models: [], ...(apiKey === undefined ? {} : { apiKey }) };
    const providers = new Map(apiKey === undefined ? [] : [["my-cli", keyed]]);
    const inputs = { agent: "main", config: { ...named, providers }, env: {}, own, now: NOW };
    const { snapshot } = viewOf({ ...inputs, fingerprint: () => "f" });
    return snapshot.profiles.map(({ id, keptBy }) => [id, keptBy]);
  };
  const login = { type: "oauth", provider: "my-cli", access: "fake", expires: NOW + MINUTE } as const;
  const program = ["config:my-cli", "my-cli"];
  assert.deepEqual(profilesOf(login), [["p:ada", undefined], program]);
  assert.deepEqual(profilesOf({ type: "api_key", provider: "q", key: "sk-fake" }), [
    ["p:ada", undefined],
    program,
  ]);
  const ids = profilesOf(login, "sk-fake").map(([id]) => id);
  assert.equal(new Set(ids).size, ids.length, "an id is one credential's");
});
