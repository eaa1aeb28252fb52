// Node's own words are not the program's: no command shows a warning of the platform it runs on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cliHome } from "../support/cli.ts";

test("a command that loads more while it runs says nothing of how", async (t) => {
  const home = cliHome();
  t.after(() => home.remove());
  const key = { stdin: "sk-fake-0123456789abcdef0123" };
  const nowhere = { baseUrl: "http://127.0.0.1:9/v1", api: "openai-completions", models: [{ id: "m" }] };
  home.write(".openclaw/openclaw.json", JSON.stringify({ models: { providers: { p: nowhere } } }));
  await home.run(["models", "auth", "paste-api-key", "--provider", "p"], key);
  for (const words of [
    ["models", "status", "--probe", "--json"],
    ["models", "list", "--all"],
    ["models", "auth", "add"],
  ]) {
    const { err } = await home.run(words);
    assert.doesNotMatch(err, /ExperimentalWarning|DeprecationWarning|node:/, words.join(" "));
  }
});
