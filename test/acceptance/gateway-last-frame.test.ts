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
    const gateway = await startTestGateway({
      providers: { p: { api: protocol.api, keys: ["a"], models: ["m1"] } },
      script: () => act.stream({ frames: [...frames, last] }),
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
  });
