// `models list` and `models refresh` over what providers, files and local servers say of their models.
import assert from "node:assert/strict";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import type { ListServer } from "../support/list-server.ts";
import { listServer, withJson } from "../support/list-server.ts";

const KEPT = ".openclaw/state/access-models/acme.json";
const KEY = "sk-fake-acme-0123456789abcdef";
const OTHER_KEY = "sk-fake-acme-fedcba9876543210";

interface Row {
  key: string;
  name: string;
  contextWindow: number | null;
  contextTokens?: number;
  available: boolean;
  local: boolean;
  missing: boolean;
  tags: string[];
}
const rowsOf = (report: { models: Row[] }): Record<string, Row> =>
  Object.fromEntries(report.models.map((row) => [row.key, row]));

let home: CliHome;
let server: ListServer;
const configure = (provider: object, more: object = {}, models: object = {}) =>
  home.write(
    ".openclaw/openclaw.json",
    JSON.stringify({
      models: {
        ...models,
        providers: { acme: { baseUrl: `${server.url}/v1`, api: "openai-completions", ...provider } },
      },
      ...more,
    }),
  );

before(async () => {
  home = cliHome();
  server = await listServer(withJson({ data: [] }));
});
after(async () => {
  home.remove();
  await server.close();
});

describe("refresh", () => {
  test("keeps what the provider answers, and list shows it", async () => {
    configure({ apiKey: KEY, models: [{ id: "big", contextTokens: 1000 }] });
    server.answer = withJson({
      data: [
        { id: "big", display_name: "Big", context_length: 4000 },
        { id: "small", input_modalities: ["text", "image"] },
      ],
    });
    const report = await home.json("models", "refresh");
    assert.deepEqual(report.providers, [
      { provider: "acme", status: "refreshed", count: 2, added: 2, removed: 0 },
    ]);
    assert.deepEqual(server.asked, [`GET /v1/models Bearer ${KEY}`]);
    const { "acme/big": big, "acme/small": small } = rowsOf(await home.json("models", "list"));
    assert.deepEqual([big!.name, big!.contextWindow, big!.contextTokens], ["Big", 4000, 1000]);
    assert.deepEqual([small!.available, small!.missing], [true, false]);
    assert.match((await home.run(["models", "list"])).out, /acme\/big .* 1k\/4k/);
    assert.equal(server.asked.length, 1, "list asks nobody");
  });

  test("says what is new and what is gone; a model that is gone is missing", async () => {
    server.answer = withJson({ data: [{ id: "big" }, { id: "next" }] });
    configure({ apiKey: KEY }, { agents: { defaults: { model: { fallbacks: ["acme/small"] } } } });
    const { err, out, exit } = await home.run(["models", "refresh", "--provider", "acme"]);
    assert.match(err, /acme: 2 models \(1 new, 1 gone\)/);
    assert.match(out, /Refreshed 1 of 1/);
    assert.equal(exit, 0);
    const rows = rowsOf(await home.json("models", "list"));
    assert.equal(rows["acme/small"]?.missing, true);
    assert.equal(rows["acme/next"]?.missing, false);
  });

  test("a provider that fails leaves the list as it was; no secret comes out", async () => {
    server.answer = withJson({ error: { message: `bad key ${KEY}` } }, 401);
    const kept = home.read(KEPT);
    const { exit, out, err } = await home.run(["models", "refresh", "--json"]);
    assert.equal(exit, 1);
    assert.equal(JSON.parse(out).providers[0].status, "failed");
    assert.match(err, /acme answered with HTTP 401; what was known stays/);
    assert.ok(!(out + err).includes(KEY));
    assert.equal(home.read(KEPT), kept);
  });

  test("a refused key is no reason to give up while there is another", async () => {
    server.asked.length = 0;
    server.answer = (request, response) =>
      withJson({ data: [{ id: "m" }] }, request.headers.authorization === `Bearer ${OTHER_KEY}` ? 200 : 403)(
        request,
        response,
      );
    configure({});
    const env = { ACME_API_KEYS: `${KEY},${OTHER_KEY}` };
    assert.equal((await home.run(["models", "refresh"], { env })).exit, 0);
    assert.equal(server.asked.length, 2);
  });

  test("a redirect is not followed: the key is meant for one address", async () => {
    server.asked.length = 0;
    server.answer = (_request, response) =>
      void response.writeHead(302, { location: `${server.url}/elsewhere` }).end();
    configure({ apiKey: KEY });
    assert.equal((await home.run(["models", "refresh"])).exit, 1);
    assert.equal(server.asked.length, 1);
  });

  for (const [name, words, sentence] of [
    ["unknown provider", ["antropic"], /no provider "antropic". Did you mean anthropic\?/],
    ["provider without a list", ["zai"], /zai has no model list/],
    ["no provider at all", ["a b"], /not a provider id/],
  ] as const)
    test(`${name}: exit 1, one sentence`, async () => {
      const { exit, err, out } = await home.run(["models", "refresh", "--provider", ...words, "--json"]);
      assert.equal(exit, 1);
      assert.match(err, sentence);
      assert.ok(JSON.parse(out).error.message);
    });

  test("two at once: both succeed, the file is whole", async () => {
    server.answer = withJson({ data: [{ id: "m" }] });
    const runs = await Promise.all([1, 2].map(() => home.run(["models", "refresh"])));
    assert.deepEqual(
      runs.map(({ exit }) => exit),
      [0, 0],
    );
    assert.equal(JSON.parse(home.read(KEPT)).models.length, 1);
  });

  test("nowhere to write: exit 1, the place", async () => {
    configure({ apiKey: KEY });
    server.answer = withJson({ data: [{ id: "m" }] });
    const folder = join(home.path, ".openclaw/state/access-models");
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "in the way");
    const { exit, err } = await home.run(["models", "refresh"]);
    rmSync(folder);
    assert.equal(exit, 1);
    assert.match(err, /Error: .*acme\.json cannot be written/);
  });
});

describe("kept lists", () => {
  for (const [name, text] of [
    ["garbage", "{"],
    ["another version", '{"version": 2, "models": []}'],
    ["another shape", '{"version": 1, "fetchedAt": 0, "url": "x", "models": {}}'],
  ] as const)
    test(`${name}: a warning with the remedy, and the rest is shown`, async () => {
      configure({ apiKey: KEY, models: [{ id: "own" }] });
      home.write(KEPT, text);
      const { exit, out, err } = await home.run(["models", "list", "--json"]);
      assert.equal(exit, 0);
      assert.ok(rowsOf(JSON.parse(out))["acme/own"]);
      assert.match(err, /acme\.json .*models refresh --provider acme/);
    });

  test("refresh repairs it", async () => {
    server.answer = withJson({ data: [{ id: "m" }] });
    assert.equal((await home.run(["models", "refresh"])).exit, 0);
    assert.equal((await home.run(["models", "list"])).err, "");
  });

  test("a list from another address is none of this provider's", async () => {
    assert.ok(rowsOf(await home.json("models", "list"))["acme/m"]);
    configure({ apiKey: KEY, baseUrl: "http://127.0.0.1:9/v1", models: [{ id: "own" }] });
    assert.deepEqual(
      Object.keys(rowsOf(await home.json("models", "list"))).filter((key) => key.startsWith("acme/")),
      ["acme/own"],
    );
  });
});

describe("what list shows", () => {
  test("--provider: its whole list, in reach or not; a label is no id", async () => {
    configure({});
    const rows = Object.values(rowsOf(await home.json("models", "list", "--provider", "groq")));
    assert.ok(rows.length > 3 && rows.every(({ key, available }) => key.startsWith("groq/") && !available));
    assert.equal((await home.run(["models", "list", "--provider", "Moonshot AI"])).exit, 1);
    assert.deepEqual(await home.json("models", "list", "--provider", "nosuch"), { count: 0, models: [] });
  });

  test("a key in the environment brings its provider's models; an allowlist keeps them out", async () => {
    const env = { GROQ_API_KEYS: "gsk-fake-1,gsk-fake-2" };
    const keysOf = async () =>
      (await home.run(["models", "list", "--plain"], { env })).out.split("\n").filter(Boolean);
    assert.ok((await keysOf()).some((key) => key.startsWith("groq/")));
    configure({ models: [{ id: "m" }] }, { agents: { defaults: { models: { "openai/gpt-5.5": {} } } } });
    assert.deepEqual(await keysOf(), ["acme/m", "openai/gpt-5.5"]);
    configure({ models: [{ id: "m" }] }, { agents: { defaults: { models: { "groq/*": {} } } } });
    assert.ok((await keysOf()).some((key) => key.startsWith("groq/")));
  });

  test("--all: every model that is known, chosen ones first", async () => {
    configure({ models: [{ id: "m" }] }, { agents: { defaults: { model: "groq/llama-3.3-70b-versatile" } } });
    const { count, models } = await home.json("models", "list", "--all");
    assert.ok(count > 1000);
    assert.deepEqual([models[0].tags, models[1].key], [["default"], "acme/m"]);
    assert.equal(new Set(models.map(({ key }: Row) => key)).size, count);
  });

  test("sizes of a model, then of its provider, then of the built-in list", async () => {
    const models = [{ id: "own", contextWindow: 10 }, { id: "plain" }];
    configure({ contextWindow: 50, contextTokens: 20, models });
    const rows = rowsOf(await home.json("models", "list"));
    assert.deepEqual([rows["acme/own"]!.contextWindow, rows["acme/own"]!.contextTokens], [10, 20]);
    assert.deepEqual([rows["acme/plain"]!.contextWindow, rows["acme/plain"]!.contextTokens], [50, 20]);
  });
});

describe("models.json of the agent", () => {
  const FILE = ".openclaw/agents/main/agent/models.json";
  const registry = {
    acme: { baseUrl: "http://10.0.0.9/v1", models: [{ id: "more", contextWindow: 0, maxTokens: 5 }] },
    zeta: { baseUrl: "http://127.0.0.1:9/v1", api: "openai-completions", models: [{ id: "z" }] },
    broken: { baseUrl: 7 },
  };

  test("its models join those of the config; a broken entry is left out with a word", async () => {
    configure({ models: [{ id: "m" }] });
    home.write(FILE, JSON.stringify({ providers: registry }));
    const { exit, out, err } = await home.run(["models", "list", "--json"]);
    assert.equal(exit, 0);
    const rows = rowsOf(JSON.parse(out));
    assert.deepEqual(
      ["acme/m", "acme/more", "zeta/z"].map((key) => rows[key]?.local),
      [true, true, true],
    );
    assert.match(err, /models\.json: .*broken.*left out/);
  });

  test("a key in it is a credential for status too", async () => {
    configure({ models: [{ id: "m" }] });
    home.write(FILE, JSON.stringify({ providers: { acme: { apiKey: KEY } } }));
    const { auth } = await home.json("models", "status");
    assert.match(auth.providers[0].modelsJson.source, /models\.json: ~\/\.openclaw\/agents\/main/);
    assert.deepEqual(auth.missingProvidersInUse, []);
    home.write(FILE, JSON.stringify({ providers: registry }));
  });

  test("replace: it is not read", async () => {
    configure({ models: [{ id: "m" }] }, {}, { mode: "replace" });
    const { out, err } = await home.run(["models", "list", "--plain"]);
    assert.deepEqual(out.trim().split("\n"), ["acme/m"]);
    assert.equal(err, "");
  });

  test("garbage: a word, and the rest", async () => {
    configure({ models: [{ id: "m" }] });
    home.write(FILE, "[");
    const { exit, out, err } = await home.run(["models", "list", "--plain"]);
    assert.deepEqual([exit, out.trim()], [0, "acme/m"]);
    assert.match(err, /models\.json/);
  });
});

describe("local servers", () => {
  const ollama = (more: object = {}) =>
    home.write(
      ".openclaw/openclaw.json",
      JSON.stringify({ models: { providers: { ollama: { baseUrl: server.url, ...more } } } }),
    );

  test("--local, --all and --provider ask a configured server; the default view asks nobody", async () => {
    ollama();
    server.answer = withJson({ models: [{ name: "llama3.3:latest" }] });
    for (const words of [["--local"], ["--all"], ["--provider", "ollama"]]) {
      server.asked.length = 0;
      const rows = rowsOf(await home.json("models", "list", ...words));
      assert.equal(rows["ollama/llama3.3:latest"]?.available, true, words.join(" "));
      assert.deepEqual(server.asked, ["GET /api/tags"]);
    }
    server.asked.length = 0;
    assert.equal(rowsOf(await home.json("models", "list"))["ollama/llama3.3:latest"], undefined);
    assert.deepEqual(server.asked, []);
    assert.ok(!existsSync(join(home.path, ".openclaw/state/access-models/ollama.json")));
  });

  test("a list in the config stands for the server, unless ollama/* is allowed too", async () => {
    server.asked.length = 0;
    ollama({ models: [{ id: "mine" }] });
    await home.json("models", "list", "--all");
    assert.deepEqual(server.asked, []);
  });

  test("a server that never answers delays --all for a while, and the default view not at all", async () => {
    ollama();
    server.asked.length = 0;
    server.answer = () => {};
    await home.json("models", "list");
    assert.deepEqual(server.asked, []);
    const { exit, out, err } = await home.run(["models", "list", "--all", "--json"]);
    assert.equal(exit, 0);
    assert.ok(JSON.parse(out).count > 1000);
    assert.match(err, /Asking local servers: ollama/);
    assert.match(err, /ollama at .* did not answer within 3 s/);
  });
});

describe("a model that nobody knows", () => {
  for (const [words, meant] of [
    [["set", "anthropic/claude-sonnet-46"], "anthropic/claude-sonnet-4-6"],
    [["set-image", "opnai/gpt-5.5"], "openai/gpt-5.5"],
    [["fallbacks", "add", "anthropic/claude-opus-46"], "anthropic/claude-opus-4-6"],
    [["aliases", "add", "best", "anthropic/claude-opus-46"], "anthropic/claude-opus-4-6"],
  ] as const)
    test(`${words.join(" ")}: done, with a word on what may have been meant`, async () => {
      const { exit, err } = await home.run(["models", ...words]);
      assert.equal(exit, 0);
      assert.ok(err.includes(`Did you mean ${meant}?`), err);
    });
});
