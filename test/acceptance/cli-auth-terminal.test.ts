// A story at a terminal: a login, a second one, what is left half-way, and a logout. No secret is ever shown.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { cliHome } from "../support/cli.ts";
import type { Keys, Screen } from "../support/terminal.ts";
import { atTerminal, CTRL_C, CTRL_D, DOWN, ENTER } from "../support/terminal.ts";

const home = cliHome();
after(home.remove);

const SECRETS = {
  key: "fake-mistral-0123456789abcdef",
  second: "fake-mistral-second-0123456789",
  token: `sk-ant-oat01-${"fake".repeat(20)}`,
};
const screens: Screen[] = [];

async function type(words: string, keys: Keys[], options?: { redirect?: string; size?: string }) {
  const screen = await atTerminal(home.path, words.split(" "), keys, options);
  screens.push(screen);
  return screen;
}

const storedIds = async (): Promise<string[]> =>
  (await home.json("models", "auth", "list")).profiles.map(({ id }: { id: string }) => id);

test("credentials at a terminal", async (story) => {
  for (const [name, key] of [
    ["Ctrl-C", CTRL_C],
    ["Ctrl-D", CTRL_D],
  ] as const)
    await story.test(
      `${name} at a question leaves, with nothing written and the terminal as it was`,
      async () => {
        const screen = await type("models auth add", [
          { after: /Which provider/, send: "mistral" },
          { after: /1 match/, send: ENTER },
          { after: /How do you log in/, send: ENTER },
          { after: /Paste the API key/, send: key },
        ]);
        assert.equal(screen.exit, 130);
        assert.match(screen.text, /Cancelled\. Nothing was changed\./);
        assert.deepEqual(home.files(), []);
      },
    );

  await story.test("auth add leads to the first key, which brings its model along", async () => {
    const screen = await type("models auth add", [
      { after: /Which provider/, send: "mistral" },
      { after: /1 match/, send: ENTER },
      { after: /How do you log in/, send: ENTER },
      { after: /Paste the API key/, send: SECRETS.key + ENTER },
    ]);
    assert.equal(screen.exit, 0, screen.text);
    assert.match(screen.text, /Auth profile: mistral:default \(mistral\/api_key\)/);
    const { agents } = JSON.parse(home.read(".openclaw/openclaw.json"));
    assert.equal(agents.defaults.model.primary, "mistral/mistral-large-latest");
    assert.deepEqual(agents.defaults.models, { "mistral/mistral-large-latest": { alias: "Mistral" } });
  });

  await story.test("auth add takes a token of a provider that nobody knows", async () => {
    const screen = await type("models auth add", [
      { after: /Which provider/, send: "another" },
      { after: /1 match/, send: ENTER },
      { after: /Id of the provider/, send: `no slash/${ENTER}` },
      { after: /not a provider id/, send: `${"\x7f".repeat(9)}acme${ENTER}` },
      { after: /What do you have/, send: DOWN + ENTER },
      { after: /Name of the auth profile/, send: ENTER },
      { after: /Does this token expire/, send: "y" },
      { after: /In how long/, send: ENTER },
      { after: /Paste the token/, send: SECRETS.token + ENTER },
    ]);
    assert.equal(screen.exit, 0, screen.text);
    assert.deepEqual(await storedIds(), ["acme:manual", "mistral:default"]);
  });

  await story.test("setup-token asks again for what cannot be one", async () => {
    const screen = await type("models auth setup-token --provider anthropic", [
      { after: /Continue with the Anthropic setup-token/, send: ENTER },
      { after: /Paste the Anthropic setup-token/, send: SECRETS.token.slice(0, 79) + ENTER },
      { after: /too short/, send: SECRETS.token.slice(79) + ENTER },
    ]);
    assert.equal(screen.exit, 0, screen.text);
    assert.match(screen.text, /Auth profile: anthropic:default \(anthropic\/token\)/);
    assert.match(screen.text, /Default model: mistral\/mistral-large-latest \(unchanged\)/);
  });

  await story.test("a login that is left half-way takes nothing away, not even with --force", async () => {
    const screen = await type("models auth login --provider mistral --force", [
      { after: /Paste the API key/, send: CTRL_C },
    ]);
    assert.equal(screen.exit, 130);
    assert.deepEqual(await storedIds(), ["acme:manual", "anthropic:default", "mistral:default"]);
  });

  await story.test("what --force replaced can be taken back", async () => {
    const words = "models auth login --provider mistral --profile-id mistral:new --force";
    const screen = await type(words, [{ after: /Paste the API key/, send: SECRETS.second + ENTER }]);
    assert.match(screen.text, /Removed \(--force\): mistral:default.*openclaw models undo/s);
    assert.deepEqual(await storedIds(), ["acme:manual", "anthropic:default", "mistral:new"]);
    const { exit, err } = await home.run(["models", "undo", "--yes"]);
    assert.equal(exit, 0, err);
    assert.deepEqual(await storedIds(), ["acme:manual", "anthropic:default", "mistral:default"]);
  });

  await story.test("with --json the questions are on stderr and stdout is the document", async () => {
    const words = "models auth login --provider mistral --method api-key --profile-id mistral:work --json";
    const screen = await type(words, [{ after: /Paste the API key/, send: SECRETS.second + ENTER }], {
      redirect: "> out.json",
    });
    assert.equal(screen.exit, 0, screen.text);
    assert.equal(JSON.parse(home.read("out.json")).profileId, "mistral:work");
  });

  await story.test("nobody is asked where nobody can see the question", async () => {
    const screen = await type("models auth login --provider mistral --json", [], { redirect: "2> err.txt" });
    assert.equal(screen.exit, 1);
    assert.equal(JSON.parse(screen.text).error.code, "no_terminal");
  });

  await story.test("a paste of two lines is refused", async () => {
    const screen = await type("models auth paste-api-key --provider groq", [
      { after: /Paste the API key/, send: `fake-first-line${ENTER}fake-second-line${ENTER}` },
    ]);
    assert.equal(screen.exit, 1);
    assert.match(screen.text, /More than one line/);
  });

  await story.test("a terminal that does not know its size is drawn on as usual", async () => {
    const screen = await type(
      "models auth login --provider groq",
      [{ after: /Paste the API key/, send: CTRL_C }],
      {
        size: "cols 0 rows 0",
      },
    );
    assert.equal(screen.exit, 130);
  });

  await story.test("on a narrow terminal too", async () => {
    const keys = [{ after: /Paste/, send: CTRL_C }];
    assert.equal(
      (await type("models auth login --provider groq", keys, { size: "cols 20 rows 8" })).exit,
      130,
    );
  });

  await story.test("logout asks, and no is no", async () => {
    const no = await type("models auth logout mistral:work", [{ after: /Remove mistral:work/, send: ENTER }]);
    assert.equal(no.exit, 130);
    assert.ok((await storedIds()).includes("mistral:work"));
    const yes = await type("models auth logout mistral:work", [{ after: /Remove mistral:work/, send: "y" }]);
    assert.equal(yes.exit, 0, yes.text);
    assert.deepEqual(await storedIds(), ["acme:manual", "anthropic:default", "mistral:default"]);
  });

  await story.test("every time the terminal is as it was, and no secret was shown", () => {
    for (const { text, settings } of screens) {
      assert.match(settings, /(?<!-)icanon/);
      assert.match(settings, /(?<!-)\becho\b/);
      for (const secret of Object.values(SECRETS)) assert.ok(!text.includes(secret.slice(4, 16)), text);
    }
  });
});
