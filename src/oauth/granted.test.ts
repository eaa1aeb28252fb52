import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { grantedKey, grantedTokens } from "./granted.ts";

const NOW = Date.UTC(2026, 10, 21);
const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;
const grant = (answer: object) =>
  grantedTokens({ access_token: "fake-access", refresh_token: "fake-refresh", ...answer }, NOW);
const expiryOf = (answer: object) => {
  const granted = grant(answer);
  return granted.kind === "granted" && granted.expires !== undefined ? granted.expires - NOW : granted.kind;
};

test("a lifetime is seconds, also as text; without one a claim of the token tells it, else it is an hour", () => {
  assert.equal(expiryOf({ expires_in: 7200 }), 7_200_000);
  assert.equal(expiryOf({ expires_in: "7200" }), 7_200_000);
  assert.equal(expiryOf({ access_token: jwt({ exp: NOW / 1000 + 600 }) }), 600_000);
  assert.equal(expiryOf({}), 3_600_000);
  assert.equal(expiryOf({ refresh_token: null }), "granted");
});

test("a login with an expiry that cannot be is not stored", () => {
  for (const expires_in of [
    0,
    -1,
    "soon",
    "",
    [],
    [3600],
    {},
    true,
    Number.NaN,
    1e300,
    253_402_300_799,
    "1e3",
  ])
    assert.equal(expiryOf({ expires_in }), "unusable", String(expires_in));
});

test("tokens that no header can carry are not stored", () => {
  for (const token of ["", "two words", "line\nbreak", "\u001b[31m", "x".repeat(20_000), 7, {}, "é"]) {
    assert.equal(grant({ access_token: token }).kind, "unusable");
    if (token !== "") assert.equal(grant({ refresh_token: token }).kind, "unusable");
    assert.equal(grantedKey({ key: token }), undefined);
  }
});

test("property: whatever comes, the outcome is tokens that end in the future, or a sentence", () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), fc.anything(), (access, refresh, expiry) => {
      const granted = grantedTokens(
        { access_token: access, refresh_token: refresh, expires_in: expiry },
        NOW,
      );
      if (granted.kind === "granted") assert.ok(granted.expires === undefined || granted.expires > NOW);
      else assert.match(granted.message, /^answered /);
    }),
  );
});
