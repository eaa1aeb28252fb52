// Parts of an upstream call that do not depend on who makes it: the path, the headers.
import type { IncomingHttpHeaders } from "node:http";
import type { SignedCall } from "../wire/aws-sigv4.ts";
import type { ProviderWire } from "../wire/wire.ts";

/** A base URL that already ends in the wire's version does not get it twice. */
export function joinPath(base: string, endpoint: string): string {
  const version = /\/v\d+$/.exec(base)?.[0];
  return base + (version && endpoint.startsWith(`${version}/`) ? endpoint.slice(version.length) : endpoint);
}

/** A call as a signature covers it. */
export const toSign = (origin: string, path: string, body: Buffer): SignedCall => ({
  method: "POST",
  host: origin.slice(origin.indexOf("//") + 2),
  path,
  headers: { "content-type": "application/json" },
  body,
});

/** Name, value, name, value … but for some names. */
export const pairsWithout = (pairs: readonly string[], names: ReadonlySet<string>): string[] =>
  pairs.filter((_, i) => !names.has(pairs[i - (i % 2)]!));

/** Lists of features: the provider's own and the client's are both wanted. */
const JOINED = new Set(["anthropic-beta", "openai-beta"]);

/**
 * The headers of a call as name, value, name, value …
 *
 * @param client names of the client's headers that go upstream, of those in `sent`
 */
export function callHeaders(
  wire: ProviderWire,
  credential: readonly string[],
  client: readonly string[] = [],
  sent: IncomingHttpHeaders = {},
): string[] {
  const headers = ["content-type", "application/json", "accept-encoding", "identity"];
  for (let i = 0; i < credential.length; i += 2) {
    const name = credential[i]!;
    if (!client.includes(name)) headers.push(name, credential[i + 1]!);
    else if (JOINED.has(name)) headers.push(name, `${credential[i + 1]},${String(sent[name])}`);
  }
  for (const name of client)
    if (!(JOINED.has(name) && credential.includes(name))) headers.push(name, String(sent[name]));
  for (const [name, value] of Object.entries(wire.headers)) {
    if (!client.includes(name) && !credential.includes(name)) headers.push(name, value);
  }
  return headers;
}
