import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { InLine } from "./lines.ts";
import { Lines } from "./lines.ts";

function call(runId: string): InLine & { ended: string | undefined } {
  return {
    runId,
    ended: undefined,
    get stopReason() {
      return this.ended;
    },
    provider: () => "p",
    foresee: async () => undefined,
    abort(reason) {
      this.ended = reason;
    },
  };
}

/** Whose turn it is, as far as it came. */
function come(places: readonly { readonly turn: Promise<void> }[]): boolean[] {
  const seen = places.map(() => false);
  places.forEach(({ turn }, i) => void turn.then(() => (seen[i] = true)));
  return seen;
}
const soon = () => new Promise((resolve) => setImmediate(resolve));

describe("a line", () => {
  test("lets one go at a time, in order, also when one leaves from its middle", async () => {
    const lines = new Lines();
    const places = ["a", "b", "c"].map((id) => lines.join("k", call(id)));
    const seen = come(places);
    await soon();
    assert.deepEqual(seen, [true, false, false]);
    assert.equal(places[2]!.ahead()?.runId, "b");
    places[1]!.leave();
    await soon();
    // Who has left waits no more, and is nobody's turn.
    assert.deepEqual(
      [seen, lines.active("k")],
      [
        [true, true, false],
        ["a", "c"],
      ],
    );
    assert.equal(places[2]!.ahead()?.runId, "a");
    places[0]!.leave();
    places[0]!.leave();
    await soon();
    assert.deepEqual([seen[2], lines.active("k"), lines.keyOf("c")], [true, ["c"], "k"]);
    places[2]!.leave();
    assert.deepEqual([lines.active("k"), lines.keyOf("c")], [[], undefined]);
  });

  test("is one for each conversation, and has an end", () => {
    const lines = new Lines();
    for (let n = 0; n < 32; n++) lines.join("k", call(`${n}`));
    assert.throws(() => lines.join("k", call("one more")), { code: "bad_input" });
    lines.join("other", call("fits"));
    assert.deepEqual(lines.abort("k", "rpc", "7"), ["7"]);
    assert.equal(lines.abort("k", "stop").length, 31);
    assert.deepEqual(lines.active("other"), ["fits"]);
  });
});
