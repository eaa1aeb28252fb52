// Logins in the browser, at a terminal, against a real identity provider: the way back by the callback and by a
// paste, and what is stored then.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import {
  comeBack,
  homeWith,
  login,
  LOGIN,
  oneLine,
  profilesOf,
  redirectOf,
} from "../support/browser-login.ts";
import { startIdentityProvider } from "../support/identity-provider.ts";
import { eventually } from "../support/eventually.ts";
import type { Keys } from "../support/terminal.ts";
import { CTRL_C, ENTER } from "../support/terminal.ts";

const idp = await startIdentityProvider();
after(() => idp.stop());

test("the browser comes back, and the profile is named by the e-mail address; a second account stands beside it", async () => {
  const home = homeWith(idp);
  const { exit, text } = await login(home, comeBack(idp, "ada@example.com"));
  assert.equal(exit, 0, text);
  assert.match(text, /Auth profile: acme:ada@example\.com \(acme\/oauth\)/);
  await login(home, comeBack(idp, "grace@example.com"));
  assert.deepEqual(await profilesOf(home), ["acme:ada@example.com", "acme:grace@example.com"]);
  home.remove();
});

test("an account without an e-mail address is named by its id; --profile-id has the last word", async () => {
  const home = homeWith(idp);
  await login(home, comeBack(idp, "user-17"));
  await login(home, comeBack(idp, "ada@example.com"), [...LOGIN, "--profile-id", "acme:work"]);
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
    const home = homeWith(idp);
    const paste: Keys["send"] = async ([, url]) => form(await idp.approve(url!)) + ENTER;
    const { exit, text } = await login(home, paste);
    assert.equal(exit, 0, text);
    assert.deepEqual(await profilesOf(home), ["acme:ada@example.com"]);
    home.remove();
  }
});

test("only a GET of the path is a way back", async () => {
  const home = homeWith(idp);
  const { exit } = await login(home, async (shown) => {
    const redirect = redirectOf(shown[1]!);
    assert.equal((await fetch(redirect, { method: "POST" })).status, 405);
    assert.equal((await fetch(new URL("/favicon.ico", redirect))).status, 404);
    return await comeBack(idp)(shown);
  });
  assert.equal(exit, 0);
  home.remove();
});

test("where the port is taken, the paste goes on", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const home = homeWith(idp, { redirectUri: `http://localhost:${port}/auth/callback` });
  const { exit, text } = await login(home, async ([, url]) => (await idp.approve(url!)).href + ENTER);
  assert.equal(exit, 0, text);
  assert.match(text, new RegExp(`another program uses port ${port}`));
  server.close();
  home.remove();
});

test("--force takes the provider's other profiles away with the new login, and a login that fails takes nothing", async () => {
  const home = homeWith(idp);
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
  const { exit, text } = await login(home, comeBack(idp), [...LOGIN, "--force"]);
  assert.equal(exit, 0, text);
  assert.match(text, /Removed \(--force\): acme:old/);
  assert.match(oneLine(text), /Nothing was revoked at the provider/);
  assert.deepEqual(await profilesOf(home), ["acme:ada@example.com", "groq:kept"]);
  home.remove();
});

test("OpenAI by its own data: its callback, the note on its stance, the default model", async () => {
  const home = homeWith(idp, { redirectUri: "http://localhost:0/auth/callback" }, "openai");
  home.write(".openclaw/openclaw.json", '{ agents: { defaults: { model: "groq/some-model" } } }');
  const words = ["models", "auth", "login", "--provider", "openai", "--method", "oauth", "--set-default"];
  const { exit, text } = await login(home, comeBack(idp), words);
  assert.equal(exit, 0, text);
  assert.match(text, /Note \(\d{4}-\d\d\): \S+/);
  assert.match(text, /originator=openclaw/);
  assert.match(text, /Auth profile: openai:ada@example\.com/);
  assert.match(text, /Default model: openai\/gpt-5\.6-sol/);
  home.remove();
});

test("--json: one document on stdout, the address and the talk on stderr", async () => {
  const home = homeWith(idp);
  const { exit, text } = await login(home, comeBack(idp), [...LOGIN, "--json"], {
    redirect: `> ${home.path}/out.json`,
  });
  assert.equal(exit, 0, text);
  const report = JSON.parse(home.read("out.json"));
  assert.equal(report.profileId, "acme:ada@example.com");
  assert.equal(report.type, "oauth");
  assert.doesNotMatch(JSON.stringify(report), /eyJ|code=/);
  home.remove();
});

test("over SSH the paste leads, with the other ways", async () => {
  const home = homeWith(idp, { redirectUri: "http://localhost:0/auth/callback" }, "openai");
  const words = ["models", "auth", "login", "--provider", "openai", "--method", "oauth"];
  const env = { SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22", DISPLAY: ":10" };
  const { text } = await login(home, CTRL_C, words, { env });
  const said = oneLine(text);
  assert.match(said, /remote machine.*copy that whole address, and paste it here.*--method device-code/);
  home.remove();
});

test("where there is a screen the browser is opened, and is given none of the keys", async () => {
  const home = homeWith(idp);
  home.write("bin/xdg-open", '#!/bin/sh\nenv > "$HOME/opened"\nprintf %s "$1" >> "$HOME/opened"\n');
  chmodSync(`${home.path}/bin/xdg-open`, 0o755);
  const env = {
    DISPLAY: ":99",
    PATH: `${home.path}/bin:${process.env["PATH"]}`,
    OPENAI_API_KEY: "fake-key-not-for-browsers",
  };
  const { text } = await login(home, comeBack(idp), LOGIN, { env });
  assert.match(text, /The browser opens/);
  // Nobody waits for the browser.
  const opened = await eventually(() => {
    const written = home.read("opened");
    assert.match(written, /code_challenge=/);
    return written;
  });
  assert.doesNotMatch(opened, /fake-key-not-for-browsers/);
  home.write("opened", "");
  await login(home, CTRL_C, LOGIN, { env: { ...env, OPENCLAW_NO_BROWSER: "1" } });
  assert.equal(home.read("opened"), "");
  home.remove();
});

test("a login that is told to end leaves the terminal as it was", async () => {
  const home = homeWith(idp);
  const name = "acme:told-to-end";
  const end = () => {
    const running = execFileSync("ps", ["-axo", "pid,args"], { encoding: "utf8" });
    const line = running.split("\n").find((each) => /^\s*\d+ \S*node\S* /.test(each) && each.includes(name));
    process.kill(Number.parseInt(line!, 10), "SIGTERM");
    return "";
  };
  const { exit, text, settings } = await login(home, end, [...LOGIN, "--profile-id", name]);
  assert.equal(exit, 130, text);
  assert.match(settings, /(^|\s)icanon/);
  assert.deepEqual(await profilesOf(home), []);
  home.remove();
});
