// What a person sees when the gateway is up: its address, where the secret is, and a line that works.
import type { Gateway } from "./gateway.ts";
import type { GatewayToken } from "./token.ts";

const BODY = `'{"model":"openclaw","messages":[{"role":"user","content":"Say hello."}]}'`;

export function announce(
  out: { readonly say: (line: string) => void },
  gateway: Gateway,
  port: number,
  token: GatewayToken | undefined,
): void {
  const url = `http://127.0.0.1:${port}`;
  out.say(`Gateway ready at ${url} (${gateway.now() - gateway.startedAt} ms).`);
  out.say(token ? `Token: ${token.place}` : "No token is asked for.");
  out.say("Try it:");
  const auth = token ? ` -H "Authorization: Bearer ${token.shell}"` : "";
  out.say(`  curl -s ${url}/v1/chat/completions${auth} -H "Content-Type: application/json" -d ${BODY}`);
}
