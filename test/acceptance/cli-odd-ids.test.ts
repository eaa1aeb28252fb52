// Ids of any form that another program stored are taken by every command; a new id has provider:name.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openDeps } from "../../src/access/open-deps.ts";
import { cliHome } from "../support/cli.ts";

const home = cliHome();
after(home.remove);

const run = (words: string, stdin = "") => home.run(["models", ...words.split(" ")], { stdin });
const key = "fake-openai-0123456789abcdef";

test("a stored id without a colon", async (story) => {
  const deps = openDeps({ processEnv: {}, now: Date.now, version: "0", osHome: home.path });
  const profiles = new Map(
    ["work", "home"].map((id) => [id, { type: "api_key", provider: "openai", key } as const]),
  );
  await deps.store().update("main", { profiles: ["work", "home"] }, () => ({ profiles }));
  await deps.close();
  for (const [words, stdin] of [
    ["auth order set --provider openai work home"],
    ["auth paste-api-key --provider openai --profile-id work", key],
    ["status --probe --probe-profile work --probe-provider mistral"],
    ["auth logout work --yes"],
  ] as const)
    await story.test(words, async () => {
      const { exit, err } = await run(words, stdin);
      assert.equal(exit, 0, err);
    });
  await story.test("once it is gone, or where it never was, it is refused", async () => {
    for (const words of [
      "auth logout work --yes",
      "auth order set --provider openai work",
      "auth paste-api-key --provider openai --profile-id work",
    ]) {
      const { exit, err } = await run(words, key);
      assert.equal(exit, 1);
      assert.match(err, /provider:name/);
    }
  });
});

test("a flag that is typed twice counts as typed last", async () => {
  const { exit, out, err } = await run("status --agent nope --json --agent main --json");
  assert.equal(exit, 0, err);
  assert.equal(JSON.parse(out).agentDir.includes("main"), true);
});

test("a provider that is called as something of JavaScript is any other", async () => {
  for (const provider of ["constructor", "valueof"]) {
    const { exit, out, err } = await run(`auth paste-api-key --provider ${provider} --json`, key);
    assert.equal(exit, 0, err);
    assert.equal(JSON.parse(out).profileId, `${provider}:manual`);
  }
});
