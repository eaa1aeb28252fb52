// Plugins that do what they should not: each costs its own provider, and is named with the remedy.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { API, declared, pluginHome } from "../support/plugin-home.ts";

const home = pluginHome();
after(home.remove);
home.write(".openclaw/openclaw.json", `{ "agents": { "defaults": { "model": "good/m1" } } }`);
home.goodPlugin("good", "good");
home.plugin("elsewhere", `export default ${declared("other")};`);

const BUILT = (id: string, more = "") => `export default ${declared(id, more)};`;

/** What a plugin is, and what is said of it. */
const HOSTILE: readonly (readonly [name: string, code: string, fault: RegExp])[] = [
  ["throws", `throw new Error("no\\nluck \\u001b[31m");`, /^failed: no luck \[31m$/],
  ["throws-odd", `throw { toString() { throw 1; } };`, /^failed: /],
  ["rejects", `await Promise.reject(new Error("later"));`, /^failed: later$/],
  [
    "breaks-later",
    `queueMicrotask(() => { throw new Error("behind"); }); await new Promise(() => {});`,
    /^failed: behind$/,
  ],
  ["nothing", `export const provider = 1;`, /exports nothing: it needs an `export default/],
  ["no-syntax", `export default {;`, /Unexpected token/],
  ["no-module", `import "nobody-has-this";`, /Cannot find package 'nobody-has-this'/],
  ["null", `export default null;`, /declares a provider wrongly: must be an object/],
  ["empty-list", `export default [];`, /declares no provider/],
  ["number", `export default 42;`, /must be an object/],
  [
    "no-label",
    `export default { id: "x1", api: "ollama", baseUrl: "https://x.example" };`,
    /the provider x1 wrongly: label: is missing/,
  ],
  ["bad-url", BUILT("x2", `baseUrl: "file:///etc/passwd"`), /baseUrl: must be an address/],
  ["url-login", BUILT("x3", `baseUrl: "https://u:p@x.example"`), /baseUrl: must be an address/],
  ["bad-api", BUILT("x4", `api: "smoke"`), /api: must be one of openai-completions/],
  ["bad-header", BUILT("x5", `header: { name: "a b", value: "{key}" }`), /header\.name: must be the name/],
  ["header-break", BUILT("x6", `header: { name: "a", value: "{key}\\r\\nx: y" }`), /header\.value/],
  ["no-run", BUILT("x7", `auth: [{ id: "a", kind: "code", label: "A" }]`), /auth\[0\]\.run: is missing/],
  [
    "bad-kind",
    BUILT("x8", `auth: [{ id: "a", kind: "magic", label: "A" }]`),
    /auth\[0\]\.kind: must be one of api_key/,
  ],
  ["takes-built-in", BUILT("openai"), /openai, which cannot be: "openai" is OpenAI .*, which is built in/],
  ["takes-alias", BUILT("x9", `aliases: ["anthropic"]`), /"anthropic" is Anthropic, which is built in/],
  ["takes-good", BUILT("good"), /"good" is good, which plugin \.\/good has/],
  ["reads-keys", BUILT("x10", `env: ["OPENAI_API_KEY"]`), /OPENAI_API_KEY holds keys of OpenAI/],
  ["reads-listed-keys", BUILT("x11", `env: ["OPENAI_API_KEYS"]`), /OPENAI_API_KEYS holds keys of OpenAI/],
  ["reads-gateway", BUILT("x12", `env: ["OPENCLAW_GATEWAY_TOKEN"]`), /OPENCLAW_GATEWAY_TOKEN/],
  [
    "huge-list",
    BUILT(
      "x13",
      `catalog: { models: Array.from({ length: 20000 }, (_, i) => ({ id: "m" + i, name: "x".repeat(100) })) }`,
    ),
    /more than 1 MiB/,
  ],
  [
    "long-list",
    BUILT("x14", `catalog: { models: Array.from({ length: 6000 }, (_, i) => ({ id: "m" + i })) }`),
    /catalog\.models: must be a list of at most 5000/,
  ],
  [
    "eats-memory",
    `const all = []; while (true) all.push(new Array(1e6).fill(Math.random()));`,
    /ended before it answered|took longer/,
  ],
  ["exits", `process.exit(0);`, /ended before it answered \(exit code 0\)/],
  ["aborts", `process.abort();`, /ended before it answered/],
  [
    "floods",
    `import { writeSync } from "node:fs"; while (true) writeSync(3, "x".repeat(65536));`,
    /more than 1 MiB|not JSON/,
  ],
  ["babbles", `import { writeSync } from "node:fs"; writeSync(3, "hello\\n");`, /not JSON/],
  ["getter", `export default { get id() { throw new Error("hidden"); } };`, /hidden/],
  ["endless", `const a = { id: "y1" }; a.a = a; export default a;`, /circular/i],
  [
    "proto",
    `export default JSON.parse('{"__proto__": {"id": "y2"}, "constructor": {"prototype": {"x": 1}}}');`,
    /declares a provider wrongly/,
  ],
  [
    "breaks-json",
    `JSON.stringify = () => { throw new Error("mine"); }; export default ${declared("y3")};`,
    /mine|ended/,
  ],
];

describe("each is named, and all that is right works beside all that is not", () => {
  test("plugins list", async () => {
    for (const [name, code] of HOSTILE) home.plugin(name, code);
    home.name([
      "./good",
      ...HOSTILE.map(([name]) => `./${name}`),
      "./gone",
      "not-installed",
      "no such/name",
      ".",
      "./elsewhere",
    ]);
    const { plugins, providers, diagnostics } = await home.list();
    const rows = new Map<string, any>(plugins.map((row: { id: string }) => [row.id, row]));
    for (const [name, , fault] of HOSTILE) {
      const row = rows.get(`./${name}`);
      assert.equal(row.status, "error", `${name}: ${row.error}`);
      assert.match(row.error, fault, name);
    }
    assert.match(rows.get("./gone").error, /gone is not there/);
    assert.match(rows.get("not-installed").error, /npm install --prefix .*\.openclaw not-installed/);
    assert.match(rows.get("no such/name").error, /neither the name of a package nor a path/);
    assert.match(rows.get(".").error, /holds the state dir/);
    for (const spec of ["./good", "./elsewhere"]) assert.equal(rows.get(spec).status, "loaded", spec);
    const external = providers.filter(({ plugin }: { plugin?: string }) => plugin);
    assert.deepEqual(
      external.map(({ id }: { id: string }) => id),
      ["good", "other"],
    );
    assert.equal(providers.find(({ id }: { id: string }) => id === "openai").plugin, undefined);
    assert.equal(diagnostics.length, HOSTILE.length + 4);
    for (const { message } of diagnostics) assert.match(message, /^Plugin .*access\.json\.$/);
  });

  test("status and doctor name them, and answer for the rest", async () => {
    home.name(["./good", "./throws", "./takes-built-in"]);
    const { warnings, resolvedDefault } = await home.json("models", "status");
    assert.equal(resolvedDefault, "good/m1");
    assert.match(warnings.join("\n"), /Plugin \.\/throws: failed: no luck.*Correct it/);
    const { findings } = JSON.parse((await home.run(["doctor", "--lint", "--json"])).out);
    const ours = findings.filter(({ checkId }: { checkId: string }) => checkId === "core/doctor/plugins");
    assert.deepEqual(
      ours.map(({ severity }: { severity: string }) => severity),
      ["error", "error"],
    );
    assert.match(ours[0].message, /\.\/throws/);
    const { exit, out } = await home.run(["models", "list", "--provider", "good", "--plain"]);
    assert.deepEqual([exit, out.trim()], [0, "good/m1"]);
  });
});

test("plugins that hang are left out, and the others are there", async () => {
  home.plugin("never", `await new Promise(() => setInterval(() => {}, 1000));`);
  home.plugin("spins", `while (true);`);
  home.name(["./never", "./spins", "./good"]);
  const { plugins } = await home.list();
  const told = plugins.map(({ status, error }: { status: string; error?: string }) => error ?? status);
  assert.deepEqual(told, ["took longer than 5 seconds", "took longer than 5 seconds", "loaded"]);
});

test("commands that have no use for a plugin's providers do not start it", async () => {
  home.plugin(
    "tells",
    `import { appendFileSync } from "node:fs"; appendFileSync("${home.path}/started", "x"); export default ${declared("tells")};`,
  );
  home.name({ "./tells": { trusted: true } });
  const starts = async (...words: string[]) => {
    home.write("started", "");
    await home.run(words);
    return readFileSync(join(home.path, "started"), "utf8").length;
  };
  const spared = [
    "config get agents",
    "models aliases list",
    "models undo --list",
    "models auth order get --provider openai",
    "models set openai/gpt-5.5",
    "models auth retry anthropic:work",
    "__complete -- models set openai/gpt-5",
  ];
  for (const command of spared) assert.equal(await starts(...command.split(" ")), 0, command);
  for (const command of ["models status", "models auth order get --provider tells", "models set tells/m1"])
    assert.equal(await starts(...command.split(" ")), 1, command);
});

test("a command about a provider that nobody knows names the plugin that may have it", async () => {
  home.plugin("breaks", `throw new Error("no luck");`);
  home.name(["./breaks"]);
  for (const command of ["models set lost/m1", "models refresh --provider lost", "models auth list --json"]) {
    const { out, err } = await home.run(command.split(" "));
    assert.equal(err.match(/^Warning: Plugin \.\/breaks: failed: no luck/gm)?.length, 1, command);
    if (command.endsWith("--json")) JSON.parse(out);
  }
  const { err } = await home.run(["models", "auth", "list", "--provider", "openai"]);
  assert.equal(err, "");
});

test("what a plugin prints is no part of the answer, and globals that it changes are its own", async () => {
  home.plugin(
    "loud",
    `import { defineProvider } from "${API}"; import { writeSync } from "node:fs";
     console.log("LOUD"); process.stdout.write("LOUD"); writeSync(1, "LOUD"); writeSync(2, "LOUD");
     Object.prototype.polluted = "LOUD"; Array.prototype.map = () => ["LOUD"]; globalThis.fetch = undefined;
     process.env.OPENAI_API_KEY = "LOUD"; process.exitCode = 7;
     export default defineProvider(${declared("loud")});`,
  );
  home.name(["./loud"]);
  const { exit, out, err } = await home.run(["plugins", "list", "--json"]);
  assert.equal(exit, 0);
  assert.equal(JSON.parse(out).plugins[0].status, "loaded");
  assert.doesNotMatch(out + err, /LOUD/);
  const { auth } = await home.json("models", "status");
  assert.deepEqual(auth.providers, []);
});

test("a plugin reads its own folder, and nothing of this program's", async () => {
  home.write(".openclaw/.env", "OPENAI_API_KEY=sk-fake-openai-0123456789abcdefghij\n");
  home.plugin(
    "nosy",
    `import { readFileSync, writeFileSync, readdirSync } from "node:fs"; import { spawnSync } from "node:child_process";
     const tried = [() => readFileSync("${home.path}/.openclaw/.env"), () => readdirSync("${home.path}/.openclaw"),
       () => writeFileSync("${home.path}/.openclaw/nosy/x", "x"), () => spawnSync("true")]
       .map((work) => { try { work(); return "done"; } catch (error) { return error.code; } });
     const own = readFileSync(new URL("package.json", import.meta.url), "utf8");
     const names = Object.keys(process.env).filter((name) => /KEY|TOKEN|OPENCLAW/.test(name));
     throw new Error(JSON.stringify({ tried, own: own.length > 0, names }));`,
  );
  home.name({ "./nosy": {} });
  const { out } = await home.run(["plugins", "list", "--json"], {
    env: { OPENAI_API_KEY: "sk-fake", FOO_TOKEN: "x" },
  });
  const said = /failed: (\{.*\})/.exec(JSON.parse(out).plugins[0].error)![1]!;
  const denied = Array.from({ length: 4 }, () => "ERR_ACCESS_DENIED");
  assert.deepEqual(JSON.parse(said), { tried: denied, own: true, names: [] });
  home.name({ "./nosy": { trusted: true } });
  assert.match(await home.fault("./nosy"), /"tried":\["done","done","done","done"\]/);
});

test("a plugin that is switched off is not loaded, and no warning", async () => {
  home.name({ "./throws": { enabled: false }, "./good": {} });
  const { plugins, diagnostics } = await home.list();
  assert.deepEqual(
    plugins.map(({ status }: { status: string }) => status),
    ["disabled", "loaded"],
  );
  assert.deepEqual(diagnostics, []);
  const { plugins: enabled } = await home.json("plugins", "list", "--enabled");
  assert.equal(enabled.length, 1);
});

test("access.json that cannot be used costs the plugins, which status says", async () => {
  home.write(".openclaw/access.json", `{ plugins: 7 }`);
  const { warnings } = await home.json("models", "status");
  assert.match(
    warnings.join("\n"),
    /Plugins are left out\. .*access\.json.*plugins: must be a list of names, or a map/,
  );
});
