// `config get`, `set`, `unset`, `validate`: one value at a time, and everything else stays.
import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import json5 from "json5";
import { cliHome } from "../support/cli.ts";

const CONFIG = ".openclaw/openclaw.json";
const TEXT = `{
  // which model
  agents: { defaults: { model: { primary: "openai/gpt-5.5" } } }, // the default
  models: { providers: { acme: { apiKey: "sk-fake-0123456789abcdef", baseUrl: "http://127.0.0.1/v1" } } },
  bananas: 1,
}
`;

const homes: ReturnType<typeof cliHome>[] = [];
let home = cliHome();
beforeEach(() => {
  homes.push((home = cliHome()));
  home.write(CONFIG, TEXT);
});
after(() => homes.forEach((each) => each.remove()));

const config = (...words: string[]) => home.run(["config", ...words]);
const document = () => json5.parse(home.read(CONFIG));

async function refused(words: string[], reason: RegExp): Promise<void> {
  const before = home.read(CONFIG);
  const { exit, out, err } = await config(...words);
  assert.deepEqual([exit, out], [1, ""]);
  assert.match(err, reason);
  assert.equal(home.read(CONFIG), before);
}

test("get prints one value bare or as JSON, and no secret", async () => {
  assert.equal((await config("get", "agents.defaults.model.primary")).out, "openai/gpt-5.5\n");
  assert.deepEqual(await home.json("config", "get", "agents.defaults"), {
    model: { primary: "openai/gpt-5.5" },
  });
  const acme = await config("get", "models.providers.acme");
  assert.deepEqual(JSON.parse(acme.out).apiKey, "__OPENCLAW_REDACTED__");
  assert.doesNotMatch(acme.out + acme.err, /sk-f/);
  await refused(["get", "agents.nope"], /Config path not found: agents\.nope/);
  const { exit, out } = await config("get", "agents.nope", "--json");
  assert.deepEqual([exit, JSON.parse(out).error.code], [1, "bad_input"]);
});

test("set and unset change their place; comments and unknown keys stay", async () => {
  assert.equal((await config("set", "gateway.port", "19001", "--strict-json")).exit, 0);
  const report = await home.json("config", "set", "agents.defaults.model.primary", '"a/b"');
  assert.deepEqual([report.changed, report.paths], [true, ["agents.defaults.model.primary"]]);
  assert.equal((await config("unset", "models.providers")).exit, 0);
  assert.match(home.read(CONFIG), /\/\/ which model\n.*"a\/b".*\/\/ the default/);
  const { gateway, models, bananas } = document();
  assert.deepEqual([gateway, models, bananas], [{ port: 19001 }, {}, 1]);
  assert.equal((await home.json("config", "set", "gateway.port", "19001")).changed, false);
});

test("what would not be valid is refused, with the place, and nothing is written", async () => {
  await refused(["set", "gateway.port", "high"], /gateway\.port: must be a whole number/);
  await refused(["set", "agents.list", "text"], /agents\.list: must be a list/);
  await refused(["set", "bananas.x", "1"], /bananas cannot take x/);
  await refused(["set", "gateway.port", "high", "--strict-json"], /is not JSON/);
  await refused(["set", "gateway.auth.token", "__OPENCLAW_REDACTED__"], /stand-in/);
  await refused(["set", "gateway.port"], /<value> is missing/);
  await refused(["set", "a.b", "1", "--merge", "--replace"], /exclude each other/);
  await refused(["set", "models.providers.acme", "{}"], /would remove apiKey, baseUrl.*--merge.*--replace/);
  await refused(["unset", "nope"], /Config path not found: nope/);
  assert.ok(!home.files().some((file) => file.includes(".bak")));
});

test("a reference is set by its parts", async () => {
  const place = "channels.discord.token";
  const parts = ["--ref-source", "env", "--ref-provider", "default", "--ref-id", "DISCORD_TOKEN"];
  assert.equal((await config("set", place, ...parts)).exit, 0);
  assert.deepEqual(document().channels.discord.token, {
    source: "env",
    provider: "default",
    id: "DISCORD_TOKEN",
  });
  await refused(["set", place, "--ref-source", "env"], /needs all three/);
  await refused(["set", "models.providers.acme.apiKey", ...parts.with(5, "lower")], /apiKey\.id: must be/);
});

test("a secret provider is set by its parts, several values by a batch", async () => {
  const place = "secrets.providers.vault";
  const parts = [
    "--provider-source",
    "exec",
    "--provider-command",
    "/usr/bin/vault",
    "--provider-arg",
    "read",
  ];
  const more = ["--provider-arg", "x", "--provider-timeout-ms", "5000", "--provider-env", "A=b=c"];
  assert.equal((await config("set", place, ...parts, ...more)).exit, 0);
  assert.deepEqual(document().secrets.providers.vault, {
    source: "exec",
    command: "/usr/bin/vault",
    args: ["read", "x"],
    timeoutMs: 5000,
    env: { A: "b=c" },
  });
  await refused(["set", place, "--provider-source", "exec", "--provider-command", "vault"], /absolute path/);
  await refused(["set", "a.b", "--provider-source", "env"], /are for secrets\.providers/);
  await refused(["set", place, "--provider-path", "/x"], /need --provider-source/);

  const batch = [
    { path: "secrets.providers.default", provider: { source: "env" } },
    { path: "channels.discord.token", ref: { source: "env", provider: "default", id: "T" } },
    { path: "bananas", value: 2 },
  ];
  assert.equal((await config("set", "--batch-json", JSON.stringify(batch))).exit, 0);
  home.write("batch.json", JSON.stringify([{ path: "bananas", value: 3 }]));
  assert.equal((await config("set", "--batch-file", "batch.json")).exit, 0);
  const { secrets, channels, bananas } = document();
  assert.deepEqual(
    [secrets.providers.default, channels.discord.token.id, bananas],
    [{ source: "env" }, "T", 3],
  );
  await refused(["set", "--batch-json", '[{"path": "a"}]'], /Entry 1 of the batch needs/);
  const half = JSON.stringify([batch[2], { path: "gateway.port", value: "high" }]);
  await refused(["set", "--batch-json", half], /gateway\.port/);
  await refused(["set"], /<path> is missing/);
});

test("--dry-run says what would happen, and writes nothing", async () => {
  const fine = await home.json("config", "set", "gateway.port", "19001", "--dry-run");
  assert.deepEqual(
    [fine.ok, fine.operations, fine.inputModes, fine.checks.schema, fine.errors],
    [true, 1, ["json"], true, undefined],
  );
  const parts = ["--ref-source", "env", "--ref-provider", "default", "--ref-id", "NOT_SET_HERE"];
  const unset = await config("set", "x.token", ...parts, "--dry-run", "--json");
  assert.equal(unset.exit, 1);
  const { errors, refsChecked } = JSON.parse(unset.out);
  assert.deepEqual(
    [refsChecked, errors[0].kind, errors[0].ref],
    [1, "resolvability", "env:default:NOT_SET_HERE"],
  );
  const schema = await config("set", "gateway.port", "0", "--dry-run", "--json");
  assert.deepEqual([schema.exit, JSON.parse(schema.out).errors[0].kind], [1, "schema"]);
  const missing = await config("unset", "nope", "--dry-run", "--json");
  assert.deepEqual([missing.exit, JSON.parse(missing.out).errors[0].kind], [1, "missing-path"]);
  assert.equal(home.read(CONFIG), TEXT);
  assert.deepEqual(home.files(), [".openclaw", CONFIG]);
});

test("a file that is broken elsewhere can be mended", async () => {
  home.write(CONFIG, `{ gateway: { port: "high" }, agents: { list: "text" } }`);
  await refused(["set", "agents.defaults", "[]"], /agents\.defaults: must be an object/);
  assert.equal((await config("set", "gateway.port", "19001")).exit, 0);
  assert.equal((await config("unset", "agents.list")).exit, 0);
  assert.deepEqual(await home.json("config", "validate"), {
    valid: true,
    path: `${home.path}/${CONFIG}`,
    warnings: [],
  });
});

test("many at once queue, and each gets its value in", async () => {
  const names = ["a", "b", "c", "d", "e"];
  const answers = await Promise.all(names.map((name) => config("set", `mine.${name}`, "1")));
  for (const { exit, err } of answers) assert.equal(exit, 0, err);
  assert.deepEqual(Object.keys(document().mine).toSorted(), names);
  const { changes } = await home.json("models", "undo", "--list");
  assert.equal(changes.length, names.length);
  await home.json("models", "undo", "--last", `${names.length}`);
  assert.equal(document().mine, undefined);
});

test("validate lists what is odd and what is wrong", async () => {
  home.write(CONFIG, `{ agents: { list: [{ id: "a" }, { id: "a" }] } }`);
  const { valid, warnings } = await home.json("config", "validate");
  assert.deepEqual([valid, warnings.length], [true, 1]);
  home.write(CONFIG, `{ auth: { order: { openai: "x" } } }`);
  const { exit, out } = await config("validate", "--json");
  const { issues } = JSON.parse(out);
  assert.deepEqual([exit, issues[0].path], [1, "auth.order.openai"]);
});
