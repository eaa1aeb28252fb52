// An undo that was cut short, undos at once, and a history that is not all well.
import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { cliHome } from "../support/cli.ts";

const CONFIG = ".openclaw/openclaw.json";

const homes: ReturnType<typeof cliHome>[] = [];
let home = cliHome();
beforeEach(() => homes.push((home = cliHome())));
after(() => homes.forEach((each) => each.remove()));

const oc = (words: string, stdin = "") => home.run(words.split(" "), { stdin });

async function ok(words: string, stdin?: string): Promise<string> {
  const { exit, out, err } = await oc(words, stdin);
  assert.equal(exit, 0, `${words}: ${err}`);
  return out;
}

const document = () => JSON.parse(home.read(CONFIG));
const paste = () => ok("models auth paste-api-key --provider mistral", "sk-fake-0123456789");
const profiles = async (): Promise<string[]> =>
  (await home.json("models", "auth", "list")).profiles.map(({ id }: { id: string }) => id);

/** Backups cannot be moved on: every write of the config fails, for root too. */
function blockConfig(): () => void {
  const blocked = join(home.path, `${CONFIG}.bak.4`);
  mkdirSync(join(blocked, "full"), { recursive: true });
  home.write(`${CONFIG}.bak.3`, "{}");
  return () => rmSync(blocked, { recursive: true });
}

test("half an undo is told as one, and the next undo finishes it under the same id", async () => {
  await ok("models set a/1");
  await paste();
  const unblock = blockConfig();
  const failed = await oc("models undo");
  assert.equal(failed.exit, 1);
  assert.match(failed.err, /Only a part of \w{8} is taken back\..*to finish: openclaw models undo/s);
  assert.deepEqual(await profiles(), []);
  assert.ok(document().auth.profiles["mistral:manual"]);
  assert.match(await ok("models undo --list"), /half taken back by/);
  // Still not writable: nothing more happens, and nothing else is claimed.
  assert.match((await oc("models undo")).err, /Only a part/);
  unblock();
  const { undone, change, resumed } = await home.json("models", "undo");
  assert.deepEqual([undone.length, resumed, document().auth], [1, true, undefined]);
  assert.match(failed.err, new RegExp(`undo ${change}`));
  assert.doesNotMatch(await ok("models undo --list"), /half/);
  await ok(`models undo ${change}`);
  assert.deepEqual(await profiles(), ["mistral:manual"]);
  assert.ok(document().auth.profiles["mistral:manual"]);
});

test("half an undo can be given up, and named", async () => {
  await paste();
  const unblock = blockConfig();
  const change = /undo (\w{8})$/m.exec((await oc("models undo")).err)?.[1];
  unblock();
  await ok(`models undo ${change}`);
  assert.deepEqual(await profiles(), ["mistral:manual"]);
  await ok("models undo");
  assert.deepEqual([await profiles(), document().auth], [[], undefined]);
});

test("what was set again by a later command is no half undo", async () => {
  await paste();
  const { auth: _, ...rest } = document();
  home.write(CONFIG, JSON.stringify(rest));
  await ok("models undo");
  await paste();
  const { resumed } = await home.json("models", "undo");
  assert.equal(resumed, false);
  assert.deepEqual(await profiles(), []);
});

test("of several undos at once, each says what it did", async () => {
  for (const model of ["a/1", "a/2", "a/3", "a/4"]) await ok(`models set ${model}`);
  const said = await Promise.all([1, 2, 3].map(() => oc("models undo")));
  const taken = said.filter(({ exit }) => exit === 0);
  assert.equal(document().agents.defaults.model.primary, `a/${4 - taken.length}`);
  assert.equal(new Set(taken.map(({ out }) => /^\w{8}/m.exec(out)?.[0])).size, taken.length);
  for (const { err } of said.filter(({ exit }) => exit !== 0))
    assert.match(err, /taken back already|There is no change|changed since/);
});

test("a step that cannot be taken back names the next one that can", async () => {
  await ok("models set a/1");
  const [{ id }] = (await home.json("models", "undo", "--list")).changes;
  await paste();
  await ok("models auth logout mistral:manual --yes");
  const { err } = await oc("models undo");
  assert.match(err, /models auth logout.* cannot be taken back: .*purged/);
  assert.match(err, new RegExp(`\\(models set\\): openclaw models undo ${id}`));
  await ok(`models undo ${id}`);
  assert.equal(document().agents, undefined);
});

test("no secret of a URL is printed", async () => {
  const at = "models.providers.acme";
  const provider = { baseUrl: "https://me:hush@host/v1?key=hush", models: [] };
  assert.equal((await home.run(["config", "set", at, JSON.stringify(provider)])).exit, 0);
  const said =
    (await ok("models undo --list --json")) + (await ok(`config get ${at}`)) + (await ok("models undo"));
  assert.match(said, /host\/v1\?key=/);
  assert.doesNotMatch(said, /hush/);
});

test("a damaged history of the config is told, by its file", async () => {
  await ok("models set a/1");
  home.write(".openclaw/state/config-history.json", "{oops");
  for (const words of ["models undo --list", "models undo"])
    assert.match((await oc(words)).err, /Warning: .*config-history\.json is damaged/);
});
