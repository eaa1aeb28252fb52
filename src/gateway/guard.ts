// Who may speak to the gateway: hosts, origins, the secret (DESIGN, "Loopback and locked").
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Secret } from "../core/secret.ts";
import type { TimedRefusal } from "./refusals.ts";

export interface GuardSettings {
  /** the secret of mode `token` or `password`; absent in mode `none` */
  readonly secret?: Secret;
  /** the socket is bound to loopback only */
  readonly loopback: boolean;
  readonly allowedOrigins: readonly string[];
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
export function checkOrigin(request: IncomingMessage, settings: GuardSettings): TimedRefusal | undefined {
  const { host, origin } = request.headers;
  if (settings.loopback && !isLoopbackHost(host)) {
    return forbidden(`This gateway answers to localhost only, not to "${(host ?? "").slice(0, 100)}".`);
  }
  if (origin === undefined || isOwnOrigin(origin, host) || settings.allowedOrigins.includes(origin))
    return undefined;
  return forbidden(
    "Pages of other sites may not call this gateway. Add the origin to gateway.controlUi.allowedOrigins.",
  );
}

/** Same scheme is not asked for: TLS may end before us. */
function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && origin.replace(/^https?:\/\//i, "").toLowerCase() === host.toLowerCase();
}

/** The gateway's secret, as a bearer token or as Anthropic's clients send theirs. */
export function checkSecret(request: IncomingMessage, settings: GuardSettings): TimedRefusal | undefined {
  if (settings.secret === undefined) return undefined;
  const given = presentedSecret(request);
  if (given !== undefined && sameBytes(Buffer.from(given), bytesOf(settings.secret))) return undefined;
  return { status: 401, type: "unauthorized", message: "Unauthorized", final: true };
}

function presentedSecret(request: IncomingMessage): string | undefined {
  const { authorization } = request.headers;
  if (authorization !== undefined) return /^Bearer +(.+)$/i.exec(authorization)?.[1];
  const key = request.headers["x-api-key"];
  return typeof key === "string" && key !== "" ? key : undefined;
}

const BYTES = new WeakMap<Secret, Buffer>();

function bytesOf(secret: Secret): Buffer {
  const bytes = BYTES.get(secret) ?? Buffer.from(secret.reveal());
  BYTES.set(secret, bytes);
  return bytes;
}

/** Compares in a time that tells nothing of where two texts differ. */
const sameBytes = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

const forbidden = (message: string): TimedRefusal => ({
  status: 403,
  type: "permission_error",
  message,
  final: true,
});
