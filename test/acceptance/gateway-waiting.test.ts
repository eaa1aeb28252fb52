// Whoever waits for a stream sees that somebody is there: comments, and only comments, until the answer begins.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import type { Action } from "../fakes/scripted-upstream.ts";
import * as act from "../fakes/upstream-actions.ts";
import { startTestGateway } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const COMMENT = ": waiting for the provider\n\n";

async function streamed(
  t: TestContext,
  name: keyof typeof PROTOCOLS,
  action: Action,
  onText?: (text: string) => void,
  commentEveryMs = 100,
) {
  const protocol = PROTOCOLS[name];
  const gateway = await startTestGateway({
    providers: { p: { api: protocol.api, keys: ["a"] } },
    access: { gateway: { commentEveryMs, maxWaitMs: 0 } },
    script: () => action,
  });
  t.after(() => gateway.stop());
  const answer = await gateway.post(protocol.path, protocol.body("p/m1", true));
  let text = "";
  for await (const piece of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += piece;
    onText?.(text);
  }
  return { answer, text };
}

/** Holds an answer back until the client has seen two comments. */
function heldBack(action: Action): [Action, (text: string) => void] {
  const seen = Promise.withResolvers<void>();
  const held: Action = async (exchange) => {
    await seen.promise;
    await action(exchange);
  };
  return [held, (text) => text.includes(COMMENT.repeat(2)) && seen.resolve()];
}

describe("waiting for a stream", { concurrency: 4 }, () => {
  for (const name of ["chat", "responses", "messages"] as const) {
    const protocol = PROTOCOLS[name];

    test(`${name}: comments, then the provider's own frames`, async (t) => {
      const frames = protocol.frames("late but here");
      const { answer, text } = await streamed(t, name, ...heldBack(act.stream({ frames })));
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get("content-type") ?? "", /text\/event-stream/);
      assert.ok(text.startsWith(COMMENT.repeat(2)), text.slice(0, 200));
      assert.equal(text.replaceAll(COMMENT, ""), frames.join(""));
    });

    test(`${name}: after comments an answer in one piece becomes the stream that was asked for`, async (t) => {
      const whole = act.reply({ body: protocol.whole("in one piece") });
      const { text } = await streamed(t, name, ...heldBack(whole));
      const rest = text.replaceAll(COMMENT, "");
      assert.match(rest, /^(event|data):/);
      assert.deepEqual(protocol.readStream(rest), { text: "in one piece", errors: [], complete: true });
    });
  }

  test("without waiting there is no comment, and an answer in one piece passes", async (t) => {
    const whole = act.reply({ body: PROTOCOLS.chat.whole("at once") });
    const { text } = await streamed(t, "chat", whole, undefined, 60_000);
    assert.deepEqual(JSON.parse(text), PROTOCOLS.chat.whole("at once"));
  });
});
