// Reads write nothing: an empty home stays empty, and a database stays without sidecars.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { cliHome } from "../support/cli.ts";

const home = cliHome();
after(home.remove);

const READS = [
  "--version",
  "--help",
  "models",
  "models status --json",
  "models status --plain",
  "models list",
  "models aliases list",
  "models fallbacks list",
  "models image-fallbacks list --plain",
  "models auth list",
  "models auth order get --provider openai",
  "models auth order clear --provider openai",
  "agents list",
  "agents list --bindings --json",
  "channels list",
  "plugins list",
  "completion --shell bash",
  "__complete -- models auth list --agent m",
  "config file",
  "doctor",
  "doctor --lint --json",
  "doctor --fix",
  "models undo --list",
];

async function readAll(): Promise<void> {
  const answers = await Promise.all(READS.map((words) => home.run(words.split(" "))));
  for (const [index, { exit, err }] of answers.entries()) assert.equal(exit, 0, `${READS[index]}: ${err}`);
}

test("an empty home stays empty", async () => {
  await readAll();
  assert.deepEqual(home.files(), []);
});

test("a used home stays as it was", async () => {
  await home.run(["models", "auth", "paste-api-key", "--provider", "mistral"], { stdin: "sk-mistral-key" });
  const before = home.files();
  await readAll();
  assert.deepEqual(home.files(), before);
});
