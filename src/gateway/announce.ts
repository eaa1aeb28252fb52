// What a person sees when the gateway is up: its address, where the secret is, and a line that works.
import type { Gateway } from "./gateway.ts";
import type { GatewaySecret } from "./token.ts";

const BODY = `'{"model":"openclaw","messages":[{"role":"user","content":"Say hello."}]}'`;

/** @param host of the first address that is listened on */
export function announce(
  out: { readonly say: (line: string) => void },
  gateway: Gateway,
  host: string,
  port: number,
  secret: GatewaySecret | undefined,
): void {
  const url = `http://${reachable(host)}:${port}`;
  out.say(`Gateway ready at ${url} (${gateway.now() - gateway.startedAt} ms).`);
  out.say(
    secret ? `${secret.kind === "token" ? "Token" : "Password"}: ${secret.place}` : "No token is asked for.",
  );
  const variable = `OPENCLAW_GATEWAY_${secret?.kind.toUpperCase()}`;
  const known = !secret || secret.shell !== undefined;
  out.say(known ? "Try it:" : `Try it, once the shell has the ${secret.kind} in ${variable}:`);
  const auth = secret ? ` -H "Authorization: Bearer ${secret.shell ?? `$${variable}`}"` : "";
  out.say(`  curl -s ${url}/v1/chat/completions${auth} -H "Content-Type: application/json" -d ${BODY}`);
}

/** An address that listens for all is reached by loopback. */
function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
