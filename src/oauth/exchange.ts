// A long-lived token traded for a short-lived one: GitHub's for Copilot's, an identity at Meta for an API key.
import { classify } from "../core/failure/classify.ts";
import type { Failure } from "../core/failure/failure.ts";
import type { ProviderId } from "../core/ids.ts";
import type { JsonObject } from "../core/json.ts";
import { isObject, numberIn } from "../core/json.ts";
import { Secret } from "../core/secret.ts";
import type { ServerAnswer } from "./server-call.ts";
import { callServer } from "./server-call.ts";
import type { SignedCall } from "../wire/aws-sigv4.ts";
import { isToken } from "./token-endpoint.ts";

export interface ExchangeEndpoint {
  readonly url: string;
  /** GET unless given */
  readonly method?: "POST";
  readonly headers?: Readonly<Record<string, string>>;
  /** A token that starts so is a short-lived one already: it is sent as it is. */
  readonly shortLived?: string;
  /** Only tokens are traded: its API keys are sent as they are. */
  readonly tokensOnly?: true;
  /** of what is given, when the answer does not say */
  readonly lifetimeSeconds: number;
}

export interface Exchanged {
  readonly secret: Secret;
  /** ms since epoch */
  readonly expiresAt: number;
  /** Where the token is good, when the answer says so. */
  readonly baseUrl?: string;
  /** Calls are signed with it instead of carrying it: the headers of a signature, name, value … */
  readonly sign?: (call: SignedCall) => string[];
  /** more that nobody may see */
  readonly further?: readonly Secret[];
}

export type ExchangeResult = Exchanged | { readonly failure: Failure };

const TIMEOUT_MS = 20_000;

/** Never rejects. */
export async function requestExchange(
  provider: ProviderId,
  endpoint: ExchangeEndpoint,
  token: Secret,
  now: () => number,
  signal?: AbortSignal,
): Promise<ExchangeResult> {
  const { url, method, headers } = endpoint;
  const answer = await callServer({
    url,
    headers: { authorization: `Bearer ${token.reveal()}`, ...headers },
    ...(method === "POST" ? { fields: {}, encoding: "json" as const } : {}),
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  return judgedExchange(provider, endpoint, answer, token, now());
}

/** What an exchange brought. Pure. */
export function judgedExchange(
  provider: ProviderId,
  endpoint: ExchangeEndpoint,
  answer: ServerAnswer,
  sent: Secret,
  now: number,
): ExchangeResult {
  if (answer.kind === "failed") return unserved(`The exchange server of ${provider} ${answer.message}.`);
  const { status, body } = answer;
  if (status >= 200 && status < 300) {
    const secret = body?.["token"] ?? body?.["api_key"] ?? body?.["key"];
    if (body && isToken(secret)) return exchangedBy(endpoint, body, secret, now);
    return unserved(`The exchange server of ${provider} answered without a token that can be sent.`);
  }
  return { failure: refusal(provider, answer, sent, now) };
}

function exchangedBy(endpoint: ExchangeEndpoint, body: JsonObject, token: string, now: number): Exchanged {
  const baseUrl = apiBase(endpoint, body, token);
  return {
    secret: new Secret(token),
    expiresAt: endOf(endpoint, body["expires_at"], now),
    ...(baseUrl === undefined ? {} : { baseUrl }),
  };
}

const LONGEST_LIFETIME_MS = 7 * 24 * 60 * 60_000;

/** Seconds since epoch; a moment that cannot be is none. */
function endOf({ lifetimeSeconds }: ExchangeEndpoint, expiresAt: unknown, now: number): number {
  const given = numberIn(expiresAt) * 1000;
  return given > now && given <= now + LONGEST_LIFETIME_MS ? given : now + lifetimeSeconds * 1000;
}

/** `endpoints.api` of the answer, else the `proxy-ep` inside the token with the API's host in its place. */
function apiBase({ url }: ExchangeEndpoint, { endpoints }: JsonObject, token: string): string | undefined {
  const api = isObject(endpoints) ? endpoints["api"] : undefined;
  if (typeof api === "string") return sendable(api, url);
  const proxy = /(?:^|;)proxy-ep=([a-z0-9.-]+)/i.exec(token)?.[1];
  return proxy === undefined ? undefined : sendable(`https://${proxy.replace(/^proxy\./, "api.")}`, url);
}

/** A token is never told to travel in the clear, unless the exchange itself does. */
function sendable(address: string, exchange: string): string | undefined {
  const url = URL.parse(address);
  if (!url || url.username !== "" || url.search !== "") return undefined;
  const asSafe = url.protocol === "https:" || (url.protocol === "http:" && exchange.startsWith("http:"));
  return asSafe ? url.href.replace(/\/+$/, "") : undefined;
}

const unserved = (message: string): ExchangeResult => ({
  failure: { kind: "timeout", scope: "account", rotateKey: false, message },
});

/** No seat: GitHub says so with 403, and names Copilot in it. */
const NO_SEAT = /copilot|subscription|seat/i;

function refusal(
  provider: ProviderId,
  { status, headers, body }: ServerAnswer & { kind: "answer" },
  sent: Secret,
  now: number,
): Failure {
  const judged = classify(provider, { transport: "http", status, headers, body: body ?? "" }, now);
  const words = sent.hideIn(judged.message);
  const failure = { ...judged, message: words, scope: "account" as const, rotateKey: false };
  if (status === 401 || status === 404)
    return {
      ...failure,
      kind: "auth_permanent",
      message: `The stored token is not taken any more (${words}).`,
    };
  if (status === 403 && judged.kind !== "rate_limit" && NO_SEAT.test(JSON.stringify(body ?? "")))
    return { ...failure, kind: "billing", message: `The account has no access to it (${words}).` };
  return failure;
}
