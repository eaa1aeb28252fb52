import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { COMMANDS } from "./commands.ts";
import { findCommand } from "./find-command.ts";

/** what is typed → the command, then its arguments */
const FOUND: readonly [string, string, string][] = [
  ["models", "models status", ""],
  ["models --status-json", "models status", "--json"],
  ["models --status-plain", "models status", "--plain"],
  ["models --agent work", "models status", "--agent work"],
  ["models --agent=work", "models status", "--agent work"],
  ["models status --json", "models status", "--json"],
  ["models --agent work auth list --json", "models auth list", "--agent work --json"],
  [
    "models auth --agent work order set --provider p p:a",
    "models auth order set",
    "--agent work --provider p p:a",
  ],
  ["models auth order --agent work get", "models auth order get", "--agent work"],
  ["models --agent work aliases list --json", "models aliases list", "--json"],
  ["models --agent work list", "models list", ""],
  ["models --agent work set openai/m", "models set", "--agent work openai/m"],
  ["models set --help", "models set", "--help"],
  ["gateway --port 1", "gateway run", "--port 1"],
  ["agents", "agents list", ""],
  ["agents --json", "agents list", "--json"],
  ["config", "config wizard", ""],
];

describe("a command", () => {
  for (const [typed, path, args] of FOUND)
    test(typed, () => {
      const found = findCommand(typed.split(" "), COMMANDS);
      assert.ok(found.kind === "command");
      assert.equal(found.path.join(" "), path);
      assert.equal(found.args.join(" "), args);
    });
});

test("a group without a command of its own, and --help, are help", () => {
  for (const typed of ["", "--help", "models --help", "models auth", "models auth -h", "config --help"]) {
    const found = findCommand(typed.split(" ").filter(Boolean), COMMANDS);
    assert.equal(found.kind, "help", typed);
  }
});

test("what does not exist is refused with the nearest", () => {
  const CASES: readonly [string, RegExp][] = [
    ["modles", /Did you mean: openclaw models$/],
    [
      "models auth lits",
      /openclaw models auth has no command "lits". Did you mean: openclaw models auth list/,
    ],
    ["models constructor", /no command "constructor"/],
    ["models auth --json", /has no flag --json/],
    ["models --agent", /--agent needs a value/],
  ];
  for (const [typed, sentence] of CASES)
    assert.throws(() => findCommand(typed.split(" "), COMMANDS), { code: "bad_input", message: sentence });
});
