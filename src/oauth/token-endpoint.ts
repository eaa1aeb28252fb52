// The token endpoint of an OAuth provider: one POST, one bounded answer, judged. RFC 6749 §5 and §6.
import type { JsonObject } from "../core/json.ts";
import type { Tokens } from "../core/refresh.ts";
import { Secret } from "../core/secret.ts";
import { jwtClaims } from "./identity.ts";
import { callServer, errorCode } from "./server-call.ts";

export interface TokenEndpoint {
  readonly url: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly encoding: "form" | "json";
  /** Error codes, besides those of the standard, that mean a refresh token is gone for good. */
  readonly deadCodes?: readonly string[];
  /** HTTP statuses that mean the same, whatever else the answer says. */
  readonly deadStatuses?: readonly number[];
}

export type TokenAnswer = { readonly kind: "tokens"; readonly tokens: Tokens } | NoTokens;

export type RawAnswer = { readonly kind: "answer"; readonly body: JsonObject } | NoTokens;

export type NoTokens =
  /** The grant is refused for good: only a new login helps. `code`: of the standard or the provider. */
  | { readonly kind: "refused"; readonly code: string }
  /** Nothing is known of the grant; `message` completes "The login server …". */
  | { readonly kind: "failed"; readonly message: string };

const LONGEST_TOKEN = 16 * 1024;

/** Never rejects; no word of the answer that could hold a secret is repeated. */
export async function requestTokens(
  endpoint: TokenEndpoint,
  grant: Readonly<Record<string, string>>,
  timeoutMs?: number,
  signal?: AbortSignal,
): Promise<TokenAnswer> {
  const answer = await requestAnswer(endpoint, grant, timeoutMs, signal);
  if (answer.kind !== "answer") return answer;
  const tokens = tokensIn(answer.body);
  return tokens ? { kind: "tokens", tokens } : failed("answered without an access token that can be sent");
}

/** The same with all that the answer holds, for a login that has nothing to lose yet. */
export async function requestAnswer(
  endpoint: TokenEndpoint,
  grant: Readonly<Record<string, string>>,
  timeoutMs?: number,
  signal?: AbortSignal,
): Promise<RawAnswer> {
  const { url, encoding, clientId, clientSecret } = endpoint;
  const client = {
    ...(clientId === undefined ? {} : { client_id: clientId }),
    ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
  };
  const fields = { ...grant, ...client };
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  const answer = await callServer({ url, encoding, fields, signal, ...limit });
  if (answer.kind === "failed") return answer;
  if (endpoint.deadStatuses?.includes(answer.status))
    return { kind: "refused", code: `HTTP ${answer.status}` };
  return judged(answer.status, answer.body, endpoint, Object.values(fields));
}

const failed = (message: string): NoTokens => ({ kind: "failed", message });

function judged(
  status: number,
  body: JsonObject | undefined,
  endpoint: TokenEndpoint,
  sent: readonly string[],
): RawAnswer {
  if (!body) return failed(`answered with HTTP ${status} and something that is not JSON`);
  const code = errorCode(body);
  if (code !== undefined) {
    const dead = code === "invalid_grant" || endpoint.deadCodes?.includes(code);
    if (dead && status < 500) return { kind: "refused", code };
    return failed(`refused with HTTP ${status} (${withoutSecrets(code, sent)})`);
  }
  if (status < 200 || status >= 300) return failed(`answered with HTTP ${status}`);
  return { kind: "answer", body };
}

/** `undefined` without an access token. */
export function tokensIn(body: JsonObject): Tokens | undefined {
  const { access_token: access, refresh_token: refresh, id_token: idToken } = body;
  if (!isToken(access)) return undefined;
  return {
    access,
    // The old refresh token may be spent: the access token is what is left of the login.
    ...(isToken(refresh) ? { refresh } : {}),
    ...(isToken(idToken) ? { idToken } : {}),
    // MiniMax has a name of its own. Where the answer has none, the token may say it itself.
    expiresIn: body["expires_in"] ?? body["expired_in"] ?? jwtClaims(access)?.["exp"],
  };
}

/** Visible ASCII: what a header and a form can carry. */
export const isToken = (value: unknown): value is string =>
  typeof value === "string" && value.length <= LONGEST_TOKEN && /^[\x21-\x7e]+$/.test(value);

/** Words of an answer that are short, on one line, and hold nothing that was sent. */
export const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets
    .reduce((words, secret) => new Secret(secret).hideIn(words), text)
    .replaceAll(/[\p{C}\p{Z}]+/gu, " ")
    .slice(0, 80);
