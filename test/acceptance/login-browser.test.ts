// Logins in the browser, at a terminal, against a real identity provider: the way back by the callback, by a
// paste, and everything that can go wrong on it.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import { startIdentityProvider } from "../support/identity-provider.ts";
import type { Keys, TerminalOptions } from "../support/terminal.ts";
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

test("the browser comes back, and the profile is named by the e-mail address", async () => {
  const home = homeWith();
  const { exit, text } = await login(home, comeBack("ada@example.com"));
  assert.equal(exit, 0, text);
  assert.match(text, /Auth profile: acme:ada@example\.com \(acme\/oauth\)/);
  assert.deepEqual(await profilesOf(home), ["acme:ada@example.com"]);
  home.remove();
});
