// A person at a terminal who logs in with a browser, at the identity provider of the tests. The provider `acme` is
// one that only access.json knows.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import type { CliHome } from "./cli.ts";
import { cliHome } from "./cli.ts";
import type { IdentityProvider } from "./identity-provider.ts";
import type { Keys, Screen, TerminalOptions } from "./terminal.ts";
import { atTerminal } from "./terminal.ts";

/** The address to open, once the way back is open too. */
export const SIGN_IN = /(http:\/\/\S+[?&]code_challenge=\S+)[^]*Waiting for the browser/;
export const LOGIN = ["models", "auth", "login", "--provider", "acme", "--method", "oauth"];

/** A home whose access.json names the identity provider for `provider`. */
export function homeWith(idp: IdentityProvider, settings: object = {}, provider = "acme"): CliHome {
  const home = cliHome();
  const oauth = { [provider]: { ...idp.settings, ...settings } };
  home.write(".openclaw/access.json", JSON.stringify({ oauth }));
  return home;
}

/** `send`: what happens once the address to open is shown. */
export const login = async (
  home: CliHome,
  send: Keys["send"],
  words: readonly string[] = LOGIN,
  options: TerminalOptions = {},
): Promise<Screen> => await atTerminal(home.path, words, [{ after: SIGN_IN, send }], options);

/** Says yes in the browser, which then comes back. */
export const comeBack =
  (idp: IdentityProvider, email?: string) =>
  async ([, url]: RegExpExecArray): Promise<string> => {
    const answer = await fetch(await idp.approve(url!, email));
    assert.equal(answer.status, 200);
    assert.match(await answer.text(), /came through/);
    return "";
  };

export const profilesOf = async (home: CliHome): Promise<string[]> =>
  (await home.json("models", "auth", "list")).profiles.map(({ id }: { id: string }) => id);

export const redirectOf = (signIn: string): URL => new URL(new URL(signIn).searchParams.get("redirect_uri")!);

/** Whether nobody holds the port of an address. */
export async function isFree({ port }: { readonly port: string | number }): Promise<boolean> {
  const server = createServer();
  server.listen(Number(port), "127.0.0.1");
  const free = await once(server, "listening").then(
    () => true,
    () => false,
  );
  server.close();
  return free;
}

export const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");
