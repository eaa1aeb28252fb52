// Auth mode `trusted-proxy`: who the user is, a reverse proxy says. The checks and their order are OpenClaw's
// ("Trusted proxy auth", runtime rules); each has a name, so that an operator knows what to mend.
import type { IncomingMessage } from "node:http";
import { networkInterfaces } from "node:os";
import type { GatewayAuthConfig } from "../../config/config.ts";
import type { Caller } from "./caller.ts";
import { scopesOf } from "./caller.ts";
import type { ProxyTrust } from "./source.ts";
import { isLoopback, isTrusted, peerAddress } from "./source.ts";

export type ProxyRules = GatewayAuthConfig["trustedProxy"] & { readonly userHeader: string };

export type ProxyRefusal =
  | "trusted_proxy_untrusted_source"
  | "trusted_proxy_loopback_source"
  | "trusted_proxy_local_interface_source"
  | "trusted_proxy_local_interface_check_failed"
  | "trusted_proxy_missing_header"
  | "trusted_proxy_user_missing"
  | "trusted_proxy_user_not_allowed";

export function proxyCaller(
  request: IncomingMessage,
  rules: ProxyRules,
  trust: ProxyTrust,
): Caller | ProxyRefusal {
  const wrong = wrongSource(peerAddress(request), rules, trust);
  if (wrong) return wrong;
  if (!rules.requiredHeaders.every((name) => headerOf(request, name) !== ""))
    return "trusted_proxy_missing_header";
  const user = headerOf(request, rules.userHeader);
  if (user === "") return "trusted_proxy_user_missing";
  if (rules.allowUsers.length > 0 && !rules.allowUsers.includes(user))
    return "trusted_proxy_user_not_allowed";
  const scopes = request.headers["x-openclaw-scopes"];
  return { kind: "user", user, scopes: scopesOf(scopes === undefined ? undefined : String(scopes)) };
}

function wrongSource(peer: string, rules: ProxyRules, trust: ProxyTrust): ProxyRefusal | undefined {
  if (!isTrusted(trust, peer)) return "trusted_proxy_untrusted_source";
  if (isLoopback(peer)) return rules.allowLoopback ? undefined : "trusted_proxy_loopback_source";
  const own = ownAddresses();
  if (!own) return "trusted_proxy_local_interface_check_failed";
  return own.has(peer) ? "trusted_proxy_local_interface_source" : undefined;
}

const headerOf = ({ headers }: IncomingMessage, name: string): string => String(headers[name] ?? "").trim();

const ASKED_EVERY_MS = 5000;
let own: ReadonlySet<string> | undefined;
let askedAt = -Infinity;

/** This machine's own addresses; they change now and then. */
function ownAddresses(): ReadonlySet<string> | undefined {
  if (performance.now() - askedAt < ASKED_EVERY_MS) return own;
  askedAt = performance.now();
  try {
    own = new Set(
      Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address)),
    );
  } catch {
    own = undefined;
  }
  return own;
}
