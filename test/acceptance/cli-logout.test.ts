// A story: what is logged out is gone from the store, orders, config, health and history, and nothing else is.
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach, describe, test } from "node:test";
import { openDeps } from "../../src/access/open-deps.ts";
import type { Credential } from "../../src/core/credential.ts";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";

const homes: CliHome[] = [];
after(() => homes.forEach((home) => home.remove()));

const KEYS = { a: "fake-openai-a-0123456789abcdef", b: "fake-openai-b-0123456789abcdef" };
const IDS = ["openai:a", "openai:b", "mistral:a"];
const SECRET_OF_WORK = "fake-openai-work-0123456789abcdef";
let home: CliHome;

/** Stored and put in order by this process, as a command would: each change is remembered. */
async function storeAll(secrets: Readonly<Record<string, string>>, agent = "main") {
  const deps = openDeps({ processEnv: {}, now: Date.now, version: "0", osHome: home.path });
  const profiles = new Map(
    Object.entries(secrets).map(([id, key]): [string, Credential] => [
      id,
      { type: "api_key", provider: id.split(":")[0]!, key },
    ]),
  );
  const openai = [...profiles.keys()].filter((id) => id.startsWith("openai"));
  await deps.store().update(agent, { profiles: [...profiles.keys()], providers: ["openai"] }, () => ({
    profiles,
    order: new Map([["openai", openai]]),
  }));
  await deps.close();
}

const logout = (words: string, env?: Record<string, string>) =>
  home.run(["models", "auth", "logout", ...words.split(" ")], env ? { env } : {});

const ids = async (agent = "main"): Promise<string[]> =>
  (await home.json("models", "auth", "list", "--agent", agent)).profiles.map(({ id }: { id: string }) => id);

const order = async (agent = "main"): Promise<string[] | null> =>
  (await home.json("models", "auth", "order", "get", "--provider", "openai", "--agent", agent)).order;

const setOrder = (agent: string, profiles: string[]) =>
  home.json("models", "auth", "order", "set", "--provider", "openai", "--agent", agent, ...profiles);

const config = () => JSON.parse(home.read(".openclaw/openclaw.json"));

/** Every file that holds the text. */
const filesWith = (text: string): string[] =>
  home.files().filter((file) => {
    const path = join(home.path, file);
    return statSync(path).isFile() && readFileSync(path).includes(text);
  });

describe("logout", () => {
  beforeEach(async () => {
    home = cliHome();
    homes.push(home);
    home.write(
      ".openclaw/openclaw.json",
      JSON.stringify({
        agents: { list: [{ id: "main", default: true }, { id: "work" }] },
        auth: {
          profiles: Object.fromEntries(
            IDS.map((id) => [id, { provider: id.split(":")[0], mode: "api_key" }]),
          ),
          order: { openai: ["openai:a", "openai:b"], mistral: ["mistral:a"] },
        },
      }),
    );
    await storeAll({ "openai:a": KEYS.a, "openai:b": KEYS.b, "mistral:a": "fake-mistral-0123456789abcdef" });
  });

  test("takes one profile out of everything that names it, and its secret out of every file", async () => {
    await setOrder("work", ["openai:a", "openai:b"]);
    assert.notDeepEqual(filesWith(KEYS.a), []);
    const { exit, out, err } = await logout("openai:a --yes");
    assert.equal(exit, 0, err);
    assert.match(out, /Removed: openai:a \(openai\/api_key\) from agent main/);
    assert.match(out, /history: models undo cannot bring it back/);
    assert.deepEqual(await ids(), ["mistral:a", "openai:b"]);
    assert.deepEqual(await order(), ["openai:b"]);
    assert.deepEqual(await order("work"), ["openai:b"]);
    assert.deepEqual(Object.keys(config().auth.profiles), ["openai:b", "mistral:a"]);
    assert.deepEqual(config().auth.order, { openai: ["openai:b"], mistral: ["mistral:a"] });
    assert.deepEqual(filesWith(KEYS.a), []);
  });

  test("--provider takes all of a provider's, and orders that would be empty", async () => {
    const answer = await home.json("models", "auth", "logout", "--provider", "openai", "--yes");
    assert.deepEqual(
      answer.removed.map(({ id }: { id: string }) => id),
      ["openai:a", "openai:b"],
    );
    assert.equal(answer.historyPurged, true);
    assert.deepEqual(await ids(), ["mistral:a"]);
    assert.equal(await order(), null);
    assert.deepEqual(config().auth.order, { mistral: ["mistral:a"] });
    for (const key of Object.values(KEYS)) assert.deepEqual(filesWith(key), []);
  });

  test("files of old that may still hold it are named, with the command that deletes them", async () => {
    const agentDir = ".openclaw/agents/main/agent";
    const entry = JSON.stringify({
      profiles: { "openai:a": { type: "api_key", provider: "openai", key: KEYS.a } },
    });
    const held = [
      ".Trash/agent-1-abc/agent/auth-profiles.json",
      `${agentDir}/auth-profiles.json.sqlite-import.1.bak`,
      `${agentDir}/openclaw-agent.sqlite.doctor.1.bak`,
      ".openclaw/credentials/oauth.json",
    ];
    for (const file of held) home.write(file, entry);
    home.write(`${agentDir}/auth.json.sqlite-import.1.bak`, '{"groq":{}}');
    const answer = await home.json("models", "auth", "logout", "openai:a", "--yes");
    const paths = held.map((file) => join(home.path, file));
    assert.deepEqual(answer.copies.toSorted(), paths.toSorted());
    for (const path of paths) assert.ok(answer.deleteCopies.includes(`'${path}'`), path);
    const { out } = await logout("openai:b --yes");
    for (const path of paths) assert.ok(out.includes(path), out);
    assert.match(out, /rm -- '/);
    assert.equal((await home.json("models", "auth", "logout", "mistral:a", "--yes")).copies.length, 0);
  });

  test("without a terminal and without --yes nothing happens", async () => {
    const before = home.read(".openclaw/openclaw.json");
    const { exit, err } = await logout("openai:a");
    assert.equal(exit, 1);
    assert.match(err, /openai:a.*add --yes/);
    assert.equal((await ids()).length, 3);
    assert.equal(home.read(".openclaw/openclaw.json"), before);
  });

  test("an agent's own copy goes, what it inherits stays and is named", async () => {
    await storeAll({ "openai:a": SECRET_OF_WORK }, "work");
    const { exit, err } = await logout("openai:a --yes --agent work");
    assert.equal(exit, 0, err);
    assert.match(err, /agent work reads main's profiles/);
    assert.deepEqual(await ids("work"), ["mistral:a", "openai:a", "openai:b"]);
    assert.ok(config().auth.profiles["openai:a"], "main's profile keeps its metadata");
    assert.deepEqual(filesWith(SECRET_OF_WORK), []);
    const again = await logout("openai:a --yes --agent work");
    assert.equal(again.exit, 1);
    assert.match(again.err, /openclaw models auth logout openai:a --agent main/);
  });

  test("credentials that are not stored are named with their place", async () => {
    assert.match((await logout("env:OPENAI_API_KEY#1 --yes")).err, /Unset OPENAI_API_KEY/);
    assert.match((await logout("config:openai --yes")).err, /Remove models\.providers\.openai\.apiKey/);
  });

  test("a key in the environment that still reaches the provider is named", async () => {
    const { err } = await logout("--provider openai --yes", { OPENAI_API_KEY: "fake-env-0123456789abcdef" });
    assert.match(err, /openai can still be used: OPENAI_API_KEY is set/);
    assert.ok(!err.includes("fake-env"));
  });

  test("another agent's broken store keeps nothing alive", async () => {
    home.write(
      ".openclaw/agents/work/agent/openclaw-agent.sqlite",
      "this is no database at all, is it".repeat(40),
    );
    const { exit, err } = await logout("openai:a --yes");
    assert.equal(exit, 0, err);
    assert.deepEqual(filesWith(KEYS.a), []);
  });

  test("two at once both succeed", async () => {
    const both = await Promise.all([logout("openai:a --yes"), logout("openai:b --yes")]);
    for (const { exit, err } of both) assert.equal(exit, 0, err);
    assert.deepEqual(await ids(), ["mistral:a"]);
    assert.deepEqual(Object.keys(config().auth.profiles), ["mistral:a"]);
  });
});
