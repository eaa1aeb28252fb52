import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { listenForCallback } from "./callback.ts";
import { bracketed, callbackFault, isLoopbackHost } from "./callback-rules.ts";

test("only names of this machine are loopback", () => {
  for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"])
    assert.ok(isLoopbackHost(host), host);
  for (const host of ["0.0.0.0", "", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "::"])
    assert.ok(!isLoopbackHost(host), host);
  assert.equal(bracketed("::1"), "[::1]");
});

const fault = (headers: Record<string, string>, method = "GET", onPath = true) =>
  callbackFault({ method, headers: { host: "localhost:1455", ...headers } }, onPath);

test("a way back is a GET of a whole page, from no page's script and to a name of this machine", () => {
  assert.equal(fault({}), undefined);
  assert.equal(fault({ "sec-fetch-dest": "document", "sec-fetch-site": "cross-site" }), undefined);
  assert.equal(fault({ host: "[::1]:1455" }), undefined);
  assert.equal(fault({}, "GET", false), "elsewhere");
  assert.equal(fault({}, "POST"), "method");
  assert.equal(fault({}, "HEAD"), "method");
  assert.equal(fault({ "sec-fetch-dest": "image" }), "embedded");
  assert.equal(fault({ "sec-fetch-dest": "iframe" }), "embedded");
  for (const origin of ["https://evil.example", "null", "http://localhost:1455"])
    assert.equal(fault({ origin }), "foreign");
  for (const host of ["evil.example", "localhost.evil.example:1455", "", "a b"])
    assert.equal(fault({ host }), "foreign");
});

test("the path is random where it is to be, the port is free again after the login, and one answer is taken", async () => {
  const callback = await listenForCallback("http://127.0.0.1:0/cb/{random}");
  assert.match(callback.redirectUri, /^http:\/\/127\.0\.0\.1:\d+\/cb\/[0-9a-f-]{36}$/);
  const page = fetch(`${callback.redirectUri}?code=c0de`);
  const { params, finish } = await callback.arrived;
  assert.equal(params?.get("code"), "c0de");
  assert.equal((await fetch(`${callback.redirectUri}?code=other`)).status, 403);
  await finish("done");
  const answer = await page;
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("referrer-policy"), "no-referrer");
  assert.doesNotMatch(await answer.text(), /c0de/);
  await callback.close();
  await assert.rejects(fetch(callback.redirectUri));
});

test("the way back is open at the address that it names", async () => {
  const hasIpv6 = networkInterfaces()["lo"]?.some(({ address }) => address === "::1");
  // Beyond 127.0.0.1 only Linux has the whole network of the loopback.
  const others = process.platform === "linux" ? ["127.0.0.2", ...(hasIpv6 ? ["[::1]"] : [])] : [];
  for (const host of ["localhost", "127.0.0.1", ...others]) {
    const callback = await listenForCallback(`http://${host}:0/cb`);
    const page = fetch(callback.redirectUri);
    await (await callback.arrived).finish("done");
    assert.equal((await page).status, 200, host);
    await callback.close();
  }
});

test("a browser that stays connected does not keep the port", async () => {
  const callback = await listenForCallback("http://127.0.0.1:0/cb");
  void fetch(callback.redirectUri).catch(() => undefined);
  await callback.arrived;
  await callback.close();
});

test("where the port is taken nobody listens, and it says so", async () => {
  const first = await listenForCallback("http://127.0.0.1:0/cb");
  const second = await listenForCallback(first.redirectUri);
  assert.match(second.unheard ?? "", /another program uses port \d+/);
  await second.close();
  await first.close();
});

test("a fixed address is sent as it was written", async () => {
  const first = await listenForCallback("http://127.0.0.1:0");
  const written = first.redirectUri.replace(/\/$/, "");
  await first.close();
  const callback = await listenForCallback(written);
  assert.equal(callback.redirectUri, written);
  await callback.close();
});

test("an address beyond this machine is refused", async () => {
  for (const uri of [
    "http://192.0.2.1/cb",
    "https://localhost/cb",
    "http://localhost.evil.example/cb",
    "nonsense",
  ])
    await assert.rejects(listenForCallback(uri), { code: "bad_input" });
});
