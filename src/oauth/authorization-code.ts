// The authorization-code login with PKCE: what a provider's login is as data, the address that the person opens,
// and what comes back from it. RFC 6749 §4.1, RFC 7636, RFC 8252 §7.3.
import { timingSafeEqual } from "node:crypto";
import {
  AuthorizationResponseError,
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomState,
  validateAuthResponse,
} from "oauth4webapi";
import { AccessError } from "../core/errors.ts";
import type { IdentityPlaces } from "./identity.ts";

/** A browser login as data; `oauth.<provider>` of access.json replaces what it names. */
export interface CodeLogin {
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  /** Asked when the tokens tell no e-mail address. */
  readonly userinfoUrl?: string;
  readonly encoding: "form" | "json";
  /** absent: the person's own, of the environment or asked for */
  readonly clientId?: string;
  readonly scopes: readonly string[];
  /** On loopback. Port 0: any free one; `{random}` in the path is filled in. */
  readonly redirectUri: string;
  /** further parameters of the address */
  readonly params?: Readonly<Record<string, string>>;
  /** Environment variables that replace a setting, first non-empty wins. */
  readonly env?: Readonly<Partial<Record<ClientSetting, readonly string[]>>>;
  readonly identity?: IdentityPlaces;
  /**
   * The exchange gives an API key: there is no client, and the callback goes by `callback_url`. The random path
   * stands for the state.
   */
  readonly givesApiKey?: true;
  /** A pasted code without its state is not taken. */
  readonly pasteNeedsState?: true;
  /** Needs the secret of this program's application, which is read where the program is installed. */
  readonly secretOf?: "gemini-cli";
  /** Environment variables that name the project of the calls, which is kept with the tokens. */
  readonly projectEnv?: readonly string[];
  /** The client id is kept with the tokens: they are refreshed with it. */
  readonly keepsClientId?: true;
}

export type ClientSetting = "clientId" | "clientSecret" | "redirectUri" | "scopes";

/** A login whose settings are complete. */
export interface CodeClient extends CodeLogin {
  readonly clientSecret?: string;
}

/** One try to log in. */
export interface Attempt {
  /** what the person opens */
  readonly url: string;
  readonly redirectUri: string;
  readonly verifier: string;
  /** absent where the path of the callback stands for it */
  readonly state?: string;
}

export async function beginAttempt(client: CodeClient, redirectUri: string): Promise<Attempt> {
  const verifier = generateRandomCodeVerifier();
  const state = client.givesApiKey ? undefined : generateRandomState();
  const url = new URL(client.authorizeUrl);
  const challenge = {
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  };
  const fields = { ...addressFields(client, redirectUri), ...challenge, ...client.params };
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  if (state !== undefined) url.searchParams.set("state", state);
  return { url: url.href, redirectUri, verifier, ...(state === undefined ? {} : { state }) };
}

function addressFields(client: CodeClient, redirectUri: string): Record<string, string> {
  if (client.givesApiKey) return { callback_url: redirectUri };
  return {
    response_type: "code",
    ...(client.clientId === undefined ? {} : { client_id: client.clientId }),
    redirect_uri: redirectUri,
    ...(client.scopes.length > 0 ? { scope: client.scopes.join(" ") } : {}),
  };
}

/** What goes to the token endpoint for the code. */
export function exchangeFields(client: CodeClient, attempt: Attempt, code: string): Record<string, string> {
  const proof = { code, code_verifier: attempt.verifier };
  if (client.givesApiKey) return { ...proof, code_challenge_method: "S256" };
  return {
    grant_type: "authorization_code",
    ...proof,
    redirect_uri: attempt.redirectUri,
  };
}

/**
 * The code of an answer to this attempt.
 *
 * @param params of the address that the browser was sent back to
 * @param withoutState a code alone was pasted: PKCE still ties it to this attempt
 * @throws AccessError `upstream_failed` for an answer to another attempt, or one without a code
 */
export function codeOfAnswer(attempt: Attempt, params: URLSearchParams, withoutState = false): string {
  if (!withoutState) checkState(attempt, params);
  const [code, ...more] = checked(params).getAll("code");
  if (code !== undefined && code !== "" && more.length === 0) return code;
  throw answerFault("The browser came back without a code.");
}

/** Lengths are no secret; the rest is compared in the same time whatever it is. */
function checkState({ state }: Attempt, params: URLSearchParams): void {
  if (state === undefined) return;
  const [got = "", ...more] = params.getAll("state");
  const [expected, given] = [Buffer.from(state), Buffer.from(got)];
  if (more.length === 0 && expected.length === given.length && timingSafeEqual(expected, given)) return;
  throw answerFault(
    "The browser came back with the answer to another login: its state is not the one of this login.",
  );
}

/** Each parameter at most once, and no error in them (RFC 6749 §3.1, §4.1.2.1). */
function checked(params: URLSearchParams): URLSearchParams {
  // The state is checked above, and there is one server that the answer can be from: this attempt's.
  const known = new URLSearchParams([...params].filter(([name]) => name !== "iss" && name !== "state"));
  try {
    return validateAuthResponse({ issuer: "https://login.invalid" }, { client_id: "-" }, known);
  } catch (error) {
    if (error instanceof AuthorizationResponseError) throw answerFault(refusal(error));
    throw answerFault("The browser came back with an answer that cannot be read.");
  }
}

function refusal({ error, error_description: description }: AuthorizationResponseError): string {
  const code = plain(error).slice(0, 60);
  const words = plain(description ?? "").slice(0, 200);
  const why = words === "" ? code : `${code}: ${words}`;
  return error === "access_denied"
    ? `The login was refused in the browser (${why}).`
    : `The login server sent an error back (${why}).`;
}

/** Words that anybody can put into an address. */
const plain = (text: string): string => text.replaceAll(/[^\p{L}\p{N} .,:;'_@()/-]/gu, " ").trim();

const answerFault = (sentence: string): AccessError =>
  new AccessError("upstream_failed", `${sentence} Nothing was changed. Start the login again.`);
