// `gateway run --workers 2`: several processes serve, and know what one alone would know.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Action } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { chatBody, chatFrames } from "../fakes/wire-samples.ts";
import { controlClient } from "../support/control-client.ts";
import { eventually } from "../support/eventually.ts";
import { gatewayHome } from "../support/gateway-process.ts";
import { keyOf } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";
import {
  ask,
  callsOf,
  cli,
  crowd,
  limited,
  lockedWorkers,
  LONG_MS,
  served,
  startWithWorkers,
  textsOf,
  TOKEN,
} from "../support/workers.ts";

describe("workers share", { concurrency: 2 }, () => {
  test("a limit that one worker sees keeps the other from asking, and is in the store", async (t) => {
    const place = await startWithWorkers(t, {
      names: ["a", "b"],
      script: (call) => (call.key === keyOf("p", "a") ? limited(3600) : served(call, 0)),
    });
    assert.deepEqual(textsOf([await ask(place)]), ["b"]);
    // All workers are told before it is written.
    await eventually(async () => {
      const { health } = (await place.home.store.read("main")).state;
      assert.equal(health.get("p:a")?.bars.length, 1);
      assert.equal(health.get("p:a")?.errorCount, 1);
    });
    for (let n = 0; n < 6; n++) assert.deepEqual(textsOf([await ask(place)]), ["b"]);
    assert.equal(callsOf(place, "a"), 1);
  });

  test("when a bar ends, one call of all workers finds out; when it is answered, all are", async (t) => {
    const opened = Promise.withResolvers<void>();
    const held: Action = async (exchange) => {
      await opened.promise;
      await act.reply({ body: chatBody("I am back.") })(exchange);
    };
    let asked = 0;
    let tests = 0;
    const place = await startWithWorkers(t, {
      access: { gateway: { maxWaitMs: 60_000 } },
      script: () => {
        asked++;
        if (asked === 1) return limited(4);
        tests++;
        return tests === 1 ? held : act.reply({ body: chatBody("I am back.") });
      },
    });
    const first = ask(place);
    // The upstream counts a call before its answer is known here: the crowd comes when the bar is.
    await eventually(async () => {
      const { health } = (await place.home.store.read("main")).state;
      assert.equal(health.get("p:a")?.bars.length, 1);
    }, LONG_MS);
    const others = crowd(place, 20);
    await eventually(() => assert.equal(tests, 1), LONG_MS);
    await pause(500);
    assert.equal(tests, 1, "the others wait, in both workers");
    opened.resolve();
    assert.deepEqual(textsOf([await first, ...(await others)]), ["back"]);
    assert.equal(tests, 21);
  });

  test("the limit of a client key is one for all workers; what it uses is counted once", async (t) => {
    const place = await startWithWorkers(t, {});
    const { key } = await cli(place, "gateway", "keys", "add", "ci", "--requests-per-minute", "5");
    await eventually(async () => assert.equal((await ask(place, key)).status, 200), LONG_MS);
    const statuses = [];
    for (let n = 0; n < 9; n++) statuses.push((await ask(place, key)).status);
    assert.deepEqual(statuses, [200, 200, 200, 200, 429, 429, 429, 429, 429]);
    await eventually(async () => {
      const { keys } = await cli(place, "gateway", "keys", "list");
      assert.equal(keys[0].usage.total.requests, 5);
    }, LONG_MS);
  });

  test("when credentials are removed, the streams of all workers end and are named; by the command line, too", async (t) => {
    const place = await startWithWorkers(t, {
      config: { agents: { defaults: { model: "p/m1" } } },
      script: () => act.stallAfterFrames(3, { frames: chatFrames("one two three four") }),
    });
    const { url } = place.gateway;
    const open = async () => {
      const messages = [{ role: "user", content: "Go on." }];
      const body = JSON.stringify({ model: "p/m1", stream: true, messages });
      const headers = { authorization: `Bearer ${TOKEN}`, connection: "close" };
      const response = await fetch(`${url}/v1/chat/completions`, { method: "POST", headers, body });
      return { id: response.headers.get("x-openclaw-run-id"), text: response.text() };
    };
    const streams = await Promise.all(Array.from({ length: 6 }, open));
    const client = await controlClient(url, { auth: { token: TOKEN } });
    const answer = await client.ask("models.authLogout", { provider: "p" });
    assert.deepEqual(answer.abortedRunIds.toSorted(), streams.map(({ id }) => id).toSorted());
    for (const { text } of streams) assert.match(await text, /auth-revoked[^]*\[DONE\]/);
    const again = { provider: "p", profileId: "p:a", key: keyOf("p", "a") };
    await client.ask("models.auth.paste-api-key", again);
    client.close();
    await eventually(() => assert.equal(place.upstream.calls.length, 6));
    const more = [await open(), await open()];
    await cli(place, "models", "auth", "logout", "--provider", "p", "--yes");
    for (const { text } of more) assert.match(await text, /auth-revoked[^]*\[DONE\]/);
  });

  test("one refresh for one expiry, whichever workers wait for it", async (t) => {
    let refreshes = 0;
    const issuer = createServer((request, response) => {
      request.resume().on("end", () => {
        refreshes++;
        const tokens = {
          access_token: "fake-new-access",
          refresh_token: "fake-new-refresh",
          expires_in: 3600,
        };
        setTimeout(
          () => response.setHeader("content-type", "application/json").end(JSON.stringify(tokens)),
          300,
        );
      });
    }).listen(0, "127.0.0.1");
    await once(issuer, "listening");
    t.after(() => issuer.close());
    const tokenUrl = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/token`;
    const upstream = await startScriptedUpstream(({ key }) => act.reply({ body: chatBody(`I am ${key}.`) }));
    const home = await gatewayHome(upstream, []);
    t.after(async () => {
      await home.remove();
      await upstream.close();
    });
    const login = {
      type: "oauth" as const,
      provider: "p",
      access: "fake-old-access",
      refresh: "fake-old-refresh",
      expires: Date.now() + 3_600_000,
    };
    const put = (expires: number) =>
      home.store.update("main", { profiles: ["p:login"] }, () => ({
        profiles: new Map([["p:login", { ...login, expires }]]),
      }));
    await put(Date.now() + 3_600_000);
    writeFileSync(
      home.paths.accessConfigPath,
      JSON.stringify({ oauth: { p: { tokenUrl, clientId: "fake" } } }),
    );
    const written = JSON.parse(readFileSync(home.paths.configPath, "utf8"));
    const gateway = { auth: { mode: "token", token: TOKEN } };
    writeFileSync(home.paths.configPath, JSON.stringify({ ...written, gateway }));
    const place = { upstream, home, gateway: await home.start("--port", "0", "--workers", "2") };
    assert.match((await ask(place)).text, /fake-old-access/);
    await put(Date.now() - 1000);
    await eventually(async () => {
      for (const { text } of await crowd(place, 12)) assert.match(text, /fake-new-access/);
    }, LONG_MS);
    assert.equal(refreshes, 1);
  });

  test("new settings are in use in all workers once they are told to be; a broken edit is in none, also after a death", async (t) => {
    const place = await startWithWorkers(t, {});
    const other = await startScriptedUpstream(() => act.reply({ body: chatBody("I am moved.") }));
    t.after(() => other.close());
    const { configPath } = place.home.paths;
    const config = JSON.parse(readFileSync(configPath, "utf8"));
    config.models.providers.p.baseUrl = `${other.url}/v1`;
    writeFileSync(configPath, JSON.stringify(config));
    await cli(place, "gateway", "reload");
    assert.deepEqual(textsOf(await crowd(place, 6)), ["moved"]);

    writeFileSync(configPath, "{ this is not JSON5");
    await eventually(async () => {
      const { text } = await send(`${place.gateway.url}/ready`, { method: "GET" });
      assert.equal(JSON.parse(text).settings, "rejected");
    }, LONG_MS);
    const [first] = await lockedWorkers(place);
    process.kill(first!, "SIGKILL");
    await eventually(async () => {
      const now = await lockedWorkers(place);
      assert.ok(now.length === 2 && !now.includes(first!));
    }, LONG_MS);
    assert.deepEqual(textsOf(await crowd(place, 6)), ["moved"]);
  });

  test("counts, readiness and lockouts are those of all workers, whichever is asked", async (t) => {
    const place = await startWithWorkers(t, {
      config: {
        gateway: {
          auth: {
            mode: "token",
            token: TOKEN,
            rateLimit: { maxAttempts: 4, windowMs: 60_000, lockoutMs: 60_000, exemptLoopback: false },
          },
        },
      },
    });
    await crowd(place, 6);
    const headers = { authorization: `Bearer ${TOKEN}` };
    for (let n = 0; n < 2; n++) {
      const text = await eventually(async () => {
        const page = await send(`${place.gateway.url}/metrics`, { method: "GET", headers });
        assert.match(page.text, /openclaw_run_completed_total\{provider="p",model="m1",outcome="ok"\} 6/);
        return page.text;
      });
      assert.match(text, /openclaw_workers 2/);
      const ready = await send(`${place.gateway.url}/ready`, { method: "GET" });
      assert.equal(ready.status, 200);
      assert.equal(JSON.parse(ready.text).workers, 2);
    }
    const wrong = async () => (await ask(place, "wrong")).status;
    for (let n = 0; n < 4; n++) assert.equal(await wrong(), 401);
    // Workers tell each other: the last attempt is known to both a moment later.
    await eventually(async () => {
      for (let n = 0; n < 6; n++) assert.equal(await wrong(), 429);
    });
  });
});
