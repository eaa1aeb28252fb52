// What a person sees when the gateway is up: its address, where the secret is, and a line that works.
import type { Gateway } from "../gateway.ts";
import type { GatewaySecret } from "../guard/token.ts";
import { quoted } from "../guard/token.ts";

const BODY = `'{"model":"openclaw","messages":[{"role":"user","content":"Say hello."}]}'`;

export interface Announced {
  /** the first address that is listened on */
  readonly host: string;
  readonly port: number;
  /** where TLS is spoken */
  readonly certPath?: string;
  /** Callers are let in by the word of a proxy. */
  readonly proxied: boolean;
}

export function announce(
  out: { readonly say: (line: string) => void },
  gateway: Gateway,
  { host, port, certPath, proxied }: Announced,
  secret: GatewaySecret | undefined,
): void {
  const url = `${certPath === undefined ? "http" : "https"}://${reachable(host)}:${port}`;
  out.say(`Gateway ready at ${url} (${gateway.now() - gateway.startedAt} ms).`);
  out.say(askedFor(secret, proxied));
  // Only the proxy can make a call then.
  if (proxied && !secret) return;
  const variable = `OPENCLAW_GATEWAY_${secret?.kind.toUpperCase()}`;
  const known = !secret || secret.shell !== undefined;
  out.say(known ? "Try it:" : `Try it, once the shell has the ${secret.kind} in ${variable}:`);
  out.say(`  ${curlLine({ url, certPath }, secret && (secret.shell ?? `$${variable}`))}`);
}

/**
 * A call, as a line for a shell.
 *
 * @param secret a shell expression that gives it; absent where none is asked for
 */
export function curlLine(
  { url, certPath }: { readonly url: string; readonly certPath: string | undefined },
  secret: string | undefined,
): string {
  const auth = secret === undefined ? "" : ` -H "Authorization: Bearer ${secret}"`;
  const trust = certPath === undefined ? "" : ` --cacert ${quoted(certPath)}`;
  return `curl -s${trust} ${url}/v1/chat/completions${auth} -H "Content-Type: application/json" -d ${BODY}`;
}

function askedFor(secret: GatewaySecret | undefined, proxied: boolean): string {
  const place = secret && `${secret.kind === "token" ? "Token" : "Password"}: ${secret.place}`;
  if (proxied) return `Callers are named by the trusted proxy.${place ? ` On this machine: ${place}` : ""}`;
  return place ?? "No token is asked for.";
}

/** An address that listens for all is reached by loopback. */
export function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
