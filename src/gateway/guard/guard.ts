// Who may speak to the gateway: hosts, origins, secrets and keys (DESIGN, "Loopback and locked").
import type { IncomingMessage } from "node:http";
import type { GatewayAuthConfig } from "../../config/config.ts";
import { CLIENT_KEY_PREFIX, keyState } from "../../core/client-key.ts";
import type { FailedAttempts } from "../../core/failed-attempts.ts";
import type { Secret } from "../../core/secret.ts";
import type { Caller, KnownKeys } from "./caller.ts";
import { OPERATOR, scopesOf } from "./caller.ts";
import type { TimedRefusal } from "../calls/refusals.ts";
import { isSameSecret } from "./same-secret.ts";
import type { ProxyTrust } from "./source.ts";
import { clientAddress, isForwarded, isLoopback, isTrusted, peerAddress, sourceOf } from "./source.ts";
import type { ProxyRules } from "./trusted-proxy.ts";
import { proxyCaller } from "./trusted-proxy.ts";

export interface GuardSettings {
  /** how callers prove themselves; client keys are good in every mode */
  readonly mode: GatewayAuthConfig["mode"];
  /** the secret of mode `token` or `password`; of mode `trusted-proxy` for callers on this machine; else absent */
  readonly secret?: Secret;
  /** It cannot be guessed, so that its holder is let in whatever others tried from the same address. */
  readonly strong: boolean;
  /** mode `trusted-proxy` */
  readonly proxy?: ProxyRules;
  readonly trust: ProxyTrust;
  readonly rateLimit: GatewayAuthConfig["rateLimit"];
  /** the socket is bound to loopback only */
  readonly loopback: boolean;
  readonly allowedOrigins: readonly string[];
}

/** What the guard remembers from one request to the next. */
export interface GuardMemory {
  readonly keys: Pick<KnownKeys, "find">;
  readonly attempts: FailedAttempts;
  readonly now: () => number;
}

const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** The host that asked last: clients ask again and again by the same name. */
let lastLoopbackHost: string | undefined;

function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined) return false;
  if (host === lastLoopbackHost) return true;
  if (!LOOPBACK_HOST.test(host)) return false;
  lastLoopbackHost = host;
  return true;
}

/** What an open route must pass as well: no page of another site, no name that was rebound to us. */
export const checkOrigin = (request: IncomingMessage, settings: GuardSettings): TimedRefusal | undefined =>
  checkHost(request, settings) ??
  (isForeignPage(request, settings) ? forbidden(FOREIGN_PAGE_WORDS) : undefined);

export const FOREIGN_PAGE_WORDS =
  "Pages of other sites may not call this gateway. Add the origin to gateway.controlUi.allowedOrigins.";

/** A name that was rebound to this machine is refused. */
export function checkHost(request: IncomingMessage, settings: GuardSettings): TimedRefusal | undefined {
  const { host } = request.headers;
  if (!settings.loopback || isLoopbackHost(host) || isAllowedHost(host, settings)) return undefined;
  return forbidden(
    `This gateway answers to localhost only, not to "${(host ?? "").slice(0, 100)}". A proxy in front of it sends localhost as the host, or its own host stands in gateway.controlUi.allowedOrigins.`,
  );
}

/** A browser sends it for a page of another site. */
export function isForeignPage({ headers }: IncomingMessage, settings: GuardSettings): boolean {
  const { host, origin } = headers;
  return origin !== undefined && !isOwnOrigin(origin, host) && !settings.allowedOrigins.includes(origin);
}

/** The host of an origin that is allowed is a name of ours. */
const isAllowedHost = (host: string | undefined, { allowedOrigins }: GuardSettings): boolean =>
  host !== undefined && allowedOrigins.some((origin) => isOwnOrigin(origin, host));

/** Same scheme is not asked for: TLS may end before us. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && origin.replace(/^https?:\/\//i, "").toLowerCase() === host.toLowerCase();
}

/**
 * Who calls: by a client key, by the gateway's secret, or by the word of a trusted proxy. Keys and secrets come as a
 * bearer token or as Anthropic's clients send theirs.
 */
export const authenticate = (
  request: IncomingMessage,
  settings: GuardSettings,
  memory: GuardMemory,
): Caller | TimedRefusal => authenticateBy(presentedSecret(request), request, settings, memory);

/** @param given what the caller shows, wherever it came from */
export function authenticateBy(
  given: string | undefined,
  request: IncomingMessage,
  settings: GuardSettings,
  memory: GuardMemory,
): Caller | TimedRefusal {
  const isKey = given?.startsWith(CLIENT_KEY_PREFIX) === true;
  const live = isKey ? memory.keys.find(given) : undefined;
  if (live) return refusedKey(live.key.name, keyState(live.key, memory.now())) ?? { kind: "key", live };
  if (settings.proxy) return byProxy(request, settings, settings.proxy, given, memory);
  if (settings.secret) return bySecret(request, settings, settings.secret, given, memory);
  if (isKey) return unauthorized(UNKNOWN_KEY);
  return isForwarded(request) && !isFromHere(request, settings.trust) ? PROXIED : declared(request);
}

/** Where nobody proves anything, a caller may still say how little it wants to be able to do. */
function declared({ headers }: IncomingMessage): Caller {
  const scopes = headers["x-openclaw-scopes"];
  return scopes === undefined ? OPERATOR : { kind: "user", user: "", scopes: scopesOf(String(scopes)) };
}

/** A proxy that is trusted says that its client is on this machine. */
const isFromHere = (request: IncomingMessage, trust: ProxyTrust): boolean =>
  isTrusted(trust, peerAddress(request)) && isLoopback(clientAddress(request, trust));

const UNKNOWN_KEY = "This client key is not known here. Make one: openclaw gateway keys add <name>";

const refusedKey = (name: string, state: string): TimedRefusal | undefined =>
  state === "active"
    ? undefined
    : unauthorized(`The client key "${name}" ${state === "expired" ? "has expired" : "was revoked"}.`);

function byProxy(
  request: IncomingMessage,
  settings: GuardSettings,
  rules: ProxyRules,
  given: string | undefined,
  memory: GuardMemory,
): Caller | TimedRefusal {
  const isLocal = isLoopback(peerAddress(request)) && !isForwarded(request);
  if (isLocal && settings.secret && given !== undefined)
    return bySecret(request, settings, settings.secret, given, memory);
  const caller = proxyCaller(request, rules, settings.trust);
  return typeof caller === "string" ? unauthorized("Unauthorized", { reason: caller }) : caller;
}

/**
 * Failed attempts lock their source out. The holder of the secret gets in all the same: always when the secret cannot
 * be guessed, else from where it has been shown before. So a secret that can be guessed is not guessed by strangers.
 */
function bySecret(
  request: IncomingMessage,
  settings: GuardSettings,
  secret: Secret,
  given: string | undefined,
  { attempts, now }: GuardMemory,
): Caller | TimedRefusal {
  const right = given !== undefined && isSameSecret(given, secret);
  if (right && settings.strong) return OPERATOR;
  const source = limitedSource(request, settings);
  if (source === undefined) return right ? OPERATOR : unauthorized(wrongWords(given));
  const locked = attempts.none ? undefined : attempts.lockedUntil(source, now());
  if (right && (locked === undefined || attempts.knows(source))) {
    attempts.succeeded(source);
    return OPERATOR;
  }
  if (locked !== undefined) return lockedOut(locked, now());
  if (given !== undefined) attempts.failed(source, settings.rateLimit, now());
  return unauthorized(wrongWords(given));
}

const wrongWords = (given: string | undefined): string =>
  given?.startsWith(CLIENT_KEY_PREFIX) ? UNKNOWN_KEY : "Unauthorized";

/** What the attempts of a request are counted by; `undefined` on this machine, unless it is counted too. */
function limitedSource(request: IncomingMessage, { trust, rateLimit }: GuardSettings): string | undefined {
  const address = clientAddress(request, trust);
  if (!isLoopback(address)) return sourceOf(address);
  if (rateLimit.exemptLoopback && !(isForwarded(request) && !isTrusted(trust, peerAddress(request))))
    return undefined;
  // Pages in a browser of this machine do not lock each other out.
  return `${sourceOf(address)} ${request.headers.origin ?? ""}`;
}

export function presentedSecret(request: IncomingMessage): string | undefined {
  const { authorization } = request.headers;
  const bearer = authorization === undefined ? undefined : /^Bearer +(.+)$/i.exec(authorization)?.[1];
  if (bearer !== undefined) return bearer;
  const key = request.headers["x-api-key"];
  return typeof key === "string" && key !== "" ? key : undefined;
}

const unauthorized = (message: string, details?: TimedRefusal["details"]): TimedRefusal => ({
  status: 401,
  type: "unauthorized",
  message,
  final: true,
  ...(details ? { details } : {}),
});

const lockedOut = (until: number, now: number): TimedRefusal => ({
  status: 429,
  type: "rate_limited",
  message: "Too many failed attempts from this address. Wait, and check the secret that is sent.",
  retryAfterSeconds: Math.max(1, Math.ceil((until - now) / 1000)),
});

const forbidden = (message: string): TimedRefusal => ({
  status: 403,
  type: "permission_error",
  message,
  final: true,
});

const PROXIED = forbidden(
  "Nobody is asked who they are here, so calls from elsewhere through a proxy are refused. Set gateway.auth.mode.",
);
