import assert from "node:assert/strict";
import { test } from "node:test";
import { colorsFor } from "./io.ts";

test("colours: forced, refused, or for terminals", () => {
  const cases: readonly (readonly [Record<string, string>, boolean, boolean])[] = [
    [{}, true, true],
    [{}, false, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ TERM: "dumb" }, true, false],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ FORCE_COLOR: "false" }, true, false],
    [{ FORCE_COLOR: "1", NO_COLOR: "1", TERM: "dumb" }, false, true],
  ];
  for (const [env, terminal, colors] of cases)
    assert.equal(
      colorsFor(env, () => terminal),
      colors,
      JSON.stringify({ env, terminal }),
    );
});
