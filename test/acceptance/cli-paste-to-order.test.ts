// A story: two keys are pasted, listed, seen in status, put into an order; nothing ever shows a key.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Said } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";

const home = cliHome();
after(home.remove);

const KEYS = { first: "sk-or-v1-first-0123456789abcdef", second: "sk-or-v1-second-0123456789abcdef" };
const said: Said[] = [];
const run = async (words: string[], stdin?: string) => {
  const answer = await home.run(words, stdin === undefined ? {} : { stdin });
  said.push(answer);
  return answer;
};

test("from the first key to an order", async (story) => {
  await story.test("two keys are stored under their names", async () => {
    const words = ["models", "auth", "paste-api-key", "--provider", "OpenRouter"];
    const first = await run(words, `  ${KEYS.first}\r\n`);
    assert.equal(first.exit, 0, first.err);
    assert.match(first.out, /openrouter:manual \(openrouter\/api_key\)/);
    const second = await run([...words, "--profile-id=openrouter:work"], KEYS.second);
    assert.match(second.out, /Backup: .*openclaw\.json\.bak/);
  });

  await story.test("the list shows both", async () => {
    const list = await home.json("models", "auth", "list");
    assert.deepEqual(
      list.profiles.map(({ id }: { id: string }) => id),
      ["openrouter:manual", "openrouter:work"],
    );
    assert.equal((await run(["models", "auth", "list"])).exit, 0);
  });

  await story.test("status counts them, and says what the default model still needs", async () => {
    const status = await run(["models"]);
    assert.equal(status.exit, 0);
    assert.match(status.out, /openrouter +ok +profiles: 2 API keys/);
    assert.match(status.out, /openai +no credential +openclaw models auth paste-api-key --provider openai/);
    assert.equal((await run(["models", "status", "--check"])).exit, 1);
  });

  await story.test("a default model that they reach makes the check pass", async () => {
    assert.equal((await run(["models", "set", "openrouter/moonshotai/kimi-k2"])).exit, 0);
    assert.equal((await run(["models", "status", "--check"])).exit, 0);
    const plain = await run(["models", "--status-plain"]);
    assert.equal(plain.out, "openrouter/moonshotai/kimi-k2\n");
  });

  await story.test("an order is stored, shown and obeyed", async () => {
    const words = ["models", "auth", "order"];
    assert.equal((await run([...words, "set", "--provider", "openrouter", "openrouter:work"])).exit, 0);
    const stored = await home.json(...words, "get", "--provider", "openrouter");
    assert.deepEqual(stored.order, ["openrouter:work"]);
    const { auth } = await home.json("models", "status");
    const effective = auth.oauth.providers[0].effectiveProfiles.map((row: any) => row.profileId);
    assert.deepEqual(effective, ["openrouter:work"]);
  });

  await story.test(
    "a new key that the order hides is stored, with the command that brings it in",
    async () => {
      const words = [
        "models",
        "auth",
        "paste-api-key",
        "--provider",
        "openrouter",
        "--profile-id",
        "openrouter:new",
      ];
      const pasted = await run(words, KEYS.first);
      assert.equal(pasted.exit, 0);
      const command = /To use it first: openclaw (.+)/.exec(pasted.err)?.[1];
      assert.ok(command, pasted.err);
      assert.equal((await run(command.split(" "))).exit, 0);
      const { order } = await home.json("models", "auth", "order", "get", "--provider", "openrouter");
      assert.deepEqual(order, ["openrouter:new", "openrouter:work"]);
    },
  );

  await story.test("nothing that was said holds a key", () => {
    const everything = said.map(({ out, err }) => out + err).join("\n");
    for (const key of Object.values(KEYS)) assert.ok(!everything.includes(key.slice(5, -5)));
  });
});
