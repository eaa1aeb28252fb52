// A provider that answers in one piece although a stream was asked for, or leaves out the last frame of a stream: an
// agent's client has its stream all the same.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import * as act from "../fakes/upstream-actions.ts";
import type { TestGateway } from "../support/gateway.ts";
import { startTestGateway, TOKEN } from "../support/gateway.ts";
import { send } from "../support/http-client.ts";
import type { ProtocolName } from "../support/protocols.ts";
import { PROTOCOLS } from "../support/protocols.ts";

const TEXT = "Alpha répond en une fois — ✓";
const NAMES = Object.keys(PROTOCOLS) as ProtocolName[];

describe("one piece instead of a stream", () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway({
      providers: Object.fromEntries(
        NAMES.map((name) => [name, { api: PROTOCOLS[name].api, keys: ["a"], models: ["m1"] }]),
      ),
      access: { gateway: { commentEveryMs: 100 } },
      config: { agents: { list: NAMES.map((name) => ({ id: name, model: { primary: `${name}/m1` } })) } },
      script: (call) => {
        const name = NAMES.find((each) => call.path.includes(`/${each}/`))!;
        const answer = act.reply({ body: PROTOCOLS[name].whole(TEXT) });
        if (call.body.text.includes("endless")) {
          const frames = PROTOCOLS[name].frames(TEXT);
          return act.endAfterFrames(frames.length - 1, { frames });
        }
        if (!call.body.text.includes("slowly")) return answer;
        return async (exchange) => {
          await pause(400);
          await answer(exchange);
        };
      },
    });
  });
  after(() => gateway.stop());

  const ask = (name: ProtocolName, model: string, words: string) => {
    const body = JSON.stringify(PROTOCOLS[name].body(model, true)).replace("Say", `Say ${words}`);
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
    return send(gateway.url + PROTOCOLS[name].path, { headers, body });
  };

  for (const name of NAMES) {
    test(`${name}: an agent's client reads a stream`, async () => {
      const seen = await ask(name, `openclaw/${name}`, "quickly");
      assert.match(seen.headers["content-type"]!, /event-stream/);
      assert.deepEqual(PROTOCOLS[name].readStream(seen.text), { text: TEXT, errors: [], complete: true });
      assert.equal((await gateway.receipt(seen)).outcome, "ok");
    });
    for (const model of [`openclaw/${name}`, `${name}/m1`])
      test(`${name}: so does who was kept waiting with comments, of ${model}`, async () => {
        const seen = await ask(name, model, "slowly");
        assert.match(seen.text, /^: /);
        assert.deepEqual(PROTOCOLS[name].readStream(seen.text), { text: TEXT, errors: [], complete: true });
      });
  }

  for (const name of ["chat", "messages"] as const)
    test(`${name}: a stream without its last frame gets one`, async () => {
      const seen = await ask(name, `openclaw/${name}`, "endless");
      assert.deepEqual(PROTOCOLS[name].readStream(seen.text), { text: TEXT, errors: [], complete: true });
    });
});
