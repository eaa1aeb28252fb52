// Logins in the browser, at a terminal, against a real identity provider: the way back by the callback, by a
// paste, and everything that can go wrong on it.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import { send as request } from "../support/http-client.ts";
import { startIdentityProvider } from "../support/identity-provider.ts";
import type { Keys, Screen, TerminalOptions } from "../support/terminal.ts";
import { atTerminal, CTRL_C, ENTER } from "../support/terminal.ts";

const idp = await startIdentityProvider();
after(() => idp.stop());

const SIGN_IN = /(http:\/\/\S+[?&]code_challenge=\S+)[^]*Waiting for the browser/;
const LOGIN = ["models", "auth", "login", "--provider", "acme", "--method", "oauth"];

/** A provider that only access.json knows. */
function homeWith(settings: object = {}, provider = "acme"): CliHome {
  const home = cliHome();
  home.write(
    ".openclaw/access.json",
    JSON.stringify({ oauth: { [provider]: { ...idp.settings, ...settings } } }),
  );
  return home;
}

const login = async (home: CliHome, send: Keys["send"], words = LOGIN, options: TerminalOptions = {}) =>
  await atTerminal(home.path, words, [{ after: SIGN_IN, send }], options);

const profilesOf = async (home: CliHome): Promise<string[]> =>
  (await home.json("models", "auth", "list")).profiles.map(({ id }: { id: string }) => id);

/** Says yes in the browser, which then comes back. */
const comeBack =
  (email?: string) =>
  async ([, url]: RegExpExecArray): Promise<string> => {
    const answer = await fetch(await idp.approve(url!, email));
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /came through/);
    return "";
  };

const redirectOf = (signIn: string): URL => new URL(new URL(signIn).searchParams.get("redirect_uri")!);

/** Whether nobody holds the port of an address. */
async function isFree({ port }: { readonly port: string | number }): Promise<boolean> {
  const server = createServer();
  server.listen(Number(port), "127.0.0.1");
  const [event] = await Promise.race([
    once(server, "listening").then(() => ["free"]),
    once(server, "error").then(() => ["taken"]),
  ]);
  server.close();
  return event === "free";
}

/** A login that must end with exit 1 and these words, its port free and nothing stored. */
async function assertFails(what: { send: Keys["send"]; says: RegExp; settings?: object; words?: string[] }) {
  const home = homeWith(what.settings);
  let port = "";
  const { exit, text } = await login(
    home,
    async (shown) => {
      port = redirectOf(shown[1]!).port;
      return typeof what.send === "string" ? what.send : await what.send(shown);
    },
    what.words,
  );
  assert.equal(exit, 1, text);
  assert.match(text.replaceAll(/\s+/g, " "), what.says);
  assert.match(text.replaceAll(/\s+/g, " "), /Nothing was changed/);
  assert.ok(await isFree({ port }));
  assert.deepEqual(await profilesOf(home), []);
  home.remove();
}

test("the browser comes back, and the profile is named by the e-mail address; a second account stands beside it", async () => {
  const home = homeWith();
  const { exit, text } = await login(home, comeBack("ada@example.com"));
  assert.equal(exit, 0, text);
  assert.match(text, /Auth profile: acme:ada@example\.com \(acme\/oauth\)/);
  await login(home, comeBack("grace@example.com"));
  assert.deepEqual(await profilesOf(home), ["acme:ada@example.com", "acme:grace@example.com"]);
  home.remove();
});

test("an account without an e-mail address is named by its id; --profile-id has the last word", async () => {
  const home = homeWith();
  await login(home, comeBack("user-17"));
  await login(home, comeBack("ada@example.com"), [...LOGIN, "--profile-id", "acme:work"]);
  assert.deepEqual(await profilesOf(home), ["acme:user-17", "acme:work"]);
  home.remove();
});

test("what the browser ends at can be pasted, whole or in parts", async () => {
  const forms = [
    (url: URL) => url.href,
    (url: URL) => `${url.searchParams.get("code")}#${url.searchParams.get("state")}`,
    (url: URL) => url.searchParams.get("code")!,
  ];
  for (const form of forms) {
    const home = homeWith();
    const paste: Keys["send"] = async ([, url]) => form(await idp.approve(url!)) + ENTER;
    const { exit, text } = await login(home, paste);
    assert.equal(exit, 0, text);
    assert.deepEqual(await profilesOf(home), ["acme:ada@example.com"]);
    home.remove();
  }
});

test("the answer to another login ends this one", async () => {
  const foreign = async (signIn: string) => {
    const back = await idp.approve(signIn);
    back.searchParams.set("state", "x".repeat(43));
    return back;
  };
  const says = /answer to another login/;
  await assertFails({
    says,
    async send([, url]) {
      assert.equal((await fetch(await foreign(url!))).status, 400);
      return "";
    },
  });
  await assertFails({ says, send: async ([, url]) => (await foreign(url!)).href + ENTER });
});

test("a code is good for one login", async () => {
  const home = homeWith();
  let code = "";
  await login(home, async ([, url]) => (code = (await idp.approve(url!)).searchParams.get("code")!) + ENTER);
  home.remove();
  await assertFails({ send: () => code + ENTER, says: /does not take the code \(invalid_grant\)/ });
});

test("a request of another site's page, or to another name, ends the login without its code", async () => {
  for (const headers of [{ origin: "https://evil.example" }, { host: "evil.example" }]) {
    await assertFails({
      says: /Another site sent a request/,
      async send([, url]) {
        const back = await idp.approve(url!);
        assert.equal((await request(back.href, { method: "GET", headers })).status, 403);
        return "";
      },
    });
  }
});

test("only a GET of the path is a way back", async () => {
  const home = homeWith();
  const { exit } = await login(home, async (shown) => {
    const redirect = redirectOf(shown[1]!);
    assert.equal((await fetch(redirect, { method: "POST" })).status, 405);
    assert.equal((await fetch(new URL("/favicon.ico", redirect))).status, 404);
    return await comeBack()(shown);
  });
  assert.equal(exit, 0);
  home.remove();
});

test("who says no in the browser is told so", async () => {
  await assertFails({
    says: /The login was refused in the browser \(access_denied/,
    async send([, url]) {
      const page = await (await fetch(await idp.deny(url!))).text();
      assert.match(page, /did not work/);
      return "";
    },
  });
});

test("where the port is taken, the paste goes on", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const home = homeWith({ redirectUri: `http://localhost:${port}/auth/callback` });
  const { exit, text } = await login(home, async ([, url]) => (await idp.approve(url!)).href + ENTER);
  assert.equal(exit, 0, text);
  assert.match(text, new RegExp(`another program uses port ${port}`));
  server.close();
  home.remove();
});

test("Ctrl-C leaves at once: the port is free, the terminal as it was, nothing changed", async () => {
  const home = homeWith();
  let redirect = new URL("http://localhost");
  const { exit, text, settings } = await login(home, ([, url]) => {
    redirect = redirectOf(url!);
    return CTRL_C;
  });
  assert.equal(exit, 130);
  assert.match(text, /Cancelled\. Nothing was changed\./);
  assert.match(settings, / icanon /);
  assert.ok(await isFree(redirect));
  assert.deepEqual(
    home.files().filter((file) => file.endsWith(".sqlite")),
    [],
  );
  home.remove();
});

test("--force takes the provider's other profiles away with the new login, and a login that fails takes nothing", async () => {
  const home = homeWith();
  const paste = (id: string, provider: string) =>
    home.run(["models", "auth", "paste-api-key", "--provider", provider, "--profile-id", id], {
      stdin: "fake-key-abcdefgh-12345678",
    });
  await paste("acme:old", "acme");
  await paste("groq:kept", "groq");
  await home.run(["models", "auth", "order", "set", "--provider", "acme", "acme:old"]);
  const before = await home.json("models", "auth", "list");
  const deny: Keys["send"] = async ([, url]) => ((await fetch(await idp.deny(url!))) ? "" : "");
  assert.equal((await login(home, deny, [...LOGIN, "--force"])).exit, 1);
  assert.deepEqual(await home.json("models", "auth", "list"), before);
  const { exit, text } = await login(home, comeBack(), [...LOGIN, "--force"]);
  assert.equal(exit, 0, text);
  assert.match(text, /Removed \(--force\): acme:old/);
  assert.match(text.replaceAll(/\s+/g, " "), /Nothing was revoked at the provider/);
  assert.deepEqual(await profilesOf(home), ["acme:ada@example.com", "groq:kept"]);
  home.remove();
});

test("OpenAI by its own data: its callback, the note on its stance, the default model", async () => {
  const home = homeWith({ redirectUri: "http://localhost:0/auth/callback" }, "openai");
  home.write(".openclaw/openclaw.json", '{ agents: { defaults: { model: "groq/some-model" } } }');
  const words = ["models", "auth", "login", "--provider", "openai", "--method", "oauth", "--set-default"];
  const { exit, text } = await login(home, comeBack(), words);
  assert.equal(exit, 0, text);
  assert.match(text, /Note \(\d{4}-\d\d\): \S+/);
  assert.match(text, /originator=openclaw/);
  assert.match(text, /Auth profile: openai:ada@example\.com/);
  assert.match(text, /Default model: openai\/gpt-5\.6-sol/);
  home.remove();
});

test("--json: one document on stdout, the address and the talk on stderr", async () => {
  const home = homeWith();
  const { exit, text }: Screen = await login(home, comeBack(), [...LOGIN, "--json"], {
    redirect: `> ${home.path}/out.json`,
  });
  assert.equal(exit, 0, text);
  const report = JSON.parse(home.read("out.json"));
  assert.equal(report.profileId, "acme:ada@example.com");
  assert.equal(report.type, "oauth");
  assert.doesNotMatch(JSON.stringify(report), /eyJ|code=/);
  home.remove();
});

test("without a terminal it says what to do, and does not hang", async () => {
  const home = homeWith();
  const { exit, out, err } = await home.run([...LOGIN, "--json"]);
  assert.equal(exit, 1);
  assert.equal(JSON.parse(out).error?.code ?? "no_terminal", "no_terminal");
  assert.match(out + err, /terminal/);
  assert.match(out + err, /paste-token/);
  home.remove();
});

test("over SSH the paste leads, with the other ways", async () => {
  const home = homeWith({ redirectUri: "http://localhost:0/auth/callback" }, "openai");
  const words = ["models", "auth", "login", "--provider", "openai", "--method", "oauth"];
  const env = { SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22", DISPLAY: ":10" };
  const { text } = await login(home, CTRL_C, words, { env });
  const said = text.replaceAll(/\s+/g, " ");
  assert.match(said, /remote machine.*copy that whole address, and paste it here.*--method device-code/);
  home.remove();
});

test("where there is a screen the browser is opened, and is given none of the keys", async () => {
  const home = homeWith();
  home.write("bin/xdg-open", '#!/bin/sh\nenv > "$HOME/opened"\nprintf %s "$1" >> "$HOME/opened"\n');
  const { chmodSync } = await import("node:fs");
  chmodSync(`${home.path}/bin/xdg-open`, 0o755);
  const env = {
    DISPLAY: ":99",
    PATH: `${home.path}/bin:${process.env["PATH"]}`,
    OPENAI_API_KEY: "fake-key-not-for-browsers",
  };
  const { text } = await login(home, comeBack(), LOGIN, { env });
  assert.match(text, /The browser opens/);
  const opened = home.read("opened");
  assert.match(opened, /code_challenge=/);
  assert.doesNotMatch(opened, /fake-key-not-for-browsers/);
  home.write("opened", "");
  await login(home, CTRL_C, LOGIN, { env: { ...env, OPENCLAW_NO_BROWSER: "1" } });
  assert.equal(home.read("opened"), "");
  home.remove();
});

test("the browser is sent back to this machine alone", async () => {
  const home = homeWith();
  const refused = await atTerminal(home.path, LOGIN, [], {
    env: { OPENCLAW_OAUTH_CALLBACK_HOST: "0.0.0.0" },
  });
  assert.equal(refused.exit, 1);
  assert.match(refused.text, /OPENCLAW_OAUTH_CALLBACK_HOST is "0\.0\.0\.0"/);
  home.write(
    ".openclaw/access.json",
    JSON.stringify({
      oauth: { acme: { ...idp.settings, redirectUri: "https://elsewhere.example/callback" } },
    }),
  );
  const elsewhere = await atTerminal(home.path, LOGIN, []);
  assert.equal(elsewhere.exit, 1);
  assert.match(elsewhere.text.replaceAll(/\s+/g, " "), /only be sent back to this machine/);
  home.remove();
});

test("a token endpoint that answers badly, or not at all, leaves the old login as it was", async () => {
  const came = Promise.withResolvers<void>();
  const replies = ['{"access_token": "fake", "refresh_token": "fake", "expires_in": 0}', undefined];
  const server = createHttpServer((_, response) => {
    const reply = replies.shift();
    if (reply === undefined) came.resolve();
    else response.end(reply);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const tokenUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  const home = homeWith();
  await login(home, comeBack());
  const before = await home.json("models", "auth", "list");
  home.write(".openclaw/access.json", JSON.stringify({ oauth: { acme: { ...idp.settings, tokenUrl } } }));
  const paste = {
    after: SIGN_IN,
    send: async ([, url]: RegExpExecArray) => (await idp.approve(url!)).href + ENTER,
  };
  const odd = await atTerminal(home.path, LOGIN, [paste]);
  assert.equal(odd.exit, 1);
  assert.match(odd.text.replaceAll(/\s+/g, " "), /an expiry that cannot be right\. Nothing was changed/);
  const leave = { after: /▪/, send: () => came.promise.then(() => CTRL_C) };
  const silent = await atTerminal(home.path, LOGIN, [paste, leave]);
  assert.equal(silent.exit, 130, silent.text);
  assert.deepEqual(await home.json("models", "auth", "list"), before);
  server.closeAllConnections();
  server.close();
  home.remove();
});
