// Bad input is an answer: exit 1, one sentence on stderr, nothing written; with --json, one document.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { cliHome } from "../support/cli.ts";

const home = cliHome();
after(home.remove);

const SETUP_TOKEN = `sk-ant-oat01-${"a".repeat(80)}`;

/** words, stdin, what the sentence must say */
const CASES: readonly (readonly [string, string, RegExp])[] = [
  ["nosuch", "", /no command "nosuch"/],
  ["models lst", "", /Did you mean: openclaw models list/],
  ["models auth login-github-copilot", "", /needs a terminal.*paste-token --provider github-copilot/],
  ["models auth add", "", /paste-api-key --provider <id>, or paste-token.*models auth login/],
  ["models auth add --json", "", /there is none/],
  ["models auth --agent nope login --provider mistral", "", /no agent "nope"/],
  ["models auth login", "", /on a terminal, and there is none/],
  ["models auth login --provider mistral --force", "", /paste-api-key --provider mistral/],
  ["models auth login --provider mistrl", "", /Did you mean mistral/],
  ["models auth login --provider mistral --method oauth", "", /no login method "oauth".*api-key/],
  [
    "models auth login --provider openai --method oauth",
    "",
    /on a terminal, and there is none.*add --device-code/,
  ],
  ["models auth login --provider openai --device-code --method oauth", "", /exclude each other/],
  ["models auth login --provider ds4", "", /wants no credential/],
  ["models auth login --provider mistral --profile-id work", "", /provider:name/],
  ["models auth setup-token", "", /paste-token --provider anthropic/],
  ["models auth setup-token --provider mistral", "", /no token login.*anthropic/],
  ["models auth setup-token --provider nosuchprov", "", /no provider "nosuchprov"/],
  ["models auth logout", "", /Name the profile/],
  ["models auth logout openai:a --provider openai", "", /exclude each other/],
  ["models auth logout openai:ghost --yes --json", "", /no profile openai:ghost/],
  ["models auth logout --provider openai --yes", "", /no profile of openai/],
  ["models --json", "", /openclaw models status --json/],
  ["models status --jsn", "", /no flag --jsn. Did you mean --json/],
  ["models status --json --plain", "", /exclude each other/],
  ["models status --agent nope", "", /no agent "nope".*main/],
  ["models status --agent", "", /--agent/],
  ["models set", "", /<model> is missing/],
  ["models set /m", "", /not a model reference/],
  ["models set p/", "", /not a model reference/],
  ["models set --agent main a/b", "", /no flag --agent/],
  ["models aliases add a/b openai/x", "", /not an alias/],
  ["models aliases remove nope", "", /no alias "nope"/],
  ["models fallbacks remove openai/x", "", /not among the fallbacks/],
  ["models why nope", "", /No run nope is recorded/],
  ["models auth paste-api-key", "sk-x", /--provider is needed/],
  ["models auth paste-api-key --provider a/b", "sk-x", /not a provider id/],
  ["models auth paste-api-key --provider mistral --profile-id work", "sk-x", /provider:name/],
  ["models auth paste-api-key --provider mistral", "", /No API key was given/],
  ["models auth paste-api-key --provider mistral", "one\ntwo\n", /More than one line/],
  ["models auth --agent nope paste-api-key --provider mistral", "sk-x", /no agent "nope"/],
  ["models auth paste-token --provider anthropic", "sk-ant-api03-x", /paste-api-key --provider anthropic/],
  ["models auth paste-token --provider anthropic", SETUP_TOKEN.slice(0, 79), /too short/],
  ["models auth paste-token --provider openai", "sk-x", /paste-api-key --provider openai/],
  ["models auth paste-token --provider mistral --expires-in 2w", "tok", /not a duration/],
  ["models auth order set --provider openai", "", /provider:name/],
  ["models auth order set --provider openai openai:ghost", "", /no profile openai:ghost/],
  ["models auth order get", "", /--provider is needed/],
  ["gateway run --port x", "", /not a port/],
];

describe("refused", { concurrency: 4 }, () => {
  for (const [words, stdin, sentence] of CASES)
    test(words, async () => {
      const { exit, out, err } = await home.run(words.split(" "), { stdin });
      assert.equal(exit, 1);
      assert.match(err, sentence);
      assert.equal(err.trim().split("\n").length, 1, err);
      assert.ok(!words.includes("--json") || JSON.parse(out).error.message.length > 0);
      assert.ok(words.includes("--json") || out === "");
      assert.ok(stdin.length < 8 || !err.includes(stdin.trim()));
    });
});

test("none of it wrote anything", () => assert.deepEqual(home.files(), []));
