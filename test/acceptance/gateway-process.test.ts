// The gateway as users run it: a process that says where it is, ends well, and loses nothing when it is killed.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";
import type { Script, ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody, chatFrames } from "../fakes/wire-samples.ts";
import { eventually } from "../support/eventually.ts";
import type { GatewayHome, GatewayProcess } from "../support/gateway-process.ts";
import { gatewayHome } from "../support/gateway-process.ts";
import { keyOf } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";

const HOUR = 3600;

/** Accounts that `bad` names are limited for an hour; the others sign their answers. */
const accounts =
  (...bad: readonly string[]): Script =>
  (call) => {
    const name = call.key.slice(keyOf("p", "").length);
    const error = { message: "Rate limit reached for requests", type: "requests" };
    if (bad.includes(name))
      return act.reply({ status: 429, headers: { "retry-after": String(HOUR) }, body: { error } });
    return act.reply({ body: chatBody(`I am ${name}.`) });
  };

interface Place {
  readonly upstream: ScriptedUpstream;
  readonly home: GatewayHome;
}

async function place(t: TestContext, names: readonly string[], script: Script): Promise<Place> {
  const upstream = await startScriptedUpstream(script);
  const home = await gatewayHome(upstream, names);
  t.after(async () => {
    await home.remove();
    await upstream.close();
  });
  return { upstream, home };
}

const tokenFile = (home: GatewayHome): string => join(home.paths.globalDir, "gateway-token");

function authorized(home: GatewayHome): { authorization: string } {
  return { authorization: `Bearer ${readFileSync(tokenFile(home), "utf8").trim()}` };
}

let questions = 0;

async function ask({ home }: Place, gateway: GatewayProcess): Promise<string> {
  const messages = [{ role: "user", content: `Question ${++questions}` }];
  const body = JSON.stringify({ model: "p/m1", messages });
  const { text } = await send(`${gateway.url}/v1/chat/completions`, { headers: authorized(home), body });
  return /I am (\w+)\./.exec(text)?.[1] ?? text;
}

const callsOf = ({ upstream }: Place, name: string): number =>
  upstream.calls.filter(({ key }) => key === keyOf("p", name)).length;

const isLimited = async ({ home }: Place, name: string): Promise<boolean> => {
  const { health } = (await home.store.read("main")).state;
  return health.get(`p:${name}`)?.bars.some((bar) => bar.until > Date.now() + 1000) ?? false;
};

describe("the gateway's process", { concurrency: 3 }, () => {
  test("says where it is and where its token lies; the line it prints works; the token is the owner's alone", async (t) => {
    const at = await place(t, ["a"], accounts());
    const gateway = await at.home.start("--port", "0");
    const printed = gateway.printed();
    assert.ok(printed.includes(gateway.url));
    assert.ok(printed.includes(tokenFile(at.home)));
    assert.equal(statSync(tokenFile(at.home)).mode & 0o777, 0o600);
    const [line] = /curl .*/.exec(printed)!;
    const { stdout } = await promisify(execFile)("sh", ["-c", line], { env: at.home.env });
    assert.match(stdout, /I am a\./);
    const token = readFileSync(tokenFile(at.home), "utf8").trim();
    for (const secret of [token, keyOf("p", "a")]) assert.ok(!gateway.printed().includes(secret));
  });

  test("listens on both loopback addresses, is not started twice, and keeps its token over restarts", async (t) => {
    const at = await place(t, ["a"], accounts());
    const first = await at.home.start("--port", "0");
    for (const host of ["127.0.0.1", "[::1]"]) {
      const { status } = await send(`http://${host}:${first.port}/healthz`, { method: "GET" });
      assert.equal(status, 200, host);
    }
    const again = await at.home.start("--port", String(first.port));
    assert.equal(await again.ended, 0, "what was wanted is so already");
    assert.ok(again.printed().includes(`already running (pid ${first.pid})`));
    const token = readFileSync(tokenFile(at.home), "utf8");
    first.kill("SIGTERM");
    assert.equal(await first.ended, 0);
    const second = await at.home.start("--port", "0");
    assert.equal(readFileSync(tokenFile(at.home), "utf8"), token);
    assert.equal(await ask(at, second), "a");
  });

  for (const signal of ["SIGTERM", "SIGINT"] as const)
    test(`${signal} lets a running stream end, takes no new call, and exits with 0`, async (t) => {
      const frames = chatFrames("one two three four five six");
      const refused = Promise.withResolvers<void>();
      const at = await place(t, ["a"], () => act.holdAfterFrames(3, { frames }, refused.promise));
      const gateway = await at.home.start("--port", "0");
      const response = await fetch(`${gateway.url}/v1/chat/completions`, {
        method: "POST",
        headers: authorized(at.home),
        body: JSON.stringify({
          model: "p/m1",
          messages: [{ role: "user", content: "Count." }],
          stream: true,
        }),
      });
      gateway.kill(signal);
      await eventually(() => assert.match(gateway.printed(), /Stopping/));
      await eventually(() => assert.rejects(fetch(`${gateway.url}/healthz`)));
      refused.resolve();
      assert.equal(await response.text(), frames.join(""));
      // The client keeps its connection: that must not use up the time that running streams are given (30 s).
      assert.equal(await Promise.race([gateway.ended, pause(25_000, "still running", { ref: false })]), 0);
    });

  test("a second one on the same port says who runs, and the first goes on", async (t) => {
    const at = await place(t, ["a"], accounts());
    const first = await at.home.start("--port", "0");
    const second = await at.home.start("--port", String(first.port));
    assert.equal(second.port, 0, "it has not started");
    const code = await second.ended;
    assert.ok(second.printed().includes(`pid ${first.pid}`), second.printed());
    assert.ok(second.printed().includes(`kill ${first.pid}`), "how to end it");
    assert.equal(typeof code, "number");
    assert.equal(await ask(at, first), "a");
  });

  test("a port of another program: which one, and what to do", async (t) => {
    const at = await place(t, ["a"], accounts());
    const gateway = await at.home.start("--port", String(at.upstream.port));
    assert.equal(await gateway.ended, 1);
    assert.match(gateway.printed(), new RegExp(`Port ${at.upstream.port} .*--port`));
  });

  test("cooldowns survive an orderly restart", async (t) => {
    const at = await place(t, ["a", "b"], accounts("a"));
    const first = await at.home.start("--port", "0");
    assert.equal(await ask(at, first), "b");
    first.kill("SIGTERM");
    assert.equal(await first.ended, 0);
    const second = await at.home.start("--port", "0");
    assert.equal(await ask(at, second), "b");
    assert.equal(await ask(at, second), "b");
    assert.equal(callsOf(at, "a"), 1);
  });

  test("an empty account is disabled for as long as the config says of its provider, here and in the store", async (t) => {
    const broke = act.reply({ status: 402, body: { error: { message: "Your credit balance is too low" } } });
    const at = await place(t, ["a"], () => broke);
    const { configPath } = at.home.paths;
    const config = JSON.parse(readFileSync(configPath, "utf8"));
    const cooldowns = { billingBackoffHours: 9, billingBackoffHoursByProvider: { P: 2, toString: 7 } };
    writeFileSync(configPath, JSON.stringify({ ...config, auth: { cooldowns } }));
    const gateway = await at.home.start("--port", "0");
    const begun = Date.now();
    await ask(at, gateway);
    const again = JSON.parse(await ask(at, gateway)).error;
    const told = Date.parse(again.soonest_recovery.at);
    const stored = await eventually(async () => {
      const [bar] = (await at.home.store.read("main")).state.health.get("p:a")?.bars ?? [];
      assert.ok(bar);
      return bar;
    });
    assert.equal(stored.lane, "disabled");
    const isAfter = (time: number, seconds: number) =>
      time >= begun + seconds * 1000 && time <= Date.now() + seconds * 1000;
    assert.ok(isAfter(stored.until, 2 * HOUR), String(stored.until));
    assert.ok(isAfter(told, 300), "with nothing else left it is tested before that: somebody may have paid");
  });

  test("two gateways on one home share what they learn", async (t) => {
    const at = await place(t, ["a", "b"], accounts("a"));
    const [one, other] = await Promise.all([at.home.start("--port", "0"), at.home.start("--port", "0")]);
    assert.equal(await ask(at, one), "b");
    await eventually(async () => assert.ok(await isLimited(at, "a")));
    const headers = authorized(at.home);
    await eventually(async () => {
      const page = await (await fetch(`${other.url}/metrics`, { headers })).text();
      assert.match(page, /openclaw_profiles_barred\{[^}]*provider="p"[^}]*\} 1/);
    });
    assert.equal(await ask(at, other), "b");
    assert.equal(callsOf(at, "a"), 1);
  });

  test("SIGKILL under load loses no credential, no order, and no health that was written", async (t) => {
    const names = ["good"];
    const at = await place(t, names, accounts("bad1", "bad2", "bad3"));
    const { store } = at.home;
    for (const round of [1, 2, 3]) {
      const bad = `bad${round}`;
      await at.home.addKeys(bad);
      names.push(bad);
      const order = [`p:${bad}`, "p:good"];
      await store.update("main", { providers: ["p"] }, () => ({ order: new Map([["p", order]]) }));
      const gateway = await at.home.start("--port", "0");
      assert.equal(await ask(at, gateway), "good");
      await eventually(async () => assert.ok(await isLimited(at, bad)));

      const load = Promise.allSettled(Array.from({ length: 40 }, () => ask(at, gateway)));
      const pasting = at.home.addKeys(`new${round}`);
      await pasting;
      names.push(`new${round}`);
      gateway.kill("SIGKILL");
      assert.equal(await gateway.ended, "SIGKILL");
      await load;

      const { state } = await store.read("main");
      assert.deepEqual(
        state.profiles.map(({ id }) => id).toSorted(),
        names.map((name) => `p:${name}`).toSorted(),
      );
      assert.deepEqual(state.order.get("p"), order);
      assert.ok(await isLimited(at, bad), "what was learnt before the kill");
    }
    const gateway = await at.home.start("--port", "0");
    const before = at.upstream.calls.length;
    assert.equal(await ask(at, gateway), "good");
    assert.equal(at.upstream.calls.length, before + 1, "no limited account is asked again");
  });

  test("a database that cannot be read is told with its place, and stays as it is", async (t) => {
    const at = await place(t, ["a"], accounts());
    await at.home.store.close();
    const file = at.home.paths.agentDatabase("main");
    for (const tail of ["-wal", "-shm"]) rmSync(file + tail, { force: true });
    writeFileSync(file, "this is no database ".repeat(500));
    const gateway = await at.home.start("--port", "0");
    assert.equal(await gateway.ended, 1);
    assert.ok(gateway.printed().includes(file), gateway.printed());
    assert.equal(readFileSync(file, "utf8"), "this is no database ".repeat(500));
  });
});
