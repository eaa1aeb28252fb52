// The login in the browser without a terminal: a person who pastes at once, and login servers that answer badly.
import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { OAuthSettings } from "../../config/config.ts";
import { AccessError } from "../../core/errors.ts";
import { findProvider } from "../../providers/all.ts";
import { loginsOf } from "../../providers/logins.ts";
import type { Login } from "../../providers/provider.ts";
import type { CommandDeps } from "../open-deps.ts";
import { browserLogin } from "./browser.ts";
import type { Obtained } from "./flow.ts";
import type { Talk } from "./talk.ts";

const NOW = Date.UTC(2026, 10, 21);
const GOOD = { access_token: "fake-access", refresh_token: "fake-refresh", expires_in: 3600 };

let url = "";
let answer: (response: ServerResponse) => void = () => {};
/** what came to the login server, newest last */
const asked: { readonly path: string; readonly type: string; readonly body: string }[] = [];
const server = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  asked.push({ path: request.url!, type: request.headers["content-type"] ?? "", body });
  answer(response);
});
before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => void server.close());

const json =
  (body: unknown, status = 200) =>
  (response: ServerResponse) =>
    void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
const text =
  (body: string, status = 200) =>
  (response: ServerResponse) =>
    void response.writeHead(status).end(body);

interface Run {
  readonly provider?: string;
  readonly settings?: OAuthSettings;
  readonly env?: Record<string, string>;
  /** What is pasted, from the address that was shown. */
  readonly paste?: (shown: URL) => string;
  readonly typed?: string;
}

function talkOf({ paste = () => "fake-code", typed }: Run, said: string[]): Talk {
  const refuse = () => assert.fail("was not to be asked");
  return {
    secret: async (_question, check) => {
      const shown = new URL(/http\S+code_challenge=\S+/.exec(said.join("\n"))![0]);
      const pasted = paste(shown);
      const problem = check(pasted);
      if (problem !== undefined) throw new Error(problem);
      return pasted;
    },
    text: async () => typed ?? refuse(),
    choose: refuse,
    chooseMany: refuse,
    confirm: refuse,
    notify: (words) => void said.push(words),
    wait: async (work) => await work(new AbortController().signal),
  };
}

async function run(options: Run = {}): Promise<Obtained & { readonly said: string }> {
  const { provider = "acme", settings = {}, env = {} } = options;
  const own = {
    authorizeUrl: `${url}/authorize`,
    tokenUrl: `${url}/token`,
    clientId: "fake-client",
    ...settings,
  };
  const known = findProvider(provider);
  const login: Login = (known ? loginsOf(known) : []).find(({ kind }) => kind === "browser") ?? {
    id: "oauth",
    kind: "browser",
    label: "Acme",
  };
  const said: string[] = [];
  const deps = {
    now: () => NOW,
    env: () => ({ SSH_TTY: "/dev/pts/1", ...env }),
    accessConfig: () => ({ oauth: { [provider]: own } }),
  } as unknown as CommandDeps;
  const about = { deps, provider, label: "Acme", login, agent: "main", force: false };
  return { ...(await browserLogin({ ...about, talk: talkOf(options, said) })), said: said.join("\n") };
}

const portOf = () => ({ redirectUri: "http://localhost:0/auth/callback" });

test("a good answer becomes a credential as OpenClaw stores it", async () => {
  answer = json(GOOD);
  const { credential, name } = await run();
  assert.deepEqual(credential, {
    type: "oauth",
    provider: "acme",
    access: "fake-access",
    refresh: "fake-refresh",
    expires: NOW + 3_600_000,
  });
  assert.equal(name, undefined);
  const sent = new URLSearchParams(asked.at(-1)!.body);
  assert.equal(sent.get("client_id"), "fake-client");
  assert.equal(sent.get("code"), "fake-code");
});

test("a bad answer of the token endpoint is a sentence, and repeats nothing of it", async () => {
  const bad: [typeof answer, RegExp][] = [
    [text("<html>fake-access</html>"), /something that is not JSON/],
    [text("", 502), /HTTP 502/],
    [(response) => void response.writeHead(302, { location: `${url}/elsewhere` }).end(), /HTTP 302/],
    [json({ error: "invalid_grant" }), /does not take the code \(invalid_grant\)/],
    [json({ error: { code: "server_error" } }), /refused with HTTP 200 \(server_error\)/],
    [json({ ...GOOD, filler: "x".repeat(300_000) }), /more than an answer can be/],
    [json({}), /without an access token/],
    [json({ ...GOOD, access_token: "fake\u001b[31m-access" }), /without an access token that can be sent/],
    [json({ ...GOOD, refresh_token: "fake\nrefresh" }), /a refresh token that cannot be sent/],
    [json({ ...GOOD, expires_in: 0 }), /an expiry that cannot be right/],
    [json({ ...GOOD, expires_in: "soon" }), /an expiry that cannot be right/],
    [json({ ...GOOD, expires_in: 253_402_300_799 }), /an expiry that cannot be right/],
    [(response) => void response.destroy(), /cannot be reached/],
  ];
  for (const [reply, words] of bad) {
    answer = reply;
    await assert.rejects(run(), (error: Error) => {
      assert.ok(error instanceof AccessError);
      assert.equal(error.code, "upstream_failed");
      assert.match(error.message, words);
      assert.match(error.message, /Nothing was changed/);
      assert.doesNotMatch(error.message, /fake-access|fake-refresh|fake-code/);
      return true;
    });
  }
});

test("OpenRouter: a random path in the place of the state, and an API key in the place of tokens", async () => {
  answer = json({ key: "sk-or-v1-fake", user_id: "17" });
  const paste = (shown: URL) => `${shown.searchParams.get("callback_url")}?code=fake-code`;
  const { credential, name } = await run({ provider: "openrouter", paste, settings: { clientId: "" } });
  assert.deepEqual(credential, { type: "api_key", provider: "openrouter", key: "sk-or-v1-fake" });
  assert.equal(name, undefined);
  const { type, body } = asked.at(-1)!;
  assert.match(type, /json/);
  assert.deepEqual(Object.keys(JSON.parse(body)).toSorted(), [
    "code",
    "code_challenge_method",
    "code_verifier",
  ]);
  const other = () => "http://127.0.0.1:1/oauth/callback/another?code=fake-code";
  await assert.rejects(run({ provider: "openrouter", paste: other }), /another login/);
});

test("Chutes: the id of the person's own application is asked for, kept, and its state wanted", async () => {
  answer = (response) => {
    const userinfo = asked.at(-1)!.path.startsWith("/me");
    json(userinfo ? { sub: "17", username: "ada" } : GOOD)(response);
  };
  const settings = { ...portOf(), userinfoUrl: `${url}/me`, clientId: "" };
  const whole = (shown: URL) => `http://localhost/?code=fake-code&state=${shown.searchParams.get("state")}`;
  const { credential, name } = await run({ provider: "chutes", settings, paste: whole, typed: " cid_fake " });
  assert.equal(name, "ada");
  assert.deepEqual(credential, {
    type: "oauth",
    provider: "chutes",
    access: "fake-access",
    refresh: "fake-refresh",
    expires: NOW + 3_600_000,
    email: "ada",
    accountId: "17",
    clientId: "cid_fake",
  });
  const env = {
    CHUTES_CLIENT_ID: "cid_env",
    CHUTES_CLIENT_SECRET: "fake-secret",
    CHUTES_OAUTH_SCOPES: "openid  x",
  };
  const { said } = await run({ provider: "chutes", settings, paste: whole, env });
  assert.match(said, /scope=openid\+x&/);
  assert.doesNotMatch(said, /fake-secret/);
  const exchange = new URLSearchParams(asked.findLast(({ path }) => path === "/token")!.body);
  assert.equal(exchange.get("client_id"), "cid_env");
  assert.equal(exchange.get("client_secret"), "fake-secret");
  await assert.rejects(run({ provider: "chutes", settings, env }), /The state is missing/);
});

test("Gemini: its application comes from the environment; without one it says where it could come from", async () => {
  answer = json(GOOD);
  const settings = { ...portOf(), userinfoUrl: `${url}/me` };
  const provider = "google-gemini-cli";
  await assert.rejects(run({ provider, settings, env: { PATH: "" } }), /npm install -g @google\/gemini-cli/);
  const env = {
    PATH: "",
    GEMINI_CLI_OAUTH_CLIENT_SECRET: "fake-secret",
    GOOGLE_CLOUD_PROJECT: "fake-project",
  };
  const { credential } = await run({ provider, settings, env });
  assert.equal(credential.type === "oauth" && credential.projectId, "fake-project");
  const exchange = new URLSearchParams(asked.findLast(({ path }) => path === "/token")!.body);
  assert.equal(exchange.get("client_secret"), "fake-secret");
});

test("a userinfo endpoint that fails costs the name alone", async () => {
  answer = (response) => (asked.at(-1)!.path === "/token" ? json(GOOD) : text("no", 500))(response);
  const { name } = await run({ settings: { userinfoUrl: `${url}/me` } });
  assert.equal(name, undefined);
});
