// The control plane of a gateway that runs as a process, and `openclaw gateway call` from the shell.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import * as act from "../fakes/upstream-actions.ts";
import type { ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import type { CliHome, Said } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import { controlClient } from "../support/control-client.ts";
import { keyOf } from "../support/gateway.ts";
import { eventually } from "../support/eventually.ts";
import type { GatewayHome, GatewayProcess } from "../support/gateway-process.ts";
import { gatewayHome } from "../support/gateway-process.ts";
import { PROTOCOLS } from "../support/protocols.ts";

describe("gateway call", () => {
  let upstream: ScriptedUpstream;
  let home: GatewayHome;
  let cli: CliHome;
  let gateway: GatewayProcess;
  before(async () => {
    upstream = await startScriptedUpstream(() => act.reply({ body: PROTOCOLS.chat.whole("fine") }));
    home = await gatewayHome(upstream, ["a", "b"]);
    cli = cliHome(home.path);
    gateway = await home.start("--port", "0");
  });
  after(async () => {
    await home.remove();
    await upstream.close();
  });

  const call = (...words: string[]): Promise<Said> => cli.run(["gateway", "call", ...words]);
  const token = () => readFileSync(join(home.paths.globalDir, "gateway-token"), "utf8").trim();

  test("finds the gateway of this machine, and prints the payload alone", async () => {
    const { exit, out } = await call("health");
    assert.equal(exit, 0);
    assert.equal(JSON.parse(out).ok, true);
    const listed = await call("models.auth.list", "--params", '{"provider":"p"}', "--json");
    assert.deepEqual(
      JSON.parse(listed.out).profiles.map(({ id }: { id: string }) => id),
      ["p:a", "p:b"],
    );
  });

  test("what a method refuses is said, with exit code 1 and one JSON document", async () => {
    const { exit, out, err } = await call("nope", "--json");
    assert.equal(exit, 1);
    assert.match(err, /unknown method: nope/);
    assert.equal(JSON.parse(out).error.code, "INVALID_REQUEST");
    assert.equal((await call("health", "--params", "[1]")).exit, 1);
    assert.equal((await call("health", "--timeout", "x")).exit, 1);
  });

  test("another gateway is not shown the secret of this one", async () => {
    const url = `ws://127.0.0.1:${gateway.port}`;
    const bare = await call("health", "--url", url);
    assert.equal(bare.exit, 1);
    assert.match(bare.err, /--token or --password/);
    assert.equal((await call("health", "--url", url, "--token", token())).exit, 0);
    const wrong = await call("health", "--url", url, "--token", "wrong");
    assert.match(wrong.err, /token mismatch/);
    const nobody = await call("health", "--url", "ws://127.0.0.1:1", "--token", "x", "--json");
    assert.match(JSON.parse(nobody.out).error.message, /nobody listens/);
  });

  test("a change is one step of models undo, named after its method", async () => {
    const set = await call("models.auth.order.set", "--params", '{"provider":"p","profiles":["p:b"]}');
    assert.equal(set.exit, 0, set.err);
    const undone = await cli.run(["models", "undo", "--list", "--json"]);
    assert.match(undone.out, /gateway call models\.auth\.order\.set/);
    const client = await controlClient(gateway.url, { auth: { token: token() } });
    const taken = await client.ask("models.undo");
    assert.equal(taken.undone[0].command, "gateway call models.auth.order.set");
    const again = await client.ask("models.undo", { change: taken.change });
    assert.equal(again.undone[0].id, taken.change);
    client.close();
  });

  test("an edit and a reload are told; what cannot be used is the caller's error", async () => {
    const client = await controlClient(gateway.url, { auth: { token: token() } });
    const written = readFileSync(home.paths.configPath, "utf8");
    const reloaded = client.event("gateway.reloaded", ({ outcome }) => outcome === "applied");
    writeFileSync(
      home.paths.configPath,
      JSON.stringify({ ...JSON.parse(written), logging: { level: "warn" } }),
    );
    assert.deepEqual((await reloaded).changed.length > 0, true);
    assert.equal((await client.ask("gateway.reload")).outcome, "unchanged");
    assert.equal((await client.ask("secrets.reload")).ok, true);
    writeFileSync(home.paths.configPath, "{");
    await eventually(async () => assert.equal((await client.ask("health")).settings, "rejected"));
    const { error } = await client.request("gateway.reload");
    assert.match(error.message, /goes on with its former settings/);
    writeFileSync(home.paths.configPath, written);
    client.close();
  });

  test("the log is told from its end, and then what came since", async () => {
    const client = await controlClient(gateway.url, { auth: { token: token() } });
    const tail = (params: object = {}) => client.ask("logs.tail", params);
    await eventually(async () => assert.ok((await tail()).lines.length > 0));
    const { cursor, lines, size } = await tail({ limit: 1 });
    assert.equal(lines.length, 1);
    assert.ok(cursor <= size && JSON.parse(lines[0]).msg);
    // The level that the edit before this set may be in use for a moment.
    await eventually(async () => {
      await client.ask("models.auth.retry", { profileId: "p:a" });
      const told = (await tail({ cursor })).lines.join("\n");
      assert.match(told, /models\.auth\.retry was called/);
    });
    assert.equal((await tail({ cursor: 1e9 })).reset, true);
    client.close();
  });

  test("another secret ends the connections that the former one opened", async () => {
    const client = await controlClient(gateway.url, { auth: { token: token() } });
    const written = readFileSync(home.paths.configPath, "utf8");
    const auth = { mode: "token", token: "fake-other-token" };
    writeFileSync(home.paths.configPath, JSON.stringify({ ...JSON.parse(written), gateway: { auth } }));
    assert.equal((await client.closed).code, 1008);
    const next = await controlClient(gateway.url, { auth: { token: auth.token } });
    writeFileSync(home.paths.configPath, written);
    assert.equal((await next.closed).code, 1008);
  });

  test("a secret goes behind a reference, which is in use at once, and whose state is told", async () => {
    const client = await controlClient(gateway.url, { auth: { token: token() } });
    assert.equal((await client.ask("secrets.status")).refs, 0);
    const file = join(home.path, "keys.json");
    writeFileSync(file, "{}", { mode: 0o600 });
    const plan = {
      version: 1,
      providerUpserts: { keys: { source: "file", path: file, mode: "json" } },
      targets: [
        {
          type: "auth-profiles.api_key.key",
          path: "profiles.p:b.key",
          agentId: "main",
          ref: { source: "file", provider: "keys", id: "/b" },
        },
      ],
      options: { fillFiles: true },
    };
    const dry = await client.ask("secrets.apply", { plan, dryRun: true });
    assert.deepEqual([dry.ok, dry.dryRun, dry.targets[0].was], [true, true, "plaintext"]);
    const told = client.event("secrets.changed", ({ resolved }) => resolved === 1);
    const applied = await client.ask("secrets.apply", { plan });
    assert.ok(applied.changedFiles.length > 0, JSON.stringify(applied));
    assert.equal(JSON.parse(readFileSync(file, "utf8")).b, keyOf("p", "b"));
    await told;
    const { refs, failing } = await client.ask("secrets.status");
    assert.deepEqual([refs, failing], [1, []]);
    writeFileSync(file, JSON.stringify({ b: keyOf("p", "b"), a: "fake-other-secret" }), { mode: 0o600 });
    const program = { source: "exec", command: process.execPath, args: ["-e", ""] };
    for (const [of, said] of [
      [{ source: "file", provider: "keys", id: "/a" }, /With replace: true that one is used/],
      [{ source: "exec", provider: "tool", id: "a" }, /With allowExec: true they are started/],
    ] as const) {
      const targets = [{ ...plan.targets[0], path: "profiles.p:a.key", ref: of }];
      const providerUpserts = { ...plan.providerUpserts, ...(of.source === "exec" ? { tool: program } : {}) };
      const { error } = await client.request("secrets.apply", {
        plan: { ...plan, providerUpserts, targets },
      });
      assert.match(error.message, said);
      assert.doesNotMatch(error.message, /--/);
    }
    const refused = await client.request("secrets.apply", { plan: { version: 2 } });
    assert.match(refused.error.message, /version must be 1/);
    assert.equal(JSON.stringify(client.frames).includes(keyOf("p", "b")), false);
    client.close();
  });

  test("a profile that the command line bars from use is told to clients", async () => {
    const client = await controlClient(gateway.url, { auth: { token: token() } });
    const gone = client.event("models.health", ({ status }) => status === "removed");
    const { exit } = await cli.run(["models", "auth", "logout", "p:a", "--yes"]);
    assert.equal(exit, 0);
    assert.equal((await gone).profileId, "p:a");
    client.close();
  });

  test("who stops it says so: shutdown, then 1012", async () => {
    const client = await controlClient(gateway.url, { auth: { token: token() } });
    gateway.kill("SIGTERM");
    assert.deepEqual(await client.event("shutdown"), { reason: "gateway stopping", restartExpectedMs: null });
    assert.equal((await client.closed).code, 1012);
    assert.equal(await gateway.ended, 0);
    const { exit, err } = await call("health", "--timeout", "5000");
    assert.equal(exit, 1);
    assert.match(err, /openclaw gateway run/);
  });
});

test("with workers, whichever of them is asked, and what they learn is told", async (t) => {
  const upstream = await startScriptedUpstream(({ key }) =>
    key === keyOf("p", "a")
      ? act.reply({ status: 402, body: { error: { message: "Insufficient credits" } } })
      : act.reply({ body: PROTOCOLS.chat.whole("fine") }),
  );
  const home = await gatewayHome(upstream, ["a", "b"]);
  t.after(async () => {
    await home.remove();
    await upstream.close();
  });
  const config = JSON.parse(readFileSync(home.paths.configPath, "utf8"));
  config.auth = { order: { p: ["p:a", "p:b"] } };
  writeFileSync(home.paths.configPath, JSON.stringify(config));
  const gateway = await home.start("--port", "0", "--workers", "2");
  const token = readFileSync(join(home.paths.globalDir, "gateway-token"), "utf8").trim();
  const clients = await Promise.all(
    Array.from({ length: 4 }, () => controlClient(gateway.url, { auth: { token } })),
  );
  const presence = await clients[0]!.ask("system-presence");
  assert.equal(presence.length, 5);
  const barred = clients.map((client) =>
    client.event("models.health", ({ status }) => status === "disabled"),
  );
  const call = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "p/m1", messages: [{ role: "user", content: "hi" }] }),
  });
  assert.equal(call.status, 200);
  for (const { profileId } of await Promise.all(barred)) assert.equal(profileId, "p:a");
  await eventually(async () => assert.equal((await clients[1]!.ask("runs.list")).runs.length, 1));
  const { key } = await clients[0]!.ask("gateway.keys.add", { name: "one" });
  /** Each on a connection of its own, which goes to the next worker. */
  const statuses = async () => {
    const headers = { authorization: `Bearer ${key}`, connection: "close" };
    const asked = [1, 2].map(() => fetch(`${gateway.url}/v1/models`, { headers }));
    return (await Promise.all(asked)).map(({ status }) => status);
  };
  assert.deepEqual(await statuses(), [200, 200]);
  await clients[0]!.ask("gateway.keys.revoke", { key: "one" });
  assert.deepEqual(await statuses(), [401, 401]);
  gateway.kill("SIGTERM");
  for (const client of clients) assert.equal((await client.closed).code, 1012);
});

for (const workers of ["1", "2"])
  test(`over TLS, by the certificate that the gateway has, with --workers ${workers}`, async (t) => {
    const upstream = await startScriptedUpstream(() => act.reply({ body: PROTOCOLS.chat.whole("fine") }));
    const home = await gatewayHome(upstream, ["a"]);
    t.after(async () => {
      await home.remove();
      await upstream.close();
    });
    const [certPath, keyPath] = [join(home.path, "cert.pem"), join(home.path, "key.pem")];
    execFileSync(
      "openssl",
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ${keyPath} -out ${certPath} -days 2 -subj /CN=elsewhere`.split(
        " ",
      ),
      { stdio: "ignore" },
    );
    const config = JSON.parse(readFileSync(home.paths.configPath, "utf8"));
    config.gateway = { tls: { enabled: true, certPath, keyPath } };
    writeFileSync(home.paths.configPath, JSON.stringify(config));
    void home.start("--port", "0", "--workers", workers);
    const cli = cliHome(home.path);
    await eventually(async () => {
      const { out, err } = await cli.run(["gateway", "call", "health", "--json"]);
      assert.equal(JSON.parse(out).ok, true, err);
    });
  });
