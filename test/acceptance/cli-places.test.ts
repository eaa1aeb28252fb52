// Where commands run: a home that may only be read, a narrow terminal, two at once.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { writeHome } from "../conformance/home.ts";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import { atTerminal } from "../support/terminal.ts";
import { ENTRY } from "../support/entry.ts";

const KEY = "sk-fake-0123456789abcdefghij";

let home: CliHome;
beforeEach(() => {
  home = cliHome();
  const profiles = Object.fromEntries(
    ["zai:a", "zai:b"].map((id) => [id, { type: "api_key", provider: "zai", key: KEY }]),
  );
  const bars = { "zai:a": { disabledUntil: Date.now() + 18_000_000, disabledReason: "billing" } };
  const store = { version: 1, profiles };
  const config = { agents: { defaults: { model: { primary: "zai/x", fallbacks: ["mistral/y"] } } } };
  const state = { version: 1, usageStats: bars };
  writeHome(
    { path: home.path, stateDir: ".openclaw", now: Date.now() },
    { config, agents: { main: { store, state } } },
  );
});
afterEach(() => home.remove());

describe("a home that may only be read", { skip: process.platform === "win32" }, () => {
  const everything = () => [
    home.path,
    ...readdirSync(home.path, { recursive: true, encoding: "utf8" }).map((name) => join(home.path, name)),
  ];
  const folders = () => everything().filter((path) => !/\.(json|sqlite)$/.test(path));
  const close = () => {
    for (const path of everything()) chmodSync(path, 0o444);
    for (const path of folders()) chmodSync(path, 0o555);
  };
  afterEach(() => folders().forEach((path) => chmodSync(path, 0o755)));

  /** Root may write everywhere, so it runs the command as nobody. */
  const run = (words: string, input = "") => {
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const env = { PATH: dirname(process.execPath), HOME: home.path, NO_COLOR: "1" };
    const options = { env, input, encoding: "utf8", cwd: "/", ...nobody } as const;
    return spawnSync(process.execPath, [ENTRY, ...words.split(" ")], options);
  };

  for (const words of ["models status --json", "models list", "models auth list", "doctor", "agents list"])
    test(`${words} answers`, () => {
      close();
      const before = home.files();
      const { status, stderr } = run(words);
      assert.equal(status, 0, stderr);
      assert.deepEqual(home.files(), before);
    });

  for (const words of [
    "models set zai/new",
    "models aliases add new zai/x",
    "models auth paste-api-key --provider zai",
    "models auth order set --provider zai zai:b",
    "models auth logout zai:b --yes",
  ])
    test(`${words} says that nothing was written, and why`, () => {
      close();
      const before = home.files();
      const { status, stderr } = run(words, KEY);
      assert.equal(status, 1, stderr);
      assert.match(stderr, /^Error: .*(cannot be (written|made|used as a lock)).*/m);
      assert.match(stderr, /permissions|owner|mode/);
      assert.ok(!stderr.includes(KEY));
      assert.deepEqual(home.files(), before);
    });
});

describe("a narrow terminal", () => {
  for (const words of ["models status", "models auth list", "models list"])
    test(words, async () => {
      const { exit, text } = await atTerminal(home.path, words.split(" "), [], { size: "cols 40 rows 24" });
      assert.equal(exit, 0, text);
      const lines = text.split("== settings ==")[0]!.split(/\r?\n/);
      // Paths and commands stay whole, to be copied.
      const long = lines.filter((line) => line.length > 40 && !/^ *(\/|~\/|openclaw )/.test(line));
      assert.deepEqual(long, []);
      assert.match(text, /zai/);
    });
});

describe("two at once", () => {
  test("edits of the config all land", async () => {
    const names = ["a", "b", "c", "d"];
    const answers = await Promise.all(
      names.map((name) => home.run(["models", "aliases", "add", name, `mistral/${name}`])),
    );
    for (const { exit, err } of answers) assert.equal(exit, 0, err);
    const { aliases } = await home.json("models", "aliases", "list");
    assert.deepEqual(Object.keys(aliases).toSorted(), names);
  });

  test("credentials and an order all land", async () => {
    const paste = (id: string) =>
      home.run(["models", "auth", "paste-api-key", "--provider", "mistral", "--profile-id", id], {
        stdin: KEY,
      });
    const answers = await Promise.all([
      paste("mistral:a"),
      paste("mistral:b"),
      home.run(["models", "auth", "order", "set", "--provider", "zai", "zai:b", "zai:a"]),
      home.run(["models", "fallbacks", "add", "openai/gpt-5.5"]),
    ]);
    for (const { exit, err } of answers) assert.equal(exit, 0, err);
    const { profiles } = await home.json("models", "auth", "list");
    assert.equal(profiles.length, 4);
    const { order } = await home.json("models", "auth", "order", "get", "--provider", "zai");
    assert.deepEqual(order, ["zai:b", "zai:a"]);
    const { fallbacks } = await home.json("models", "fallbacks", "list");
    assert.deepEqual(fallbacks, ["mistral/y", "openai/gpt-5.5"]);
  });
});
