// The token endpoint of an OAuth provider: one POST, one bounded answer, judged. RFC 6749 §5 and §6.
import { isObject, parseObject } from "../core/json.ts";
import type { Tokens } from "../core/refresh.ts";
import { Secret } from "../core/secret.ts";
import { boundedText, networkWords } from "../wire/http-answer.ts";

export interface TokenEndpoint {
  readonly url: string;
  readonly clientId?: string;
  readonly encoding: "form" | "json";
  /** Error codes, besides those of the standard, that mean a refresh token is gone for good. */
  readonly deadCodes?: readonly string[];
}

export type TokenAnswer =
  | { readonly kind: "tokens"; readonly tokens: Tokens }
  /** The grant is refused for good: only a new login helps. `code`: of the standard or the provider. */
  | { readonly kind: "refused"; readonly code: string }
  /** Nothing is known of the grant; `message` completes "The login server …". */
  | { readonly kind: "failed"; readonly message: string };

/** Shorter than the term after which a lease may be taken over (store/lease.ts). */
const TIMEOUT_MS = 30_000;
const MOST_BYTES = 256 * 1024;
const LONGEST_TOKEN = 16 * 1024;

/** Never rejects; no word of the answer that could hold a secret is repeated. */
export async function requestTokens(
  endpoint: TokenEndpoint,
  grant: Readonly<Record<string, string>>,
  timeoutMs = TIMEOUT_MS,
): Promise<TokenAnswer> {
  const fields = { ...grant, ...(endpoint.clientId === undefined ? {} : { client_id: endpoint.clientId }) };
  const json = endpoint.encoding === "json";
  try {
    const answer = await fetch(endpoint.url, {
      method: "POST",
      headers: {
        accept: "application/json",
        "content-type": json ? "application/json" : "application/x-www-form-urlencoded",
      },
      body: json ? JSON.stringify(fields) : new URLSearchParams(fields),
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await boundedText(answer, MOST_BYTES);
    if (text === undefined) return failed("answered with more than an answer can be");
    return judged(answer.status, text, endpoint, Object.values(grant));
  } catch (error) {
    return failed(networkWords(error, timeoutMs));
  }
}

const failed = (message: string): TokenAnswer => ({ kind: "failed", message });

function judged(status: number, text: string, endpoint: TokenEndpoint, sent: readonly string[]): TokenAnswer {
  const body = parseObject(text);
  if (!body) return failed(`answered with HTTP ${status} and something that is not JSON`);
  const code = errorCode(body);
  if (code !== undefined) {
    const dead = code === "invalid_grant" || endpoint.deadCodes?.includes(code);
    if (dead && status < 500) return { kind: "refused", code };
    return failed(`refused with HTTP ${status} (${hidden(code, sent)})`);
  }
  if (status < 200 || status >= 300) return failed(`answered with HTTP ${status}`);
  return tokensIn(body);
}

/** `{"error": "code"}`, or `{"error": {"code": "…"}}` as some write it. */
function errorCode(body: Readonly<Record<string, unknown>>): string | undefined {
  const { error } = body;
  if (typeof error === "string" && error !== "") return error;
  if (!isObject(error)) return undefined;
  const code = error["code"] ?? error["type"];
  return typeof code === "string" && code !== "" ? code : "error";
}

function tokensIn(body: Readonly<Record<string, unknown>>): TokenAnswer {
  const { access_token: access, refresh_token: refresh, expires_in: expiresIn } = body;
  if (!isToken(access)) return failed("answered without an access token that can be sent");
  // The old refresh token may be spent: the access token is what is left of the login.
  return { kind: "tokens", tokens: { access, ...(isToken(refresh) ? { refresh } : {}), expiresIn } };
}

/** Visible ASCII: what a header and a form can carry. */
const isToken = (value: unknown): value is string =>
  typeof value === "string" && value.length <= LONGEST_TOKEN && /^[\x21-\x7e]+$/.test(value);

const hidden = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((words, secret) => new Secret(secret).hideIn(words), text).slice(0, 80);
