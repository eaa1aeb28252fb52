// What a command changed is taken back, in the config and in the store, and what must not come back does not.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, beforeEach, test } from "node:test";
import { cliHome } from "../support/cli.ts";

const CONFIG = ".openclaw/openclaw.json";
const DATABASE = ".openclaw/agents/main/agent/openclaw-agent.sqlite";

const homes: ReturnType<typeof cliHome>[] = [];
let home = cliHome();
beforeEach(() => homes.push((home = cliHome())));
after(() => homes.forEach((each) => each.remove()));

const oc = (words: string, stdin?: string) =>
  home.run(words.split(" "), stdin === undefined ? {} : { stdin });

async function ok(words: string, stdin?: string): Promise<string> {
  const { exit, out, err } = await oc(words, stdin);
  assert.equal(exit, 0, `${words}: ${err}`);
  return out;
}

async function refused(words: string, reason: RegExp): Promise<void> {
  const { exit, err } = await oc(words);
  assert.equal(exit, 1);
  assert.match(err, reason);
}

const paste = (key: string, provider = "mistral") =>
  ok(`models auth paste-api-key --provider ${provider}`, key);

/** Both rows of the agent's file that OpenClaw reads. */
function stored(): { profiles: Record<string, any>; order: Record<string, string[]> } {
  const db = new DatabaseSync(join(home.path, DATABASE), { readOnly: true });
  const row = (table: string, column: string) =>
    JSON.parse(String(db.prepare(`SELECT ${column} AS json FROM ${table}`).get()?.["json"] ?? "{}"));
  const profiles = row("auth_profile_store", "store_json").profiles;
  const order = row("auth_profile_state", "state_json").order ?? {};
  db.close();
  return { profiles, order };
}

/** Writes the store's row as another program does. */
function alter(change: (profiles: Record<string, any>) => void): void {
  const db = new DatabaseSync(join(home.path, DATABASE));
  const row = db.prepare("SELECT store_json AS json FROM auth_profile_store").get();
  const document = JSON.parse(String(row?.["json"]));
  change(document.profiles);
  db.prepare("UPDATE auth_profile_store SET store_json = ?").run(JSON.stringify(document));
  db.close();
}

const everyFile = (): string =>
  home
    .files()
    .filter((file) => statSync(join(home.path, file)).isFile())
    .map((file) => home.read(file))
    .join("\n");

test("a paste is one step: credential and metadata go together, and come again", async () => {
  await paste("sk-fake-first");
  const [step, ...more] = (await home.json("models", "undo", "--list")).changes;
  assert.equal(more.length, 0);
  assert.equal(step.command, "models auth paste-api-key");
  assert.deepEqual(
    step.changes.map(({ place }: { place: string }) => place),
    ["profile", "config", "config"],
  );
  const { undone, change } = await home.json("models", "undo");
  assert.equal(undone[0].id, step.id);
  assert.deepEqual(stored().profiles, {});
  assert.deepEqual(Object.keys(JSON.parse(home.read(CONFIG))), ["meta"]);
  await ok(`models undo ${change}`);
  assert.equal(stored().profiles["mistral:manual"].key, "sk-fake-first");
  assert.ok(JSON.parse(home.read(CONFIG)).auth.profiles["mistral:manual"]);
});

test("a replaced key comes back, and is never printed", async () => {
  await paste("sk-fake-former-0123456789");
  await paste("sk-fake-newer-0123456789");
  const said =
    (await ok("models undo --list")) + (await ok("models undo --list --json")) + (await ok("models undo"));
  assert.equal(stored().profiles["mistral:manual"].key, "sk-fake-former-0123456789");
  assert.doesNotMatch(said, /sk-f|0123/);
});

test("one after the other goes back step by step; several at once are one step", async () => {
  for (const model of ["a/1", "a/2", "a/3"]) await ok(`models set ${model}`);
  const primary = () => JSON.parse(home.read(CONFIG)).agents?.defaults.model.primary;
  await ok("models undo");
  assert.equal(primary(), "a/2");
  await ok("models undo");
  assert.equal(primary(), "a/1");
  await ok("models set b/1");
  const { undone, change } = await home.json("models", "undo", "--last", "2");
  assert.equal(undone.length, 2);
  assert.equal(primary(), undefined);
  await ok(`models undo ${change}`);
  assert.equal(primary(), "b/1");
});

test("comments come back with what they stood in", async () => {
  const text = `{
  // which model
  agents: { defaults: { models: {
    // the quick one
    "a/quick": { alias: "q" }, // says q
  } } },
}
`;
  home.write(CONFIG, text);
  await ok("config unset agents.defaults.models");
  assert.doesNotMatch(home.read(CONFIG), /quick/);
  await ok("models undo");
  assert.match(home.read(CONFIG), /\/\/ the quick one\n\s+"a\/quick": \{ alias: "q" \}, \/\/ says q/);
});

test("what somebody changed since is not overwritten: config only with --force, a store never", async () => {
  await ok("models set a/1");
  await ok("models set a/2");
  home.write(CONFIG, home.read(CONFIG).replace(`"primary": "a/2"`, `"primary": "by/hand"`));
  await refused("models undo", /agents\.defaults\.model\.primary in the config was changed since.*--force/);
  assert.match(home.read(CONFIG), /by\/hand/);
  await ok("models undo --force");
  assert.match(home.read(CONFIG), /"primary": "a\/1"/);

  await paste("sk-fake-1");
  await paste("sk-fake-2");
  alter((profiles) => (profiles["mistral:manual"].key = "sk-fake-by-hand"));
  for (const words of ["models undo", "models undo --force"])
    await refused(words, /mistral:manual in agent main was changed or refreshed since.*Nothing was changed/);
  assert.equal(stored().profiles["mistral:manual"].key, "sk-fake-by-hand");
});

test("edits elsewhere in the config survive an undo", async () => {
  await ok("models set a/1");
  home.write(CONFIG, home.read(CONFIG).replace(`"agents"`, `"mine": [1], "agents"`));
  await ok("models undo");
  const { mine, agents } = JSON.parse(home.read(CONFIG));
  assert.deepEqual([mine, agents], [[1], undefined]);
});

test("a stored order goes back, and away", async () => {
  await paste("sk-fake-1");
  await ok("models auth order set --provider mistral mistral:manual");
  assert.deepEqual(stored().order, { mistral: ["mistral:manual"] });
  await ok("models undo");
  assert.deepEqual(stored().order, {});
});

test("a logout cannot be taken back, and leaves nothing of the credential anywhere", async () => {
  await paste("sk-fake-older-key-material");
  await paste("sk-fake-newer-key-material");
  await ok("models auth logout mistral:manual --yes");
  assert.doesNotMatch(everyFile(), /key-material/);
  await refused("models undo", /models auth logout.* cannot be taken back: .*purged/);
  assert.deepEqual(stored().profiles, {});
});

test("a login that was refreshed, or replaced by a newer one, is never put back", async () => {
  const login = (token: string) => ({
    type: "oauth",
    provider: "openai",
    access: `fake-${token}`,
    refresh: `fake-r-${token}`,
    expires: Date.now() + 1e9,
  });
  await paste("sk-fake-1");
  alter((profiles) => (profiles["openai:me"] = login("one")));
  await ok("models auth paste-api-key --provider openai --profile-id openai:me", "sk-fake-key");
  await ok("models undo");
  assert.equal(stored().profiles["openai:me"].refresh, "fake-r-one");
  // Spent by another program since; then the same key over it once more.
  alter((profiles) => (profiles["openai:me"] = login("two")));
  await ok("models auth paste-api-key --provider openai --profile-id openai:me", "sk-fake-key");
  const { changes } = await home.json("models", "undo", "--list");
  const redo = changes.find(({ state }: { state: string }) => state === "undo").id;
  await refused(`models undo ${redo}`, /taken back already/);
  await ok("models undo");
  assert.equal(stored().profiles["openai:me"].refresh, "fake-r-two");
  await refused(`models undo ${redo}`, /changed or refreshed since/);
});

test("history is private", async () => {
  await paste("sk-fake-1");
  const modeOf = (file: string) => statSync(join(home.path, file)).mode & 0o777;
  assert.equal(modeOf(".openclaw/state/config-history.json"), 0o600);
  assert.equal(modeOf(DATABASE), 0o600);
  await refused("models undo --last 2", /Only one change/);
});

test("wrong words are answered, and nothing is changed", async () => {
  await refused("models undo", /There is no change to take back/);
  await refused("models undo nonesuch", /no change "nonesuch"/);
  await refused("models undo --last 0", /--last takes a whole number from 1 on/);
  await refused("models undo abc --last 2", /not both/);
  assert.deepEqual(home.files(), []);
  const { exit, out } = await oc("models undo --json");
  assert.deepEqual([exit, JSON.parse(out).error.code], [1, "bad_input"]);
});

test("a store that cannot be read does not hide what the config remembers", async () => {
  await ok("models set a/1");
  home.write(
    ".openclaw/agents/other/agent/openclaw-agent.sqlite",
    "no database, and long enough to be seen as one".repeat(9),
  );
  const { exit, out, err } = await oc("models undo --list");
  assert.equal(exit, 0);
  assert.match(err, /Warning: .*other.*cannot be read/);
  assert.match(out, /models set/);
});

test("what doctor did is one step too; the files it put aside stay there", async () => {
  const old = { profiles: { "mistral:a": { type: "api_key", provider: "mistral", key: "sk-fake-1" } } };
  home.write(".openclaw/agents/main/agent/auth-profiles.json", JSON.stringify({ version: 1, ...old }));
  await ok("doctor --fix --yes");
  assert.deepEqual(Object.keys(stored().profiles), ["mistral:a"]);
  const { undone, notes } = await home.json("models", "undo");
  assert.deepEqual([undone[0].command, notes.length], ["doctor", 1]);
  assert.deepEqual(stored().profiles, {});
  assert.ok(home.files().some((file) => file.endsWith(".bak")));
});

test("a damaged entry of the history costs that entry alone", async () => {
  await paste("sk-fake-1");
  await paste("sk-fake-2");
  const db = new DatabaseSync(join(home.path, DATABASE));
  db.exec("UPDATE access_history SET item_json = '{oops', undoes_json = 'oops' WHERE seq = 1");
  db.close();
  await ok("models undo");
  assert.equal(stored().profiles["mistral:manual"].key, "sk-fake-1");
});
