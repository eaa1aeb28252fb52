// Which requests to the callback can be a login server sending the person back. Pure.
import type { IncomingHttpHeaders } from "node:http";

/** Names of this machine, for itself alone. */
export const isLoopbackHost = (host: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i.test(host);

/** As a part of an address: IPv6 stands in brackets. */
export const bracketed = (host: string): string =>
  host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;

/** `foreign`: sent by a page of another site, or to a name that only leads here (DNS rebinding). */
export type CallbackFault = "elsewhere" | "method" | "embedded" | "foreign";

/**
 * A login server sends the person here by a redirect: a whole page, by GET, and such requests carry no `Origin`
 * (Fetch, "append a request Origin header").
 */
export function callbackFault(
  { method, headers }: { readonly method?: string | undefined; readonly headers: IncomingHttpHeaders },
  onPath: boolean,
): CallbackFault | undefined {
  if (!onPath) return "elsewhere";
  if (method !== "GET") return "method";
  const destination = headers["sec-fetch-dest"];
  if (destination !== undefined && destination !== "document") return "embedded";
  if (headers.origin !== undefined) return "foreign";
  const host = URL.parse(`http://${headers.host ?? ""}`)?.hostname;
  return host !== undefined && isLoopbackHost(host) ? undefined : "foreign";
}
