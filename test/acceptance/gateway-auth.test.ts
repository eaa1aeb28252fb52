// Who may speak to the gateway: modes, failed attempts, proxies, and TLS. Loopback only: other addresses come as a
// trusted proxy would tell them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { after, before, describe, test } from "node:test";
import * as act from "../fakes/upstream-actions.ts";
import { cliHome } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";
import { send, sendRaw } from "../support/http-client.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const STRONG = "fake-token-0123456789-abcdefghijklmnop";
const LIMIT = { maxAttempts: 3, windowMs: 60_000, lockoutMs: 5000, exemptLoopback: false };

interface Asked {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly json: any;
}

interface Auth {
  readonly gateway: TestGateway;
  readonly clock: { now: number };
  /** GET /v1/models with these headers, on a connection of its own. */
  ask(headers?: OutgoingHttpHeaders): Promise<Asked>;
}

async function withAuth(t: TestContext, section: object): Promise<Auth> {
  const clock = { now: Date.UTC(2026, 10, 21) };
  const gateway = await startTestGateway({
    providers: { p: {} },
    script: () => act.reply({ body: PROTOCOLS.chat.whole("fine") }),
    now: () => clock.now,
    config: { gateway: section },
  });
  t.after(() => gateway.stop());
  return {
    gateway,
    clock,
    async ask(headers = {}) {
      const seen = await send(`${gateway.url}/v1/models`, { method: "GET", headers });
      return { status: seen.status, headers: seen.headers, json: JSON.parse(seen.text) };
    },
  };
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const from = (address: string, secret = "wrong") => ({ ...bearer(secret), "x-forwarded-for": address });
const statuses = async (auth: Auth, each: readonly OutgoingHttpHeaders[]) => {
  const seen: number[] = [];
  for (const headers of each) seen.push((await auth.ask(headers)).status);
  return seen;
};

describe("failed attempts", () => {
  const token = (rateLimit: object, secret = TOKEN) => ({
    auth: { mode: "token", token: secret, rateLimit },
  });
  const behindProxy = { trustedProxies: ["127.0.0.1", "::1"] };

  test("lock a source out for a time, and are told so", async (t) => {
    const auth = await withAuth(t, token(LIMIT));
    const wrong = Array.from({ length: 5 }, () => bearer("wrong"));
    assert.deepEqual(await statuses(auth, wrong), [401, 401, 401, 429, 429]);
    const refused = await auth.ask(bearer("wrong"));
    assert.equal(refused.json.error.type, "rate_limited");
    assert.equal(refused.headers["retry-after"], "5");
    auth.clock.now += 5000;
    assert.deepEqual(await statuses(auth, [bearer("wrong"), bearer(TOKEN)]), [401, 200]);
  });

  test("do not lock out the holder of a secret that nobody can guess", async (t) => {
    const auth = await withAuth(t, token(LIMIT, STRONG));
    await statuses(
      auth,
      Array.from({ length: 20 }, () => bearer("wrong")),
    );
    assert.deepEqual(
      await statuses(auth, [bearer("wrong"), bearer(STRONG), { "x-api-key": STRONG }]),
      [429, 200, 200],
    );
  });

  test("nor one who has shown a weaker secret there before; others wait", async (t) => {
    const auth = await withAuth(t, { ...token(LIMIT), ...behindProxy });
    const [known, stranger] = ["198.51.100.1", "198.51.100.2"];
    assert.equal((await auth.ask(from(known, TOKEN))).status, 200);
    for (const address of [known, stranger])
      assert.deepEqual(
        await statuses(
          auth,
          Array.from({ length: 4 }, () => from(address)),
        ),
        [401, 401, 401, 429],
      );
    assert.equal((await auth.ask(from(known, TOKEN))).status, 200);
    assert.equal((await auth.ask(from(stranger, TOKEN))).status, 429);
    assert.equal((await auth.ask(from("198.51.100.3", TOKEN))).status, 200);
  });

  test("of this machine are not counted, unless it is wanted or somebody forwards them", async (t) => {
    const auth = await withAuth(t, token({ ...LIMIT, exemptLoopback: true }));
    const wrong = Array.from({ length: 6 }, () => bearer("wrong"));
    assert.deepEqual(new Set(await statuses(auth, wrong)), new Set([401]));
    const forwarded = Array.from({ length: 4 }, () => from("127.0.0.1"));
    assert.deepEqual(await statuses(auth, forwarded), [401, 401, 401, 429]);
  });

  test("cannot be spread by a header that anybody can write", async (t) => {
    const auth = await withAuth(t, token(LIMIT));
    const spread = Array.from({ length: 5 }, (_, n) => from(`203.0.113.${n}`));
    assert.deepEqual(await statuses(auth, spread), [401, 401, 401, 429, 429]);
  });

  test("behind a trusted proxy each client has its own count; one IPv6 customer is one client", async (t) => {
    const auth = await withAuth(t, { ...token(LIMIT), ...behindProxy });
    // What the client wrote in front of its own address is not believed.
    const one = Array.from({ length: 4 }, (_, n) => from(`10.9.9.${n}, 198.51.100.7`));
    assert.deepEqual(await statuses(auth, one), [401, 401, 401, 429]);
    assert.equal((await auth.ask(from("198.51.100.8"))).status, 401);
    const six = Array.from({ length: 4 }, (_, n) => from(`2001:db8:1:2::${n + 1}`));
    assert.deepEqual(await statuses(auth, six), [401, 401, 401, 429]);
  });

  test("are no matter for calls without a secret, and open paths stay open", async (t) => {
    const auth = await withAuth(t, token(LIMIT));
    assert.deepEqual(
      new Set(
        await statuses(
          auth,
          Array.from({ length: 6 }, () => ({})),
        ),
      ),
      new Set([401]),
    );
    await statuses(
      auth,
      Array.from({ length: 4 }, () => bearer("wrong")),
    );
    assert.equal((await send(`${auth.gateway.url}/healthz`, { method: "GET" })).status, 200);
  });

  test("a flood from everywhere locks no holder out", async (t) => {
    const auth = await withAuth(t, { ...token(LIMIT, STRONG), ...behindProxy });
    const one = (n: number) => auth.ask(from(`2001:db8:${n.toString(16)}::1`));
    for (let n = 0; n < 400; n += 50) await Promise.all(Array.from({ length: 50 }, (_, i) => one(n + i)));
    assert.equal((await auth.ask(from("198.51.100.1", STRONG))).status, 200);
    assert.equal((await auth.ask(bearer(STRONG))).status, 200);
  });
});

describe("trusted proxy", () => {
  const rules = {
    userHeader: "X-Forwarded-User",
    requiredHeaders: ["x-forwarded-proto"],
    allowLoopback: true,
  };
  const section = (more: object = {}, trustedProxies: readonly string[] = ["127.0.0.1"]) => ({
    trustedProxies,
    auth: { mode: "trusted-proxy", trustedProxy: { ...rules, ...more } },
  });
  const anna = { "x-forwarded-user": "anna@example.com", "x-forwarded-proto": "https" };
  const reason = async (auth: Auth, headers: OutgoingHttpHeaders) => {
    const { status, json } = await auth.ask(headers);
    return [status, json.error?.reason];
  };

  test("a user is who the proxy says, and receipts name them", async (t) => {
    const auth = await withAuth(t, section());
    assert.equal((await auth.ask(anna)).status, 200);
    const body = JSON.stringify({ model: "p/m1", messages: [{ role: "user", content: "hi" }] });
    const call = await send(`${auth.gateway.url}/v1/chat/completions`, { headers: anna, body });
    assert.equal((await auth.gateway.receipt(call)).user, "anna@example.com");
  });

  test("what is missing keeps everybody out, by name", async (t) => {
    const auth = await withAuth(t, section({ allowUsers: ["anna@example.com"] }));
    assert.deepEqual(await reason(auth, { "x-forwarded-user": "anna@example.com" }), [
      401,
      "trusted_proxy_missing_header",
    ]);
    assert.deepEqual(await reason(auth, { "x-forwarded-proto": "https" }), [
      401,
      "trusted_proxy_user_missing",
    ]);
    assert.deepEqual(await reason(auth, { ...anna, "x-forwarded-user": " " }), [
      401,
      "trusted_proxy_user_missing",
    ]);
    assert.deepEqual(await reason(auth, { ...anna, "x-forwarded-user": "eve" }), [
      401,
      "trusted_proxy_user_not_allowed",
    ]);
    assert.equal((await auth.ask(anna)).status, 200);
  });

  test("only from the proxy's own address, and from this machine only if that is said", async (t) => {
    const elsewhere = await withAuth(t, section({}, ["10.0.0.1"]));
    assert.deepEqual(await reason(elsewhere, anna), [401, "trusted_proxy_untrusted_source"]);
    // Whoever writes the proxy's address into a header is not the proxy.
    assert.deepEqual(await reason(elsewhere, { ...anna, "x-forwarded-for": "10.0.0.1" }), [
      401,
      "trusted_proxy_untrusted_source",
    ]);
    const strict = await withAuth(t, section({ allowLoopback: false }));
    assert.deepEqual(await reason(strict, {}), [401, "trusted_proxy_loopback_source"]);
  });

  test("declared scopes are all that a user has", async (t) => {
    const auth = await withAuth(t, section());
    const body = JSON.stringify({ model: "p/m1", messages: [{ role: "user", content: "hi" }] });
    const post = async (scopes: string, more = {}) =>
      (
        await send(`${auth.gateway.url}/v1/chat/completions`, {
          headers: { ...anna, "x-openclaw-scopes": scopes, ...more },
          body,
        })
      ).status;
    assert.equal((await auth.ask({ ...anna, "x-openclaw-scopes": "operator.read" })).status, 200);
    assert.equal(await post("operator.read"), 403);
    assert.equal(await post("operator.write"), 200);
    // OpenClaw docs, "OpenAI chat completions": the header that names a model takes admin.
    assert.equal(await post("operator.write", { "x-openclaw-model": "p/m1" }), 403);
    assert.equal(await post("operator.admin", { "x-openclaw-model": "p/m1" }), 200);
    assert.equal((await auth.ask({ ...anna, "x-openclaw-scopes": "" })).status, 403);
  });

  test("programs on this machine use the password, and nobody does through a proxy", async (t) => {
    const password = "fake password of this machine, long enough";
    const auth = await withAuth(t, {
      ...section({ allowLoopback: false }),
      auth: { mode: "trusted-proxy", password, trustedProxy: { ...rules, allowLoopback: false } },
    });
    assert.equal((await auth.ask(bearer(password))).status, 200);
    assert.equal((await auth.ask({ ...bearer(password), "x-forwarded-for": "127.0.0.1" })).status, 401);
    assert.equal((await auth.ask(bearer("wrong"))).status, 401);
  });
});

test("without authentication, calls that come through a proxy from elsewhere are refused", async (t) => {
  const auth = await withAuth(t, { auth: { mode: "none" } });
  assert.equal((await auth.ask()).status, 200);
  const scoped = (scopes: string) =>
    send(`${auth.gateway.url}/v1/chat/completions`, { headers: { "x-openclaw-scopes": scopes }, body: "{}" });
  const refused = await scoped("operator.read");
  assert.equal(refused.status, 403);
  assert.match(refused.text, /missing scope: operator\.write/);
  assert.notEqual((await scoped("operator.write")).status, 403);
  for (const name of ["x-forwarded-for", "x-real-ip", "forwarded", "x-forwarded-host"])
    assert.equal((await auth.ask({ [name]: "198.51.100.1" })).status, 403, name);
  assert.equal((await auth.ask(bearer(`ock_${"a".repeat(43)}`))).status, 401);
});

test("a password, and a secret that the environment holds", async (t) => {
  const auth = await withAuth(t, { auth: { mode: "password", password: "fake-password" } });
  assert.deepEqual(
    await statuses(auth, [bearer("fake-password"), bearer("fake-passwore"), {}]),
    [200, 401, 401],
  );
});

describe("what cannot be safe, or cannot work, is refused at the start", () => {
  const home = cliHome();
  after(home.remove);
  const proxy = (more: string) => `{ gateway: { auth: { mode: "trusted-proxy", ${more} } } }`;
  const CASES: readonly [config: string, flags: string, says: RegExp][] = [
    ["{}", "--auth none --bind lan", /listens on loopback only.*gateway\.auth\.mode/],
    ["{}", "--auth none --bind 192.0.2.1", /listens on loopback only/],
    [
      `{ gateway: { bind: "custom", customBindHost: "0.0.0.0", auth: { mode: "none" } } }`,
      "",
      /loopback only, not on 0\.0\.0\.0/,
    ],
    ["{}", "--bind custom", /customBindHost is not set/],
    ["{}", "--bind custom.example", /"custom\.example" is not known/],
    ["{}", "--bind 192.0.2.1 --port 0", /no address 192\.0\.2\.1/],
    ["{}", "--auth magic", /"magic" is not known.*trusted-proxy/],
    ["{}", "--auth password", /gateway\.auth\.password/],
    ["{}", "--password a --password-file b", /not both/],
    ["{}", "--password-file missing.txt", /missing\.txt cannot be read/],
    [
      `{ gateway: { auth: { token: "a-fake-token", password: "b-fake" } } }`,
      "",
      /token and a password.*gateway\.auth\.mode/,
    ],
    [proxy(""), "", /userHeader.*gateway\.trustedProxies/],
    [`{ gateway: { trustedProxies: ["10.0.0.0/99"], auth: { mode: "token" } } }`, "", /no address or range/],
    [`{ gateway: { trustedProxies: ["proxy.example"] } }`, "", /trustedProxies\[0\].*must be an address/],
    [`{ gateway: { tls: { enabled: true } } }`, "", /certPath and keyPath/],
    [
      `{ gateway: { tls: { enabled: true, certPath: "/none.crt", keyPath: "/none.key" } } }`,
      "",
      /\/none\.crt cannot be read.*gateway\.tls\.certPath/,
    ],
  ];
  for (const [config, flags, says] of CASES)
    test(`${config} ${flags}`, async () => {
      home.write(".openclaw/openclaw.json", config);
      const { exit, err, out } = await home.run(["gateway", "run", ...flags.split(" ").filter(Boolean)]);
      assert.equal(exit, 1, out);
      assert.match(err.replaceAll("\n", " "), says);
    });
});

describe("TLS", () => {
  const folder = mkdtempSync(join(tmpdir(), "gateway-tls-"));
  const at = (name: string) => join(folder, name);
  const names = ["-addext", "subjectAltName=IP:127.0.0.1"];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const make = (name: string) =>
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        ...kind,
        "-keyout",
        at(`${name}.key`),
        "-out",
        at(`${name}.crt`),
        "-subj",
        `/CN=${name}`,
        ...names,
      ],
      { stdio: "pipe" },
    );
  before(() => ["one", "two"].forEach(make));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const use = (certificate: string, key = certificate) => {
    copyFileSync(at(`${key}.key`), at("server.key"));
    copyFileSync(at(`${certificate}.crt`), at("server.crt"));
  };
  const tls = { enabled: true, certPath: at("server.crt"), keyPath: at("server.key") };

  /** Whom the gateway shows itself as on a new connection, and what it answers. */
  const shown = (url: string): Promise<{ name: string; status: number }> =>
    new Promise((resolve, reject) => {
      const sent = request(`${url}/healthz`, { agent: false, rejectUnauthorized: false }, (response) => {
        const socket = response.socket as import("node:tls").TLSSocket;
        const name = String(socket.getPeerCertificate().subject.CN);
        response.resume().on("end", () => resolve({ name, status: response.statusCode! }));
      });
      sent.on("error", reject).end();
    });

  test("the certificate follows its files; a pair that does not match leaves the running one", async (t) => {
    use("one");
    const gateway = await startTestGateway({ providers: { p: {} }, config: { gateway: { tls } } });
    t.after(() => gateway.stop());
    const url = `https://127.0.0.1:${gateway.port}`;
    assert.deepEqual(await shown(url), { name: "one", status: 200 });
    use("two");
    await eventually(async () => assert.equal((await shown(url)).name, "two"));

    use("one", "two");
    await eventually(() => assert.match(gateway.said.join("\n"), /running one stays.*is not the key of/));
    assert.equal((await shown(url)).name, "two");
    writeFileSync(at("server.crt"), "no certificate");
    await eventually(() => assert.match(gateway.said.join("\n"), /cannot be used/));
    assert.deepEqual(await shown(url), { name: "two", status: 200 });
    use("one");
    await eventually(async () => assert.equal((await shown(url)).name, "one"));

    // Who speaks no TLS gets nothing, and harms nobody.
    assert.equal(await sendRaw(gateway.port, ["GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n"]), "");
    assert.equal((await shown(url)).status, 200);
  });

  test("a pair for this machine is made once, where that is wanted", async () => {
    const home = cliHome();
    home.write(".openclaw/openclaw.json", `{ gateway: { tls: { enabled: true, autoGenerate: true } } }`);
    const run = async () => {
      let stop = () => {};
      const interrupt = new Promise<void>((resolve) => (stop = resolve));
      const timer = setInterval(() => {
        if (home.files().some((file) => file.endsWith("gateway.lock"))) stop();
      }, 20);
      const { exit, out } = await home.run(["gateway", "run", "--port", "0"], { interrupt });
      clearInterval(timer);
      assert.equal(exit, 0);
      assert.match(out, /https:\/\/127\.0\.0\.1/);
      return home.read(".openclaw/state/tls/cert.pem");
    };
    const first = await run();
    assert.match(first, /BEGIN CERTIFICATE/);
    assert.equal(await run(), first);
    home.remove();
  });
});
