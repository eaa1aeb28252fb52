// Places of plans: which keys a dotted path means, and which types are known.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConfigTarget } from "./secret-plan.ts";
import { parsePlan } from "./secret-plan.ts";
import { keysIn, patternOf, placePattern, placeType, SECRET_PLACES } from "./secret-surface.ts";

const ref = { source: "env", provider: "default", id: "A_KEY" };
const only = (target: object) => parsePlan({ version: 1, targets: [{ ref, ...target }] }).targets[0]!;

test("ids with dots belong to the key that is meant", () => {
  for (const [pattern, path, keys] of [
    ["models.providers.*.apiKey", "models.providers.a.b.apiKey", ["models", "providers", "a.b", "apiKey"]],
    [
      "models.providers.*.headers.*",
      "models.providers.a.headers.x.y",
      ["models", "providers", "a", "headers", "x.y"],
    ],
    [
      "agents.list[].tts.providers.*.apiKey",
      "agents.list[2].tts.providers.p.apiKey",
      ["agents", "list", "2", "tts", "providers", "p", "apiKey"],
    ],
    ["gateway.auth.token", "gateway.auth.tokens", undefined],
  ] as const)
    assert.deepEqual(keysIn(pattern, path), keys);
});

test("each pattern is found by its name, its short name, and a place of it", () => {
  for (const pattern of SECRET_PLACES) {
    assert.equal(placePattern(pattern), pattern);
    assert.ok(placePattern(placeType(pattern)), pattern);
    const keys = pattern
      .replaceAll("[]", ".0")
      .split(".")
      .map((key) => (key === "*" ? "some" : key));
    assert.ok(patternOf(keys), pattern);
  }
});

test("both names of a type, and a profile whose id is an address", () => {
  for (const type of ["models.providers.apiKey", "models.providers.*.apiKey"])
    assert.deepEqual((only({ type, path: "models.providers.p.apiKey" }) as ConfigTarget).keys.at(2), "p");
  const path = "profiles.p:me@example.com.token";
  const profile = only({ type: "auth-profiles.token.token", path, agentId: "main" });
  assert.ok(profile.kind === "profile");
  assert.deepEqual([profile.profileId, profile.field], ["p:me@example.com", "token"]);
});

test("what is left out is as OpenClaw has it", () => {
  assert.deepEqual(parsePlan({ version: 1 }), {
    providerUpserts: new Map(),
    providerDeletes: [],
    targets: [],
    options: {
      scrubEnv: true,
      scrubAuthProfilesForProviderTargets: true,
      scrubLegacyAuthJson: true,
      fillFiles: false,
    },
  });
});
