// Nothing that is sent to the gateway, from either side, may pile up in it (DESIGN, "Bounded").
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Action } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { eventually } from "../support/eventually.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";
import type { Protocol } from "../support/protocols.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const MB = 1024 ** 2;
const BLOCK = "x".repeat(MB / 4);
const JSON_TYPE = "application/json";

/** An answer without end: `block(n)` again and again, as fast as the reader takes it. */
function endless(status: number, contentType: string, block: (n: number) => string) {
  const sent = { bytes: 0 };
  const action: Action = async ({ response, signal }) => {
    response.writeHead(status, { "content-type": contentType });
    for (let n = 0; !signal.aborted; n++) {
      const piece = block(n);
      await new Promise((resolve) => {
        response.write(piece, resolve);
        signal.addEventListener("abort", resolve, { once: true });
      });
      sent.bytes += piece.length;
    }
  };
  return { action, sent };
}

async function gatewayBefore(t: TestContext, protocol: Protocol, ofA: Action): Promise<TestGateway> {
  const gateway = await startTestGateway({
    providers: { p: { api: protocol.api, keys: ["a", "b"] } },
    access: { gateway: { maxWaitMs: 0 } },
    script: (call) => (call.key.endsWith("-a") ? ofA : act.reply({ body: protocol.whole("I am b.") })),
  });
  t.after(() => gateway.stop());
  return gateway;
}

describe("bounds", { concurrency: 4 }, () => {
  test("an error without end is an error: the next account answers, and the call is given up", async (t) => {
    const dripping: Action = async ({ response, signal }) => {
      response.writeHead(500, { "content-type": JSON_TYPE });
      response.write(`{"error":"${BLOCK}`);
      while (!signal.aborted) {
        response.write("x");
        await pause(20, undefined, { signal }).catch(() => {});
      }
    };
    const gateway = await gatewayBefore(t, PROTOCOLS.chat, dripping);
    const answer = await gateway.post(PROTOCOLS.chat.path, PROTOCOLS.chat.body("p/m1", false));
    assert.match(await answer.text(), /I am b\./);
    assert.equal(await gateway.upstream.calls[0]!.outcome, "left");
  });

  test("an answer without end is not collected without end", async (t) => {
    const { chat } = PROTOCOLS;
    const [content] = chat.frames(BLOCK).slice(chat.prelude);
    const { action, sent } = endless(200, "text/event-stream", () => content!);
    const gateway = await gatewayBefore(t, chat, action);
    const answer = gateway.post(chat.path, chat.body("openclaw", false)).catch(() => undefined);
    const call = await eventually(() => gateway.upstream.calls[0] ?? assert.fail("no call yet"));
    assert.equal(await Promise.race([call.outcome, beyondMeasure(() => sent.bytes)]), "left");
    await answer;
  });

  for (const [name, protocol] of Object.entries(PROTOCOLS)) {
    const [content] = protocol.frames(BLOCK).slice(protocol.prelude);
    const streamed = () =>
      endless(200, "text/event-stream", (n) =>
        n === 0 ? protocol.frames("x").slice(0, protocol.prelude).join("") : content!,
      );
    const whole = () => endless(200, JSON_TYPE, (n) => (n === 0 ? '{"choices":"' : BLOCK));
    const forms = [
      ["pass-through, streamed", streamed, "p/m1", true],
      ["pass-through, whole", whole, "p/m1", false],
      ["agent, streamed", streamed, "openclaw", true],
    ] as const;
    for (const [form, start, model, stream] of forms)
      test(`${name}, ${form}: a client that does not read slows its provider down, and frees it by leaving`, async (t) => {
        const { action, sent } = start();
        const gateway = await gatewayBefore(t, protocol, action);
        const client = connect(gateway.port, "127.0.0.1").on("error", () => {});
        const body = JSON.stringify(protocol.body(model, stream));
        client.write(
          `POST ${protocol.path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${TOKEN}\r\n` +
            `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        );
        await eventually(() => assert.ok(sent.bytes > 2 * MB));
        const after = await stillness(() => sent.bytes);
        assert.ok(after < 64 * MB, `${Math.round(after / MB)} MB were taken for a client that reads nothing`);
        client.destroy();
        assert.equal(await gateway.upstream.calls[0]!.outcome, "left");
      });
  }
});

async function beyondMeasure(bytes: () => number): Promise<string> {
  while (bytes() < 256 * MB) await pause(50, undefined, { ref: false });
  return `${Math.round(bytes() / MB)} MB taken`;
}

/** The value when it has not changed for a while, or when it is beyond all measure. */
async function stillness(value: () => number): Promise<number> {
  for (let last = -1; ;) {
    const now = value();
    if (now === last || now > 256 * MB) return now;
    last = now;
    await pause(300);
  }
}
