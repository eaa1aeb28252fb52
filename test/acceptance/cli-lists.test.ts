// Lists that other programs read: the shapes stay OpenClaw's, the content is true of this program.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";

let home: CliHome;
beforeEach(() => (home = cliHome()));
afterEach(() => home.remove());

test("channels list names the profiles, and keeps no secret of them or of a channel", async () => {
  const channels = {
    telegram: { botToken: "123:fake-bot-token", accounts: { ops: {}, home: {} } },
    defaults: {},
  };
  home.write(".openclaw/openclaw.json", JSON.stringify({ channels }));
  await home.run(["models", "auth", "paste-api-key", "--provider", "openai"], {
    stdin: "sk-fake-0123456789abcdef",
  });
  const { exit, out } = await home.run(["channels", "list", "--json"]);
  assert.equal(exit, 0);
  assert.deepEqual(JSON.parse(out), {
    chat: { telegram: { accounts: ["ops", "home"], installed: false, origin: "configured" } },
    auth: [{ id: "openai:manual", provider: "openai", type: "api_key", isExternal: false }],
  });
  const human = await home.run(["channels", "list"]);
  assert.match(human.out, /openai:manual/);
  assert.doesNotMatch(out + human.out, /fake/);
});

test("on an empty home there are no channels and no plugins, and nothing is written", async () => {
  assert.deepEqual(await home.json("channels", "list"), { chat: {}, auth: [] });
  const { plugins, diagnostics, providers } = await home.json("plugins", "list");
  assert.deepEqual([plugins, diagnostics], [[], []]);
  assert.ok(providers.some(({ id }: { id: string }) => id === "anthropic"));
  assert.equal((await home.run(["plugins"])).exit, 0);
  assert.equal((await home.run(["channels"])).exit, 0);
  assert.deepEqual(home.files(), []);
});
