// Stories of `models scan` against an OpenRouter of our own on loopback.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import type { Action, Call, ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { reply, stall, stream } from "../fakes/upstream-actions.ts";
import { chatFrames } from "../fakes/wire-samples.ts";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import { atTerminal, CTRL_C, ENTER } from "../support/terminal.ts";

const KEY = "sk-or-v1-fake-0123456789abcdef";
const WITH_KEY = { env: { OPENROUTER_API_KEY: KEY } };
const CONFIG = ".openclaw/openclaw.json";

const entry = (id: string, more: object = {}) => ({
  id,
  name: id,
  created: 1_700_000_000,
  context_length: 8000,
  architecture: { input_modalities: ["text"] },
  pricing: { prompt: "0", completion: "0" },
  supported_parameters: ["tools", "tool_choice"],
  ...more,
});
const SEES = { architecture: { modality: "text+image->text", input_modalities: ["text", "image"] } };
const CATALOG = [
  entry("ven/plain-7b:free"),
  entry("ven/wide-30b:free", { context_length: 128_000 }),
  entry("ven/eyes-70b:free", SEES),
  entry("ven/silent-9b:free"),
  entry("ven/toolless-9b:free", { supported_parameters: ["temperature"] }),
  entry("other/blind-3b:free", SEES),
  entry("other/paid-70b", { pricing: { prompt: "0.1", completion: "0.1" } }),
];

const toolCall = (): string[] => {
  const head = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" };
  const frame = (delta: object, finish: string | null) =>
    `data: ${JSON.stringify({ ...head, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const call = { index: 0, id: "t", type: "function", function: { name: "ping", arguments: "{}" } };
  return [
    frame({ role: "assistant", tool_calls: [call] }, null),
    frame({}, "tool_calls"),
    "data: [DONE]\n\n",
  ];
};

const OPENROUTER = (call: Call): Action => {
  if (call.method === "GET") return reply({ body: { data: CATALOG } });
  const { model, tools } = call.body.json;
  if (tools)
    return model.includes("silent") ? stream({ frames: chatFrames("pong") }) : stream({ frames: toolCall() });
  if (model.includes("blind"))
    return reply({
      status: 404,
      body: { error: { message: "No endpoints found that support image input", code: 404 } },
    });
  return stream({ frames: chatFrames("Grey") });
};

let upstream: ScriptedUpstream;
let home: CliHome;
before(async () => void (upstream = await startScriptedUpstream()));
after(() => upstream.close());
beforeEach(() => {
  home = cliHome();
  upstream.script(OPENROUTER);
  configure({});
});
afterEach(() => home.remove());

const configure = (defaults: object) =>
  home.write(
    CONFIG,
    JSON.stringify({
      agents: { defaults },
      models: { providers: { openrouter: { baseUrl: `${upstream.url}/api/v1` } } },
    }),
  );
const written = () => JSON.parse(home.read(CONFIG)).agents.defaults;
const scan = (words: string[], options = {}) => home.run(["models", "scan", ...words], options);
const callsSince = (n: number) => upstream.calls.slice(n).map(({ method, path }) => `${method} ${path}`);
const refs = (rows: any[]) => rows.map((row) => row.modelRef.replace("openrouter/", ""));

test("without a key: metadata, ranked, and why nothing was tried", async () => {
  const seen = upstream.calls.length;
  const { exit, out, err } = await scan(["--json"]);
  assert.equal(exit, 0, err);
  assert.match(err, /OPENROUTER_API_KEY/);
  const rows = JSON.parse(out);
  assert.deepEqual(refs(rows), [
    "ven/eyes-70b:free",
    "other/blind-3b:free",
    "ven/wide-30b:free",
    "ven/silent-9b:free",
    "ven/plain-7b:free",
    "ven/toolless-9b:free",
  ]);
  assert.ok(rows.every((row: any) => row.tool.skipped && row.image.skipped));
  assert.deepEqual(callsSince(seen), ["GET /api/v1/models"]);
  const human = await scan(["--no-probe", "--provider", "other"], WITH_KEY);
  assert.match(
    human.out,
    /^1 free models .*\n\nModel +Tool .*\nopenrouter\/other\/blind-3b:free +stated +stated +8k +3b/,
  );
  assert.ok(upstream.calls.every((call) => call.key === ""));
});

test("with a key and --yes the best become fallbacks, default and image model", async () => {
  configure({
    model: { primary: "acme/m1", fallbacks: ["acme/old"] },
    models: { "acme/m1": { alias: "mine" } },
  });
  const { exit, out, err } = await scan(
    ["--yes", "--set-default", "--set-image", "--max-candidates", "2"],
    WITH_KEY,
  );
  assert.equal(exit, 0, err);
  const defaults = written();
  const best = "openrouter/ven/eyes-70b:free";
  assert.equal(defaults.model.primary, best);
  assert.deepEqual(defaults.model.fallbacks.length, 1);
  assert.deepEqual(defaults.imageModel, { primary: best, fallbacks: [] });
  assert.deepEqual(defaults.models["acme/m1"], { alias: "mine" });
  assert.deepEqual(defaults.models[best], {});
  assert.match(out, /silent-9b:free +fails .* without calling the tool/);
  assert.match(out, /Default model: openrouter\/ven\/eyes-70b:free/);
  assert.match(err, /Tried 6 of 6/);
  assert.ok(!(out + err).includes(KEY.slice(6)));
  const asked = upstream.calls.filter((call) => call.method === "POST");
  assert.ok(asked.every((call) => call.key === KEY));
  assert.ok(!asked.some((call) => call.body.json.model.includes("toolless")));
});

test("a stored key serves as well; without --yes nothing is written", async () => {
  const paste = ["models", "auth", "paste-api-key", "--provider", "openrouter"];
  await home.run(paste, { stdin: KEY });
  const untouched = home.read(CONFIG);
  const report = await home.json("models", "scan");
  assert.equal(report.applied, false);
  assert.deepEqual(report.warnings, []);
  assert.equal(report.selected[0], "openrouter/ven/eyes-70b:free");
  assert.deepEqual(report.selected.toSorted(), [
    "openrouter/other/blind-3b:free",
    "openrouter/ven/eyes-70b:free",
    "openrouter/ven/plain-7b:free",
    "openrouter/ven/wide-30b:free",
  ]);
  assert.deepEqual(report.selectedImages, ["openrouter/ven/eyes-70b:free"]);
  const quiet = await scan(["--no-input"]);
  assert.equal(quiet.exit, 0, quiet.err);
  assert.match(quiet.err, /Nothing was changed/);
  assert.equal(home.read(CONFIG), untouched);
  const applied = await home.json("models", "scan", "--yes");
  assert.equal(applied.applied, true);
  assert.deepEqual(written().model.fallbacks, applied.selected);
});

test("what cannot end well is refused before any call", async () => {
  const seen = upstream.calls.length;
  const untouched = home.read(CONFIG);
  for (const [words, options] of [
    [["--min-params", "x"], {}],
    [["--max-age-days", "-1"], {}],
    [["--max-candidates", "0"], {}],
    [["--concurrency", "1.5"], {}],
    [["--timeout", "0"], {}],
    [["--set-default", "--no-probe", "--yes"], WITH_KEY],
    [["--set-image", "--yes"], {}],
    [[], WITH_KEY],
    [["--set-default", "--json"], WITH_KEY],
  ] as const) {
    const { exit, out, err } = await scan([...words], options);
    assert.equal(exit, 1, words.join(" "));
    assert.match(err, /^Error: /m);
    if (words.includes("--json" as never)) assert.equal(JSON.parse(out).error.code, "no_terminal");
    else assert.equal(out, "");
  }
  assert.equal(upstream.calls.length, seen);
  assert.equal(home.read(CONFIG), untouched);
});

test("a refused key ends the scan early; results are still shown", async () => {
  upstream.script((call) =>
    call.method === "GET"
      ? OPENROUTER(call)
      : reply({ status: 401, body: { error: { message: `No auth for ${KEY}`, code: 401 } } }),
  );
  const seen = upstream.calls.length;
  const { exit, out, err } = await scan(["--json", "--yes", "--concurrency", "1"], WITH_KEY);
  assert.equal(exit, 1);
  const report = JSON.parse(out);
  assert.deepEqual(report.selected, []);
  assert.match(report.warnings[0], /refused/);
  assert.equal(report.results.length, 6);
  assert.deepEqual(callsSince(seen), ["GET /api/v1/models", "POST /api/v1/chat/completions"]);
  assert.ok(!(out + err).includes(KEY.slice(6)));
});

test("a catalog that cannot be had", async () => {
  const untouched = home.read(CONFIG);
  for (const action of [
    reply({ status: 503 }),
    reply({ body: "<html>" }),
    reply({ body: { data: 1 } }),
    stall(),
  ]) {
    upstream.script(() => action);
    const { exit, out, err } = await scan(["--no-probe", "--json", "--timeout", "1000"]);
    assert.equal(exit, 1);
    assert.equal(JSON.parse(out).error.code, "upstream_failed");
    assert.match(err, /OpenRouter's catalog at .*\/api\/v1\/models/);
  }
  assert.equal(home.read(CONFIG), untouched);
});

test("Ctrl-C ends it, in the catalog and in a call, and nothing is changed", async () => {
  const untouched = home.read(CONFIG);
  for (const method of ["GET", "POST"]) {
    const seen = upstream.calls.length;
    upstream.script((call) => (call.method === method ? stall() : OPENROUTER(call)));
    const interrupt = eventually(() => assert.ok(callsSince(seen).some((line) => line.startsWith(method))));
    const { exit, out } = await scan(["--yes", "--json", "--timeout", "60000"], { ...WITH_KEY, interrupt });
    assert.equal(exit, 130);
    assert.equal(JSON.parse(out).error.code, "cancelled");
  }
  assert.equal(home.read(CONFIG), untouched);
});

test("at a terminal the person chooses; what is unmarked is left out, and Ctrl-C changes nothing", async () => {
  await home.run(["models", "auth", "paste-api-key", "--provider", "openrouter"], { stdin: KEY });
  const untouched = home.read(CONFIG);
  const left = await atTerminal(
    home.path,
    ["models", "scan"],
    [{ after: /Replace the fallbacks/, send: CTRL_C }],
  );
  assert.equal(left.exit, 130, left.text);
  assert.equal(home.read(CONFIG), untouched);
  const taken = await atTerminal(
    home.path,
    ["models", "scan"],
    [
      { after: /Replace the fallbacks/, send: ` ${ENTER}` },
      { after: /for images/, send: ENTER },
    ],
  );
  assert.equal(taken.exit, 0, taken.text);
  const { model, imageModel } = written();
  assert.equal(model.fallbacks.length, 3);
  assert.ok(!model.fallbacks.includes("openrouter/ven/eyes-70b:free"));
  assert.deepEqual(imageModel.fallbacks, ["openrouter/ven/eyes-70b:free"]);
});
