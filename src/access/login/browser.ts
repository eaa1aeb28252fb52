// The login in the browser: an address for the person, then whichever comes first, the browser's return to this
// machine or a paste, then one exchange for tokens. Nothing is stored here.
import type { OAuthCredential } from "../../core/credential.ts";
import { AccessError } from "../../core/errors.ts";
import type { Attempt, CodeClient } from "../../oauth/authorization-code.ts";
import { beginAttempt, codeOfAnswer, exchangeFields } from "../../oauth/authorization-code.ts";
import type { Callback } from "../../oauth/callback.ts";
import { listenForCallback } from "../../oauth/callback.ts";
import { grantedKey, grantedTokens } from "../../oauth/granted.ts";
import type { RawAnswer } from "../../oauth/token-endpoint.ts";
import { requestAnswer } from "../../oauth/token-endpoint.ts";
import type { Environment } from "../../secrets/env.ts";
import { brandOf } from "./brand.ts";
import { codeClientOf } from "./browser-client.ts";
import { identityOf } from "./browser-identity.ts";
import type { Returned } from "./browser-return.ts";
import { awaitReturn } from "./browser-return.ts";
import { invite } from "./browser-words.ts";
import type { FlowContext, Obtained } from "./flow.ts";

/** @throws AccessError `upstream_failed`, `cancelled`; `bad_input` for settings that cannot be used */
export async function browserLogin(context: FlowContext): Promise<Obtained> {
  const client = await codeClientOf(context);
  const callback = await listenForCallback(client.redirectUri);
  try {
    const attempt = await beginAttempt(client, callback.redirectUri);
    await context.talk.wait(() => invite(context, callback, attempt));
    return await obtain(context, client, attempt, callback);
  } finally {
    await callback.close();
  }
}

async function obtain(
  context: FlowContext,
  client: CodeClient,
  attempt: Attempt,
  callback: Callback,
): Promise<Obtained> {
  const back = await awaitReturn(context.talk, client, attempt, callback);
  try {
    const code = codeIn(attempt, back);
    const obtained = await context.talk.wait((signal) => exchange(context, client, attempt, code, signal));
    await back.finish?.("done");
    return obtained;
  } catch (error) {
    await back.finish?.("failed");
    throw error;
  }
}

function codeIn(attempt: Attempt, { params, bare }: Returned): string {
  if (params) return codeOfAnswer(attempt, params, bare);
  throw new AccessError(
    "upstream_failed",
    "Another site sent a request to the address that the browser comes back to, so the login was ended. Nothing was changed. Close the pages that are open in the browser, and start the login again.",
  );
}

async function exchange(
  context: FlowContext,
  client: CodeClient,
  attempt: Attempt,
  code: string,
  signal: AbortSignal,
): Promise<Obtained> {
  const { tokenUrl: url, encoding, clientId, clientSecret } = client;
  const endpoint = {
    url,
    encoding,
    ...(clientId === undefined ? {} : { clientId }),
    ...(clientSecret === undefined ? {} : { clientSecret }),
  };
  const answer = await requestAnswer(endpoint, exchangeFields(client, attempt, code), undefined, signal);
  if (answer.kind !== "answer") throw refused(context, answer);
  if (client.givesApiKey) return withKey(context, grantedKey(answer.body));
  return await withTokens(context, client, answer.body, signal);
}

function withKey(context: FlowContext, key: string | undefined): Obtained {
  const { provider } = context;
  if (key === undefined) throw failed(context, "answered without an API key that can be sent");
  return { credential: { type: "api_key", provider, key } };
}

async function withTokens(
  context: FlowContext,
  client: CodeClient,
  body: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Obtained> {
  const { deps, provider } = context;
  const granted = grantedTokens(body, deps.now());
  if (granted.kind === "unusable") throw failed(context, granted.message);
  const { kind: _, ...tokens } = granted;
  const { name, ...identity } = await identityOf(client, body, tokens.access, signal);
  const kept = keptWith(client, deps.env());
  const credential: OAuthCredential = { type: "oauth", provider, ...tokens, ...identity, ...kept };
  return { credential, ...(name === undefined ? {} : { name }) };
}

/** What calls and refreshes need besides the tokens. */
function keptWith({ keepsClientId, clientId, projectEnv = [] }: CodeClient, env: Environment) {
  const projectId = projectEnv.map((name) => env[name]?.trim()).find(Boolean);
  return {
    ...(keepsClientId && clientId !== undefined ? { clientId } : {}),
    ...(projectId === undefined ? {} : { projectId }),
  };
}

function refused(context: FlowContext, answer: Exclude<RawAnswer, { kind: "answer" }>): AccessError {
  if (answer.kind === "failed") return failed(context, answer.message);
  return failed(context, `does not take the code (${answer.code}): it was used already, or is too old`);
}

const failed = (context: FlowContext, message: string): AccessError =>
  new AccessError(
    "upstream_failed",
    `The login server of ${brandOf(context)} ${message}. Nothing was changed. Start the login again.`,
  );
