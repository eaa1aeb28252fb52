import assert from "node:assert/strict";
import { test } from "node:test";
import { openai } from "../providers/openai.ts";
import { identityIn, jwtClaims, OPENID_PLACES, sourcesOf } from "./identity.ts";

const jwt = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;

test("OpenID Connect: e-mail address and subject of the id token", () => {
  const answer = { access_token: "opaque", id_token: jwt({ sub: "17", email: "ada@example.com" }) };
  const identity = identityIn(sourcesOf(answer), OPENID_PLACES);
  assert.deepEqual(identity, { email: "ada@example.com", accountId: "17" });
});

test("ChatGPT: the account is a claim of the access token, the address one of either", () => {
  const places = openai.logins!.find(({ id }) => id === "oauth")!.browser!.identity!;
  const access_token = jwt({
    "https://api.openai.com/auth": { chatgpt_account_id: "acc-1" },
    "https://api.openai.com/profile": { email: "ada@example.com" },
  });
  const expected = { email: "ada@example.com", accountId: "acc-1" };
  assert.deepEqual(identityIn(sourcesOf({ access_token }), places), expected);
  const other = identityIn(
    sourcesOf({ access_token, id_token: jwt({ email: "other@example.com", sub: "17" }) }),
    places,
  );
  assert.deepEqual(other, { ...expected, email: "other@example.com" });
});

test("what cannot be a name is none", () => {
  for (const email of ["", "a b", "\u001b[31mx", "x".repeat(300), 7, null, {}])
    assert.deepEqual(identityIn({ answer: {}, id: { email } }, OPENID_PLACES), {});
});

test("what is no JWT has no claims", () => {
  for (const token of [undefined, "", "a.b", "a.b.c", `e30.${Buffer.from("[]").toString("base64url")}.s`, {}])
    assert.equal(jwtClaims(token), undefined);
});
