// Logins by a device code, as a process without a terminal and at one: a real identity provider, and stand-ins for
// what it cannot speak.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import type { Answer } from "../fakes/scripted-server.ts";
import { startScriptedServer } from "../fakes/scripted-server.ts";
import { startGitHubServer } from "../fakes/github-server.ts";
import type { CliHome, RunOptions } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import { startIdentityProvider } from "../support/identity-provider.ts";
import { atTerminal, CTRL_C, DOWN, ENTER } from "../support/terminal.ts";

const homes: CliHome[] = [];
after(() => homes.forEach((home) => home.remove()));

function homeWith(provider: string, settings: object): CliHome {
  const home = cliHome();
  homes.push(home);
  home.write(".openclaw/access.json", JSON.stringify({ oauth: { [provider]: settings } }));
  return home;
}

const stored = (home: CliHome) =>
  home.files().some((file) => file.endsWith("openclaw-agent.sqlite"))
    ? home.json("models", "auth", "list").then(({ profiles }) => profiles as Record<string, unknown>[])
    : Promise.resolve([]);
const ids = async (home: CliHome) => (await stored(home)).map(({ id }) => id);

const CODE = /enter this code:\s+(\S+)/;

/** Calls `person` once, with the code that is shown. */
function withCode(person: (code: string) => Promise<unknown>): RunOptions {
  let seen = false;
  return {
    onErr: (err) => {
      const code = CODE.exec(err)?.[1];
      if (seen || code === undefined) return;
      seen = true;
      void person(code);
    },
  };
}

const login = (provider: string, ...more: string[]) =>
  ["models", "auth", "login", "--provider", provider, "--device-code"].concat(more);

describe("a private identity provider, known from access.json alone", { concurrency: 3 }, () => {
  test("two accounts log in without a terminal, each under its address", async (t) => {
    const idp = await startIdentityProvider();
    t.after(() => idp.stop());
    const home = homeWith("corp", idp.settings);
    const first = await home.run(
      login("corp", "--json"),
      withCode((code) => idp.approveDevice(code)),
    );
    assert.equal(first.exit, 0, first.err);
    assert.equal(JSON.parse(first.out).profileId, "corp:ada@example.com");
    assert.match(first.err, new RegExp(`open this address in a browser.*${idp.url}/device`, "s"));
    assert.match(first.err, /good for 10 minutes/);
    assert.ok(!first.out.includes(CODE.exec(first.err)![1]!), "the code is talk, not payload");
    const second = await home.run(
      login("corp"),
      withCode((code) => idp.approveDevice(code, "bob@example.com")),
    );
    assert.equal(second.exit, 0, second.err);
    assert.deepEqual(await ids(home), ["corp:ada@example.com", "corp:bob@example.com"]);
    assert.deepEqual(new Set((await stored(home)).map(({ type }) => type)), new Set(["oauth"]));
  });

  test("auth add leads to it, at a terminal", async (t) => {
    const idp = await startIdentityProvider();
    t.after(() => idp.stop());
    const home = homeWith("corp", idp.settings);
    const approve = async ([, code]: RegExpExecArray): Promise<string> => {
      await idp.approveDevice(code!, "eve@example.com");
      return "";
    };
    const screen = await atTerminal(
      home.path,
      ["models", "auth", "add"],
      [
        { after: /Which provider/, send: "corp" },
        { after: /1 match/, send: ENTER },
        { after: /How do you log in[^]*device code/, send: DOWN + DOWN + ENTER },
        { after: CODE, send: approve },
      ],
    );
    assert.equal(screen.exit, 0, screen.text);
    assert.match(screen.text, /Auth profile: corp:eve@example\.com \(corp\/oauth\)/);
  });

  test("the person says no, and nothing is changed", async (t) => {
    const idp = await startIdentityProvider();
    t.after(() => idp.stop());
    const home = homeWith("corp", idp.settings);
    const said = await home.run(
      login("corp", "--json"),
      withCode((code) => idp.denyDevice(code)),
    );
    assert.equal(said.exit, 1);
    assert.equal(JSON.parse(said.out).error.code, "upstream_failed");
    assert.match(said.err, /refused in the browser\. Nothing was changed.*models auth login --provider corp/);
    assert.deepEqual(await ids(home), []);
  });

  test("a code that nobody enters expires", async (t) => {
    const idp = await startIdentityProvider({ deviceSeconds: 3 });
    t.after(() => idp.stop());
    const said = await homeWith("corp", idp.settings).run(login("corp"));
    assert.equal(said.exit, 1);
    assert.match(said.err, /has expired before anybody entered it/);
  });
});

const PENDING = { error: "authorization_pending" };
const GITHUB_TOKEN = `ghu_fake_${"0".repeat(32)}`;
const GRANTED = { access_token: GITHUB_TOKEN, token_type: "bearer", scope: "read:user" };
const COPILOT = ["models", "auth", "login-github-copilot"];

describe("GitHub Copilot", { concurrency: 3 }, () => {
  test("the documented profile, a token and whose it is, at a terminal", async (t) => {
    const github = await startGitHubServer([PENDING, { error: "slow_down", interval: 1 }, GRANTED]);
    t.after(() => github.stop());
    const home = homeWith("github-copilot", github.settings);
    const screen = await atTerminal(home.path, COPILOT, []);
    assert.equal(screen.exit, 0, screen.text);
    assert.match(screen.text, /Note \(2026-11\): Unofficial/);
    assert.match(screen.text, /https:\/\/github\.example\/login\/device.*ABCD-1234/s);
    assert.match(screen.text, /Auth profile: github-copilot:github \(github-copilot\/token\)/);
    assert.ok(!screen.text.includes(GITHUB_TOKEN));
    const [profile] = await stored(home);
    assert.equal(profile!["displayName"], "ada");
    assert.equal(github.to("/user")[0]!.headers.authorization, `Bearer ${GITHUB_TOKEN}`);
    const [asked] = github.to("/login/device/code");
    assert.deepEqual(asked!.fields, { client_id: "Iv1.b507a08c87ecfe98", scope: "read:user" });

    const again = await atTerminal(home.path, COPILOT, [{ after: /stored already. Replace/, send: ENTER }]);
    assert.equal(again.exit, 130, "the answer that is offered keeps the profile");
  });

  test("without a terminal it wants --yes, and a second account its own name", async (t) => {
    const github = await startGitHubServer([GRANTED]);
    t.after(() => github.stop());
    const home = homeWith("github-copilot", github.settings);
    const refused = await home.run(COPILOT);
    assert.equal(refused.exit, 1);
    assert.match(refused.err, /needs a terminal.*--yes.*paste-token --provider github-copilot/);
    assert.equal((await home.run([...COPILOT, "--yes"])).exit, 0);
    const work = await home.run([...COPILOT, "--yes", "--profile-id", "github-copilot:work"]);
    assert.equal(work.exit, 0, work.err);
    assert.deepEqual(await ids(home), ["github-copilot:github", "github-copilot:work"]);
  });

  test("Ctrl-C leaves at once, and changes nothing", async (t) => {
    const github = await startGitHubServer([PENDING]);
    t.after(() => github.stop());
    const home = homeWith("github-copilot", github.settings);
    const screen = await atTerminal(home.path, COPILOT, [{ after: /Waiting; Ctrl-C leaves/, send: CTRL_C }]);
    assert.equal(screen.exit, 130);
    assert.match(screen.text, /Cancelled\. Nothing was changed\./);
    const shown = Promise.withResolvers<void>();
    const piped = await home.run([...COPILOT, "--yes", "--json"], {
      ...withCode(async () => shown.resolve()),
      interrupt: shown.promise,
    });
    assert.equal(piped.exit, 130);
    assert.equal(JSON.parse(piped.out).error.code, "cancelled");
    assert.deepEqual(await ids(home), []);
  });

  const ends: [string, Answer[], RegExp][] = [
    ["denied", [{ error: "access_denied" }], /refused in the browser/],
    ["expired", [PENDING, { error: "expired_token" }], /has expired/],
    ["HTML for ever", [(response) => response.end("<html>")], /something that is not JSON/],
  ];
  for (const [name, polls, expected] of ends)
    test(`${name}: a sentence, exit 1, and the old login stays`, async (t) => {
      const github = await startGitHubServer([GRANTED, ...polls]);
      t.after(() => github.stop());
      const home = homeWith("github-copilot", github.settings);
      assert.equal((await home.run([...COPILOT, "--yes"])).exit, 0);
      const said = await home.run([...COPILOT, "--yes"]);
      assert.equal(said.exit, 1);
      assert.match(said.err, expected);
      assert.ok(!said.err.includes("fake-device-code"), said.err);
      assert.deepEqual(await ids(home), ["github-copilot:github"]);
    });

  test("a server that goes away for a while is waited for", async (t) => {
    const cut: Answer = (response) => void response.destroy();
    const github = await startGitHubServer([cut, [502, "Bad Gateway"], GRANTED]);
    t.after(() => github.stop());
    const said = await homeWith("github-copilot", github.settings).run([...COPILOT, "--yes"]);
    assert.equal(said.exit, 0, said.err);
    assert.equal(said.err.match(/Still trying/g)?.length, 1, "it is told once");
  });
});

describe("what the first answer can be", { concurrency: 3 }, () => {
  const good = {
    device_code: "fake",
    user_code: "A-1",
    verification_uri: "https://x.example/d",
    interval: 1,
  };
  const answers: [string, Answer, RegExp][] = [
    [
      "HTML",
      (response) => response.end("<html>no</html>"),
      /answered with HTTP 200 and something that is not JSON/,
    ],
    [
      "a code that steers the terminal",
      { ...good, user_code: "\u001B[2J" },
      /without a code that can be shown/,
    ],
    ["an address of another kind", { ...good, verification_uri: "file:///etc/passwd" }, /without an address/],
  ];
  for (const [name, answer, expected] of answers)
    test(`${name}: a sentence and exit 1`, async (t) => {
      const server = await startScriptedServer({ "/device": () => answer });
      t.after(() => server.stop());
      const settings = { deviceUrl: `${server.url}/device`, tokenUrl: `${server.url}/token`, clientId: "c" };
      const home = homeWith("corp", settings);
      const said = await home.run(login("corp", "--json"));
      assert.equal(said.exit, 1);
      assert.match(JSON.parse(said.out).error.message, expected);
      assert.deepEqual(await ids(home), []);
    });

  test("nobody there", async () => {
    const settings = { deviceUrl: "http://127.0.0.1:9/d", tokenUrl: "http://127.0.0.1:9/t", clientId: "c" };
    const said = await homeWith("corp", settings).run(login("corp"));
    assert.equal(said.exit, 1);
    assert.match(said.err, /cannot be reached/);
  });

  test("access.json without a client id", async () => {
    const settings = { deviceUrl: "http://127.0.0.1:9/d", tokenUrl: "http://127.0.0.1:9/t" };
    const said = await homeWith("corp", settings).run(login("corp"));
    assert.match(said.err, /needs oauth\.corp\.deviceUrl, tokenUrl and clientId in access\.json/);
  });
});

const jwt = (claims: object) => `eyJ.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.fake`;

describe("forms of the providers' own", { concurrency: 3 }, () => {
  test("OpenAI: a code and its verifier come back, and become tokens", async (t) => {
    const access = jwt({ "https://api.openai.com/auth": { chatgpt_account_id: "acc-1" } });
    const server = await startScriptedServer({
      "/usercode": () => ({ device_auth_id: "fake-id", user_code: "WXYZ-9", interval: "1" }),
      "/poll": (_, before) =>
        before === 0
          ? [403, { error: { code: "deviceauth_authorization_unknown" } }]
          : { authorization_code: "fake-code", code_verifier: "fake-verifier", code_challenge: "x" },
      "/token": (_, before) =>
        before === 0
          ? (response) => void response.destroy()
          : {
              access_token: access,
              refresh_token: "rt_fake",
              id_token: jwt({ email: "ada@example.com" }),
              expires_in: 864_000,
            },
    });
    t.after(() => server.stop());
    const home = homeWith("openai", {
      deviceUrl: `${server.url}/usercode`,
      devicePollUrl: `${server.url}/poll`,
      tokenUrl: `${server.url}/token`,
    });
    const said = await home.run(login("openai", "--json"));
    assert.equal(said.exit, 0, said.err);
    assert.match(said.err, /https:\/\/auth\.openai\.com\/codex\/device.*WXYZ-9/s);
    assert.equal(JSON.parse(said.out).profileId, "openai:ada@example.com");
    assert.deepEqual(server.to("/poll")[0]!.fields, { device_auth_id: "fake-id", user_code: "WXYZ-9" });
    const { fields } = server.to("/token")[1]!;
    assert.equal(fields["grant_type"], "authorization_code");
    assert.equal(fields["code_verifier"], "fake-verifier");
    assert.equal(fields["redirect_uri"], "https://auth.openai.com/deviceauth/callback");
    assert.equal(server.to("/poll").length, 2, "a code that was brought is not asked for again");
    assert.ok(!said.err.includes("fake-verifier"));
  });

  test("OpenAI: a workspace that has it switched off", async (t) => {
    const server = await startScriptedServer({});
    t.after(() => server.stop());
    const home = homeWith("openai", { deviceUrl: `${server.url}/usercode` });
    const said = await home.run(login("openai"));
    assert.equal(said.exit, 1);
    assert.match(said.err, /no device login for this account/);
  });

  test("MiniMax: the user code is asked about, and its lifetime is a moment", async (t) => {
    const expires = Date.now() + 3_600_000;
    const server = await startScriptedServer({
      "/code": ({ fields }) => ({
        user_code: "MINI-1",
        verification_uri: "https://minimax.example/verify",
        expired_in: Date.now() + 600_000,
        interval: 1000,
        state: fields["state"]!,
      }),
      "/token": (_, before) =>
        before === 0
          ? { status: "pending", base_resp: { status_code: 0, status_msg: "" } }
          : { status: "success", access_token: "fake-mm", refresh_token: "fake-mm-r", expired_in: expires },
    });
    t.after(() => server.stop());
    const home = homeWith("minimax-portal", {
      deviceUrl: `${server.url}/code`,
      tokenUrl: `${server.url}/token`,
    });
    const said = await home.run(login("minimax-portal"));
    assert.equal(said.exit, 0, said.err);
    assert.deepEqual(await ids(home), ["minimax-portal:default"]);
    const [profile] = await stored(home);
    assert.ok(Math.abs(Date.parse(String(profile!["expiresAt"])) - expires) < 5000);
    const { fields } = server.to("/token")[0]!;
    assert.equal(fields["grant_type"], "urn:ietf:params:oauth:grant-type:user_code");
    assert.equal(server.to("/code")[0]!.fields["code_challenge_method"], "S256");
  });

  test("MiniMax: an answer to another question, and a refusal", async (t) => {
    const server = await startScriptedServer({
      "/code": (_, before) =>
        before === 0
          ? { user_code: "M", verification_uri: "https://m.example", state: "another" }
          : { status: "error", base_resp: { status_msg: "no plan" } },
    });
    t.after(() => server.stop());
    const home = homeWith("minimax-portal", { deviceUrl: `${server.url}/code` });
    assert.match((await home.run(login("minimax-portal"))).err, /wrong state/);
    assert.match((await home.run(login("minimax-portal"))).err, /refused \(no plan\)/);
  });
});
