import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { requestAnswer, requestTokens } from "./token-endpoint.ts";

const SECRET = "fake-client-secret-0123456789";
const CODE = "fake-code-abcdefghijklmnop";

let answer: (response: ServerResponse) => void = () => {};
const server = createServer((_, response) => answer(response));
server.listen(0, "127.0.0.1");
await once(server, "listening");
after(() => {
  server.closeAllConnections();
  server.close();
});
const endpoint = {
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
  clientId: "fake-client",
  clientSecret: SECRET,
  encoding: "form",
} as const;
const ask = (timeoutMs?: number, signal?: AbortSignal) =>
  requestAnswer(endpoint, { grant_type: "authorization_code", code: CODE }, timeoutMs, signal);

test("a server that is silent, or drips, is left in time", async () => {
  for (const slow of [
    () => {},
    (response: ServerResponse) => {
      response.write("{");
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
    },
  ]) {
    answer = slow;
    assert.deepEqual(await ask(150), { kind: "failed", message: "did not answer within 0.15 s" });
  }
});

test("who does not wait any more is let go", async () => {
  answer = () => {};
  const leaving = new AbortController();
  setTimeout(() => leaving.abort(), 50);
  assert.equal((await ask(undefined, leaving.signal)).kind, "failed");
});

test("an error that repeats what was sent is shown without it", async () => {
  answer = (response) => response.end(JSON.stringify({ error: `bad ${CODE} ${SECRET}` }));
  const refused = JSON.stringify([await ask(), await requestTokens(endpoint, { code: CODE })]);
  assert.match(refused, /refused with HTTP 200/);
  assert.doesNotMatch(refused, /fake-c/);
});

test("a login is given all of the answer, a refresh its tokens", async () => {
  const body = { access_token: "fake-access", id_token: "a.b.c", account: { uuid: "17" } };
  answer = (response) => response.end(JSON.stringify(body));
  assert.deepEqual(await ask(), { kind: "answer", body });
  const tokens = { access: "fake-access", idToken: "a.b.c", expiresIn: undefined };
  assert.deepEqual(await requestTokens(endpoint, { code: CODE }), { kind: "tokens", tokens });
});

test("an answer that begins with a byte order mark is read: a refresh token was spent for it", async () => {
  answer = (response) => response.end(`\uFEFF${JSON.stringify({ access_token: "fake-access" })}`);
  assert.equal((await requestTokens(endpoint, { code: CODE })).kind, "tokens");
});

test("an answer without a lifetime: the token's own end counts", async () => {
  const claims = (exp: unknown) => `e30.${Buffer.from(JSON.stringify({ exp })).toString("base64url")}.fake`;
  const lifetime = async (body: object) => {
    answer = (response) => response.end(JSON.stringify(body));
    const result = await requestTokens(endpoint, { code: CODE });
    return result.kind === "tokens" ? result.tokens.expiresIn : result;
  };
  assert.equal(await lifetime({ access_token: claims(1_800_000_300) }), 1_800_000_300);
  assert.equal(await lifetime({ access_token: claims(1_800_000_300), expires_in: 60 }), 60);
  assert.equal(await lifetime({ access_token: "fake-access" }), undefined);
});
