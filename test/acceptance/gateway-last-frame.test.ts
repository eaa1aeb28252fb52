// A provider's stream whose last frame lacks its blank line is whole, for clients of agents too.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import * as act from "../fakes/upstream-actions.ts";
import { startTestGateway } from "../support/gateway.ts";
import { PROTOCOLS } from "../support/protocols.ts";

for (const [name, protocol] of Object.entries(PROTOCOLS))
  describe(`${name}: the last frame lacks its blank line`, async () => {
    const frames = protocol.frames("well done");
    const last = frames.pop()!.trimEnd();
    /** content, and neither its blank line nor an end behind it */
    const cut = protocol
      .frames("well done")
      .slice(0, protocol.prelude + 2)
      .at(-1)!
      .trimEnd();
    const gateway = await startTestGateway({
      providers: { p: { api: protocol.api, keys: ["a"], models: ["m1", "m2", "m3"] } },
      script: ({ body }) =>
        act.stream({
          frames:
            body.json.model !== "m1" ? [...frames.slice(0, protocol.prelude + 1), cut] : [...frames, last],
        }),
    });
    after(() => gateway.stop());

    test("streamed", async () => {
      const answer = await gateway.post(protocol.path, protocol.body("openclaw", true));
      const { text, complete } = protocol.readStream(await answer.text());
      assert.deepEqual({ text, complete }, { text: "well done", complete: true });
    });

    test("in one piece", async () => {
      const answer = await gateway.post(protocol.path, protocol.body("openclaw", false));
      assert.equal(protocol.readWhole(await answer.json()), "well done");
    });

    // Each has a model of its own: what was cut is barred for a while.
    for (const [model, ref] of [
      ["p/m2", "p/m2"],
      ["openclaw", "p/m3"],
    ] as const)
      test(`${model}: cut behind such a frame, an error is told in a frame of its own`, async () => {
        const headers = { "x-openclaw-model": ref };
        const answer = await gateway.post(protocol.path, protocol.body(model, true), headers);
        const text = await answer.text();
        assert.match(text, /The stream was cut before its end/);
        const glued = text.split("\n\n").flatMap((frame) =>
          frame
            .split("\n")
            .filter((line) => line.startsWith("data:"))
            .slice(1),
        );
        assert.deepEqual(glued, [], text);
      });
  });
