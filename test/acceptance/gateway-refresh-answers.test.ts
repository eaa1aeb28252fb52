// What providers put into a refresh beside the standard: a login's own client, a moment for a lifetime, their own
// words for the end.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import { findProvider } from "../../src/providers/all.ts";
import { requestTokens } from "../../src/oauth/token-endpoint.ts";
import type { Answer } from "../fakes/scripted-server.ts";
import { startScriptedServer } from "../fakes/scripted-server.ts";
import * as act from "../fakes/upstream-actions.ts";
import { startTestGateway } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const { chat } = PROTOCOLS;

test("a login made with an application of the user's is refreshed by it, and ends when the answer says", async (t) => {
  const ends = Date.now() + 7_200_000;
  const server = await startScriptedServer({
    "/token": () => ({ status: "success", access_token: "fake-new", expired_in: ends }),
  });
  const gateway = await startTestGateway({
    providers: { p: { keys: [] } },
    credentials: {
      "p:ada": {
        type: "oauth",
        provider: "p",
        access: "fake-old",
        refresh: "fake-refresh",
        expires: Date.now() - 1000,
        clientId: "fake-own-client",
      },
    },
    access: { oauth: { p: { tokenUrl: `${server.url}/token`, clientId: "fake-common" } } },
    script: (call) => act.reply({ body: chat.whole(`by ${call.key}`) }),
  });
  t.after(() => Promise.all([gateway.stop(), server.stop()]));
  const answer = await gateway.post(chat.path, chat.body("p/m1", false));
  assert.match(await answer.text(), /by fake-new/);
  assert.equal(server.asked[0]!.fields["client_id"], "fake-own-client");
  const [stored] = (await gateway.store.read("main")).state.profiles;
  assert.deepEqual(stored!.credential, {
    ...stored!.credential,
    access: "fake-new",
    refresh: "fake-refresh",
    expires: ends,
    clientId: "fake-own-client",
  });
});

async function refreshAt(t: TestContext, provider: string, answer: Answer) {
  const server = await startScriptedServer({ "/token": () => answer });
  t.after(() => server.stop());
  const endpoint = { ...findProvider(provider)!.tokens!, url: `${server.url}/token` };
  return await requestTokens(endpoint, { grant_type: "refresh_token", refresh_token: "fake-refresh" });
}

describe("the end of a login in each provider's words", () => {
  const ends: [string, Answer][] = [
    ["minimax-portal", { status: "error", base_resp: { status_msg: "refresh token expired" } }],
    ["minimax-portal", [401, "no"]],
    ["kimi", [401, {}]],
    ["kimi", [403, "<html>"]],
    ["openai", [401, { error: { code: "refresh_token_reused" } }]],
    ["xai", [400, { error: "invalid_grant" }]],
  ];
  for (const [provider, answer] of ends)
    test(`${provider}: ${JSON.stringify(answer)}`, async (t) =>
      assert.equal((await refreshAt(t, provider, answer)).kind, "refused"));

  const passing: [string, Answer][] = [
    ["kimi", [429, {}]],
    ["minimax-portal", [500, { status: "error" }]],
    ["openai", [401, {}]],
    ["xai", [403, {}]],
  ];
  for (const [provider, answer] of passing)
    test(`${provider}: ${JSON.stringify(answer)} ends nothing`, async (t) =>
      assert.equal((await refreshAt(t, provider, answer)).kind, "failed"));
});
