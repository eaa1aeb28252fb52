// What a call leaves behind: no open connection, no kept body, no news about a credential that is not there any more.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import * as act from "../fakes/upstream-actions.ts";
import { eventually } from "../support/eventually.ts";
import { keyOf, startTestGateway, TOKEN } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const { chat } = PROTOCOLS;
const REFUSED = act.reply({
  status: 401,
  body: { error: { message: "Incorrect API key provided", type: "invalid_request_error" } },
});

describe("leftovers", { concurrency: 4 }, () => {
  test("a connection that has not said a word does not hold up a stop", async () => {
    const gateway = await startTestGateway({ providers: { p: { keys: ["a"] } } });
    const silent = connect(gateway.port, "127.0.0.1");
    const closed = once(silent, "close");
    await once(silent, "connect");
    // The gateway has taken it once it answers somebody who came later.
    await fetch(`${gateway.url}/health`);
    // Running calls are given 30 s: who has not said a word is no call.
    assert.equal(await Promise.race([gateway.stop(), pause(25_000, "still running", { ref: false })]), 0);
    await closed;
  });

  test("a key that was replaced during a call does not pay for the old one's failure", async (t) => {
    const replaced = Promise.withResolvers<void>();
    const gateway = await startTestGateway({
      providers: { p: { keys: ["a"] } },
      access: { gateway: { maxWaitMs: 0 } },
      script: (call, n) => async (exchange) => {
        const key = call.key === keyOf("p", "a") ? "old" : "new";
        if (n > 0) return act.reply({ body: chat.whole(`the ${key} key`) })(exchange);
        await replaced.promise;
        return REFUSED(exchange);
      },
    });
    t.after(() => gateway.stop());
    const old = gateway.post(chat.path, chat.body("p/m1", false));
    await eventually(() => gateway.upstream.calls[0] ?? assert.fail("no call yet"));
    const credential = { type: "api_key", provider: "p", key: "sk-fake-p-new" } as const;
    await gateway.store.update("main", { profiles: ["p:a"] }, () => ({
      profiles: new Map([["p:a", credential]]),
    }));
    const ask = async () => (await gateway.post(chat.path, chat.body("p/m1", false))).text();
    await eventually(async () => assert.match(await ask(), /the new key/));
    replaced.resolve();
    await (await old).text();
    assert.match(await ask(), /the new key/);
  });

  test("an answer that cannot be decoded is given up, not left running", async (t) => {
    const gateway = await startTestGateway({
      providers: { p: { keys: ["a"] } },
      access: { gateway: { maxWaitMs: 0 } },
      script:
        () =>
        ({ response }) => {
          response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
          response.write("this is no gzip at all");
        },
    });
    t.after(() => gateway.stop());
    const answer = await gateway.post(chat.path, chat.body("p/m1", false));
    assert.equal(answer.status, 503);
    assert.equal(await gateway.upstream.calls[0]!.outcome, "left");
  });

  test("a client that takes nothing for too long loses its connection", async (t) => {
    const frame = chat.frames("x".repeat(60_000))[chat.prelude]!;
    const gateway = await startTestGateway({
      providers: { p: { keys: ["a"] } },
      access: { gateway: { idleTimeoutMs: 300 } },
      script:
        () =>
        async ({ response, signal }) => {
          response.writeHead(200, { "content-type": "text/event-stream" });
          while (!signal.aborted) {
            response.write(frame);
            await pause(5);
          }
        },
    });
    t.after(() => gateway.stop());
    const client = connect(gateway.port, "127.0.0.1").on("error", () => {});
    const body = JSON.stringify(chat.body("p/m1", true));
    client.write(
      `POST ${chat.path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer ${TOKEN}\r\n` +
        `content-length: ${body.length}\r\n\r\n${body}`,
    );
    const call = await eventually(() => gateway.upstream.calls[0] ?? assert.fail("no call yet"));
    assert.equal(await call.outcome, "left");
    client.destroy();
  });

  test("a connection that was dead before use is no attempt, in the header as in the receipt", async (t) => {
    const gateway = await startTestGateway({
      providers: { p: { keys: ["a"] } },
      script: (_, n) => (n === 1 ? ({ cut }) => cut("fin") : act.reply({ body: chat.whole("here") })),
    });
    t.after(() => gateway.stop());
    for (const calls of [1, 3]) {
      const answer = await gateway.post(chat.path, chat.body("p/m1", false));
      await answer.text();
      assert.equal(gateway.upstream.calls.length, calls);
      assert.equal(answer.headers.get("x-openclaw-attempts"), "1");
      assert.equal((await gateway.receipt(answer)).attempts.length, 1);
    }
  });

  for (const [name, protocol] of Object.entries(PROTOCOLS))
    test(`${name}: half a frame before a clean end is not shown; the error is`, async (t) => {
      const frames = protocol.frames("one two three four");
      const whole = protocol.prelude + 2;
      const cut = [...frames.slice(0, whole), frames[whole]!.slice(0, 25)];
      const gateway = await startTestGateway({
        providers: { p: { api: protocol.api, keys: ["a"] } },
        script: () => act.stream({ frames: cut }),
      });
      t.after(() => gateway.stop());
      const text = await (await gateway.post(protocol.path, protocol.body("p/m1", true))).text();
      assert.ok(text.startsWith(frames.slice(0, whole).join("")), text);
      assert.equal(protocol.readStream(text).errors.length, 1, text);
    });
});
