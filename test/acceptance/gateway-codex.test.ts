// A story: the login that Codex lends, in a running gateway. When its access token has ended, Codex's file is read
// again; nobody but Codex ever spends the refresh token.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { responsesBody } from "../fakes/wire-samples.ts";
import { reply } from "../fakes/upstream-actions.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway } from "../support/gateway.ts";

const jwt = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.fake`;
const HOUR = 3600;
const access = (n: number, endsInS: number, account = "acct-fake") =>
  jwt({
    n,
    exp: Math.floor(Date.now() / 1000) + endsInS,
    "https://api.openai.com/auth": { chatgpt_account_id: account },
  });
const OLD = access(0, -HOUR);
const stored = {
  type: "oauth",
  provider: "openai",
  access: OLD,
  expires: Date.now() - HOUR * 1000,
  accountId: "acct-fake",
} as const;

let codexHome: string;
let gateway: TestGateway;
const codexHas = (access_token: string) =>
  writeFileSync(
    join(codexHome, "auth.json"),
    JSON.stringify({ tokens: { access_token, refresh_token: "rt_fake", account_id: "acct-fake" } }),
  );

before(() => (codexHome = mkdtempSync(join(tmpdir(), "codex-home-"))));
after(() => rmSync(codexHome, { recursive: true }));

/** Codex's file first: a gateway looks at logins that have ended as soon as it starts. */
async function startWith(token: string): Promise<void> {
  codexHas(token);
  gateway = await startTestGateway({
    providers: { openai: { api: "openai-responses", keys: ["spare"] } },
    credentials: { "openai:default": stored },
    order: { openai: ["openai:default", "openai:spare"] },
    env: { CODEX_HOME: codexHome },
    access: { gateway: { maxWaitMs: 0 }, oauth: { openai: { tokenUrl: "http://127.0.0.1:9/token" } } },
    script: () => reply({ body: responsesBody("hello") }),
  });
}
afterEach(() => gateway.stop());

const ask = async () => {
  const answer = await gateway.post("/v1/responses", { model: "openai/m1", input: "hi" });
  assert.equal(answer.status, 200, await answer.text());
};
const storedNow = async () =>
  (await gateway.store.read("main")).state.profiles.find(({ id }) => id === "openai:default")!.credential;

test("what Codex has renewed is used and stored, without the refresh token", async () => {
  const fresh = access(1, HOUR);
  await startWith(fresh);
  await ask();
  assert.deepEqual(
    gateway.upstream.calls.map(({ key }) => key),
    [fresh],
  );
  const credential = await storedNow();
  assert.deepEqual(
    [credential.type === "oauth" && credential.access, "refresh" in credential],
    [fresh, false],
  );
});

for (const [name, text] of [
  ["Codex has not renewed its login", OLD],
  ["what Codex has is newer and has ended too", access(3, -60)],
  ["Codex is logged in to another account", access(2, HOUR, "acct-other")],
] as const)
  test(`${name}: the next credential answers, and the login stays as it was`, async () => {
    await startWith(text);
    await ask();
    assert.deepEqual(gateway.tried(), ["openai.spare"]);
    assert.deepEqual(await storedNow(), stored);
  });

test("AWS's own credentials that are not there: that is said, nothing is sent, and nothing is barred", async () => {
  gateway = await startTestGateway({
    providers: { "amazon-bedrock": { api: "openai-responses", keys: [], config: { auth: "aws-sdk" } } },
    env: { AWS_PROFILE: "work" },
    access: { gateway: { maxWaitMs: 0 } },
  });
  const answer = await gateway.post("/v1/responses", { model: "amazon-bedrock/m1", input: "hi" });
  assert.equal(answer.status, 503);
  assert.match(await answer.text(), /No AWS credentials were found: .* the profile work/);
  assert.deepEqual(gateway.upstream.calls, []);
  const { bars } = await gateway.health("env:AWS_PROFILE#1");
  assert.deepEqual(bars, []);
});
