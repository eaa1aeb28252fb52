// Logins in the browser that end without a credential: a clear message, the port free, all as it was.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import {
  comeBack,
  homeWith,
  isFree,
  LOGIN,
  login,
  oneLine,
  profilesOf,
  redirectOf,
  SIGN_IN,
} from "../support/browser-login.ts";
import { send as request } from "../support/http-client.ts";
import { startIdentityProvider } from "../support/identity-provider.ts";
import type { Keys } from "../support/terminal.ts";
import { atTerminal, CTRL_C, ENTER } from "../support/terminal.ts";

const idp = await startIdentityProvider();
after(() => idp.stop());

/** A login that must end with exit 1 and these words, its port free and nothing stored. */
async function assertFails(what: { send: Keys["send"]; says: RegExp; settings?: object; words?: string[] }) {
  const home = homeWith(idp, what.settings);
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
  assert.match(oneLine(text), what.says);
  assert.match(oneLine(text), /Nothing was changed/);
  assert.ok(await isFree({ port }));
  assert.deepEqual(await profilesOf(home), []);
  home.remove();
}

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
  const home = homeWith(idp);
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

test("Ctrl-C leaves at once: the port is free, the terminal as it was, nothing changed", async () => {
  const home = homeWith(idp);
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

test("without a terminal it says what to do, and does not hang", async () => {
  const home = homeWith(idp);
  const { exit, out, err } = await home.run([...LOGIN, "--json"]);
  assert.equal(exit, 1);
  assert.equal(JSON.parse(out).error?.code ?? "no_terminal", "no_terminal");
  assert.match(out + err, /terminal/);
  assert.match(out + err, /paste-token/);
  home.remove();
});

test("the browser is sent back to this machine alone", async () => {
  const home = homeWith(idp);
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
  assert.match(oneLine(elsewhere.text), /only be sent back to this machine/);
  home.remove();
});

test("a token endpoint that answers badly, or not at all, leaves the old login as it was", async () => {
  const came = Promise.withResolvers<void>();
  const replies = ['{"access_token": "fake", "refresh_token": "fake", "expires_in": 0}', undefined];
  const server = createServer((_, response) => {
    const reply = replies.shift();
    if (reply === undefined) came.resolve();
    else response.end(reply);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const tokenUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
  const home = homeWith(idp);
  await login(home, comeBack(idp));
  const before = await home.json("models", "auth", "list");
  home.write(".openclaw/access.json", JSON.stringify({ oauth: { acme: { ...idp.settings, tokenUrl } } }));
  const paste = {
    after: SIGN_IN,
    send: async ([, url]: RegExpExecArray) => (await idp.approve(url!)).href + ENTER,
  };
  const odd = await atTerminal(home.path, LOGIN, [paste]);
  assert.equal(odd.exit, 1);
  assert.match(oneLine(odd.text), /an expiry that cannot be right\. Nothing was changed/);
  const leave = { after: /▪/, send: () => came.promise.then(() => CTRL_C) };
  const silent = await atTerminal(home.path, LOGIN, [paste, leave]);
  assert.equal(silent.exit, 130, silent.text);
  assert.deepEqual(await home.json("models", "auth", "list"), before);
  server.closeAllConnections();
  server.close();
  home.remove();
});
