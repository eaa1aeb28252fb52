// A story at a terminal: secrets in plain text in every place, a wizard, and none of them left; who leaves changes nothing.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { cliHome } from "../support/cli.ts";
import { atTerminal, CTRL_C, DOWN, ENTER } from "../support/terminal.ts";
import type { Keys } from "../support/terminal.ts";

const home = cliHome();
after(home.remove);

const SECRETS = {
  config: "sk-fake-of-the-config-0123456789",
  store: "sk-fake-of-the-store-0123456789",
  dotenv: "sk-fake-of-dotenv-0123456789",
};

const contents = () =>
  home.files().flatMap((file) => {
    const path = join(home.path, file);
    return statSync(path).isFile() ? [[file, readFileSync(path, "latin1")] as const] : [];
  });
const filesWith = (folder: string, text: string) =>
  readdirSync(join(home.path, folder), { recursive: true, encoding: "utf8" }).filter((file) => {
    const path = join(home.path, folder, file);
    return statSync(path).isFile() && readFileSync(path).includes(text);
  });
const type = async (words: string, keys: Keys[]) => {
  const screen = await atTerminal(home.path, words.split(" "), keys);
  for (const secret of Object.values(SECRETS)) assert.ok(!screen.text.includes(secret));
  return screen;
};

const TO_A_FILE: readonly Keys[] = [
  { after: /Where are the secrets to be/, send: ENTER },
  { after: /Path of the file/, send: ENTER },
  { after: /Name for it/, send: ENTER },
  { after: /Which secrets go there/, send: ENTER },
];

test("secrets configure", async (story) => {
  const acme = {
    baseUrl: "http://127.0.0.1:9/v1",
    api: "openai-completions",
    apiKey: SECRETS.config,
    models: [],
  };
  home.write(
    ".openclaw/openclaw.json",
    `{\n  // mine\n  models: { providers: { acme: ${JSON.stringify(acme)} } },\n}\n`,
  );
  await home.run(["models", "auth", "paste-api-key", "--provider", "openai"], { stdin: SECRETS.store });
  home.write(".openclaw/.env", `FOO=bar\nMISTRAL_API_KEY=${SECRETS.dotenv}\n`);

  await story.test("nobody is asked without a terminal", async () => {
    const { exit, err } = await home.run(["secrets", "configure"]);
    assert.deepEqual([exit, /needs a terminal.*secrets apply <plan> --yes/.test(err)], [1, true], err);
  });

  await story.test("left at any question, everything is as it was", async () => {
    const before = contents();
    for (let asked = 0; asked <= TO_A_FILE.length; asked++) {
      const last = asked === TO_A_FILE.length ? /What becomes of this plan/ : TO_A_FILE[asked]!.after;
      const screen = await type("secrets configure", [
        ...TO_A_FILE.slice(0, asked),
        { after: last, send: CTRL_C },
      ]);
      assert.equal(screen.exit, 130, screen.text);
    }
    assert.deepEqual(contents(), before);
  });

  await story.test("a path that cannot be is asked for again; the plan can be kept for later", async () => {
    const screen = await type("secrets configure", [
      TO_A_FILE[0]!,
      { after: /Path of the file/, send: `${"\x7f".repeat(60)}x${ENTER}` },
      { after: /An absolute path/, send: `\x7f~/kept.json${ENTER}` },
      ...TO_A_FILE.slice(2),
      { after: /What becomes of this plan/, send: DOWN + ENTER },
      { after: /File for the plan/, send: ENTER },
    ]);
    assert.equal(screen.exit, 0, screen.text);
    assert.ok(!existsSync(join(home.path, "kept.json")));
    const tried = await home.json("secrets", "apply", "openclaw-secrets-plan.json", "--dry-run");
    assert.deepEqual([tried.ok, tried.targets.length], [true, 3]);
  });

  await story.test("applied, every secret lies in the file alone, and the audit is clean", async () => {
    const screen = await type("secrets configure", [
      ...TO_A_FILE,
      { after: /What becomes of this plan/, send: ENTER },
    ]);
    assert.equal(screen.exit, 0, screen.text);
    for (const secret of Object.values(SECRETS)) assert.deepEqual(filesWith(".openclaw", secret), []);
    const file = ".config/openclaw-access/secrets.json";
    assert.equal(statSync(join(home.path, file)).mode & 0o777, 0o600);
    assert.deepEqual(JSON.parse(home.read(file)), {
      acme: { apiKey: SECRETS.config },
      openai: { manual: SECRETS.store },
      mistral: { default: SECRETS.dotenv },
    });
    assert.match(home.read(".openclaw/openclaw.json"), /\/\/ mine/);
    assert.equal(home.read(".openclaw/.env"), "FOO=bar\n");
    assert.equal((await home.json("secrets", "audit", "--check")).status, "clean");
    const { auth } = await home.json("models", "status");
    const providers = auth.providers.map(({ provider }: { provider: string }) => provider);
    assert.deepEqual(providers.toSorted(), ["acme", "mistral", "openai"]);
  });

  await story.test("then there is nothing left to move", async () => {
    const screen = await type("secrets configure", []);
    assert.deepEqual([screen.exit, /Nothing is to be moved/.test(screen.text)], [0, true], screen.text);
  });
});
