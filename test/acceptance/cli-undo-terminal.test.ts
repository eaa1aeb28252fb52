// On a terminal, undo shows what it will do and asks.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { cliHome } from "../support/cli.ts";
import { atTerminal, CTRL_C, ENTER } from "../support/terminal.ts";

const home = cliHome();
after(home.remove);

const primary = (): string | undefined =>
  JSON.parse(home.read(".openclaw/openclaw.json")).agents?.defaults.model.primary;

test("yes takes it back, no and Ctrl-C leave everything as it is", async () => {
  await home.run(["models", "set", "a/1"]);
  await home.run(["models", "set", "a/2"]);
  for (const send of ["n", CTRL_C]) {
    const left = await atTerminal(home.path, ["models", "undo"], [{ after: /Take it back\?/, send }]);
    assert.notEqual(left.exit, 0);
    assert.match(left.text, /a\/2 → a\/1/);
    assert.match(left.settings, /icanon/);
    assert.equal(primary(), "a/2");
  }
  const taken = await atTerminal(home.path, ["models", "undo"], [{ after: /Take it back\?/, send: ENTER }]);
  assert.equal(taken.exit, 0, taken.text);
  assert.equal(primary(), "a/1");
  const asked = await atTerminal(home.path, ["models", "undo", "--yes"], []);
  assert.equal(asked.exit, 0);
  assert.doesNotMatch(asked.text, /\?/);
  assert.equal(primary(), undefined);
});
