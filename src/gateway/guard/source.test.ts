import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { clientAddress, isForwarded, proxyList, sourceOf } from "./source.ts";

const request = (remoteAddress: string, headers: Record<string, string> = {}) =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;
const trust = (entries: readonly string[], realIp = false) => {
  const proxies = proxyList(entries);
  return { ...(proxies && { proxies }), realIp };
};

const CASES: readonly [trusted: string[], peer: string, forwarded: string | undefined, client: string][] = [
  [[], "10.0.0.9", "1.2.3.4", "10.0.0.9"],
  [["10.0.0.1"], "10.0.0.9", "1.2.3.4", "10.0.0.9"],
  [["10.0.0.1"], "10.0.0.1", "1.2.3.4", "1.2.3.4"],
  [["10.0.0.0/8"], "::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4"],
  // What the client itself wrote in front is not believed.
  [["10.0.0.1"], "10.0.0.1", "127.0.0.1, 1.2.3.4", "1.2.3.4"],
  [["10.0.0.0/8"], "10.0.0.1", "9.9.9.9, 1.2.3.4, 10.0.0.2", "1.2.3.4"],
  [["10.0.0.1"], "10.0.0.1", "1.2.3.4, nonsense", "10.0.0.1"],
  [["10.0.0.1"], "10.0.0.1", undefined, "10.0.0.1"],
  [["10.0.0.1"], "10.0.0.1", "1.2.3.4:5678", "1.2.3.4"],
  [["10.0.0.1"], "10.0.0.1", "[2001:db8::1]:443", "2001:db8::1"],
  [["2001:db8:f::/48"], "2001:db8:f::7", "1.2.3.4", "1.2.3.4"],
];
for (const [trusted, peer, forwarded, client] of CASES)
  test(`${peer} with ${forwarded ?? "nothing"}, trusting ${trusted.join(" ") || "nobody"}: ${client}`, () => {
    const headers: Record<string, string> = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
    assert.equal(clientAddress(request(peer, headers), trust(trusted)), client);
  });

test("X-Real-IP counts only where it is wanted", () => {
  const one = request("10.0.0.1", { "x-real-ip": "1.2.3.4" });
  assert.equal(clientAddress(one, trust(["10.0.0.1"])), "10.0.0.1");
  assert.equal(clientAddress(one, trust(["10.0.0.1"], true)), "1.2.3.4");
});

test("addresses of one IPv6 customer are one source", () => {
  assert.equal(sourceOf("2001:db8:0:7:1:2:3:4"), sourceOf("2001:0db8::7:ffff:0:0:1"));
  assert.notEqual(sourceOf("2001:db8:0:7::1"), sourceOf("2001:db8:0:8::1"));
  assert.equal(sourceOf("::1"), "0:0:0:0::/64");
  assert.equal(sourceOf("1.2.3.4"), "1.2.3.4");
});

test("any forwarding header tells of a proxy", () => {
  for (const name of ["forwarded", "x-real-ip", "x-forwarded-host"])
    assert.equal(isForwarded(request("127.0.0.1", { [name]: "x" })), true);
  assert.equal(isForwarded(request("127.0.0.1", { host: "x" })), false);
});
