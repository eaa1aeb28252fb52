// Where a request comes from: the socket's address, or what a proxy that we trust says of it.
import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

export interface ProxyTrust {
  /** absent: no proxy is trusted */
  readonly proxies?: BlockList;
  /** `X-Real-IP` counts where there is no `X-Forwarded-For` */
  readonly realIp: boolean;
}

/** `gateway.trustedProxies` as a list to look addresses up in. @throws what is wrong with an entry */
export function proxyList(entries: readonly string[]): BlockList | undefined {
  if (entries.length === 0) return undefined;
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

export const isTrusted = ({ proxies }: ProxyTrust, address: string): boolean =>
  proxies !== undefined &&
  isIP(address) !== 0 &&
  proxies.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");

/** The address at the other end of the connection; IPv4 inside IPv6 is IPv4. */
export const peerAddress = (request: IncomingMessage): string => plain(request.socket.remoteAddress ?? "");

export const isLoopback = (address: string): boolean => address === "::1" || address.startsWith("127.");

/** A proxy has been at work, or somebody who wants to look like one. */
export function isForwarded({ headers }: IncomingMessage): boolean {
  if (headers["forwarded"] !== undefined || headers["x-real-ip"] !== undefined) return true;
  for (const name in headers) if (name.startsWith("x-forwarded-")) return true;
  return false;
}

/**
 * The client's address: `X-Forwarded-For` read from its end, past the proxies that are trusted; what lies before the
 * first other address was written by who knows whom. Without a trusted proxy it is the connection's.
 */
export function clientAddress(request: IncomingMessage, trust: ProxyTrust): string {
  const peer = peerAddress(request);
  if (!isTrusted(trust, peer)) return peer;
  const forwarded = request.headers["x-forwarded-for"];
  if (forwarded === undefined) return realIp(request, trust) ?? peer;
  const hops = String(forwarded).slice(-LONGEST_READ).split(",");
  let nearest = peer;
  for (const hop of hops.toReversed()) {
    const address = plain(hop.trim());
    if (isIP(address) === 0) return nearest;
    nearest = address;
    if (!isTrusted(trust, address)) return nearest;
  }
  return nearest;
}

const LONGEST_READ = 2000;

function realIp({ headers }: IncomingMessage, trust: ProxyTrust): string | undefined {
  const given = trust.realIp ? headers["x-real-ip"] : undefined;
  const address = plain(String(given ?? "").trim());
  return isIP(address) === 0 ? undefined : address;
}

/** Without port, brackets, zone, and IPv6's form of IPv4. */
function plain(text: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1];
  const address = bracketed ?? (/^[\d.]+:\d+$/.test(text) ? text.slice(0, text.indexOf(":")) : text);
  const zoneless = address.includes("%") ? address.slice(0, address.indexOf("%")) : address;
  return /^::ffff:[\d.]+$/i.test(zoneless) ? zoneless.slice("::ffff:".length) : zoneless;
}

/** What failed attempts are counted by: an IPv4 address, or the /64 that one IPv6 customer has. */
export function sourceOf(address: string): string {
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  const missing = tail === undefined ? 0 : 8 - groups.length - tail.split(":").filter(Boolean).length;
  const all = [
    ...groups,
    ...Array.from({ length: Math.max(0, missing) }, () => "0"),
    ...(tail ?? "").split(":"),
  ];
  const prefix = all.slice(0, 4).map((group) => Number.parseInt(group || "0", 16).toString(16));
  return `${prefix.join(":")}::/64`;
}
