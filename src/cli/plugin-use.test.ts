import assert from "node:assert/strict";
import { test } from "node:test";
import { usesPlugins } from "./plugin-use.ts";

test("a command about a provider that is built in needs no plugin; whatever may be a plugin's does", () => {
  const cases: readonly (readonly [args: string, needs: boolean])[] = [
    ["--provider openai", false],
    ["--provider=OpenAI --json", false],
    ["openai/gpt-5.5", false],
    ["openrouter/acme/anvil", false],
    ["anthropic:work", false],
    ["--provider claude --agent work", false],
    ["", true],
    ["--json", true],
    ["--provider", true],
    ["--provider acme", true],
    ["--provider openai --profile-id acme:x", true],
    ["acme/anvil", true],
    ["fast", true],
    ["fast openai/gpt-5.5", false],
    ["/gpt", true],
    ["https://x.example/a", true],
  ];
  for (const [args, needs] of cases)
    assert.equal(usesPlugins("named", args.split(" ").filter(Boolean)), needs, args);
  assert.equal(usesPlugins("none", ["acme/anvil"]), false);
  assert.equal(usesPlugins(undefined, ["openai/gpt-5.5"]), true);
});
