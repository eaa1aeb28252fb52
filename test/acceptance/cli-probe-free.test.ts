// Credentials are checked without a token: by the list of models, where the list is for customers only.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cliHome } from "../support/cli.ts";
import type { Answer, ListServer } from "../support/list-server.ts";
import { listServer, withJson } from "../support/list-server.ts";

const home = cliHome();
let server: ListServer;

const keyOf = (name: string) => `sk-fake-${name}-0123456789abcdef`;
const LIST = { object: "list", data: [{ id: "m1", object: "model" }] };
const refused = (message: string, status = 401): Answer => withJson({ error: { message } }, status);

const TREATMENT: Readonly<Record<string, Answer>> = {
  good: withJson(LIST),
  bad: refused(`Incorrect API key provided: ${keyOf("bad")}`),
  narrow: refused("You have insufficient permissions for this operation.", 403),
  broke: refused("Your credit balance is too low", 402),
  busy: refused("Rate limit reached", 429),
  page: (_request, response) => void response.setHeader("content-type", "text/html").end("<!doctype html>"),
  mute: () => {},
};

const answer: Answer = (request, response) => {
  const { url = "" } = request;
  const key = String(request.headers.authorization ?? "").replace(/^Bearer /, "");
  if (request.method !== "GET")
    return withJson({ error: { message: "A token was asked for" } }, 500)(request, response);
  if (url.startsWith("/open/")) return withJson(LIST)(request, response);
  if (url.startsWith("/none/")) return refused("No such page", 404)(request, response);
  const treat = TREATMENT[key.split("-")[2] ?? ""] ?? refused("Missing bearer authentication");
  treat(request, response);
};

before(async () => {
  server = await listServer(answer);
  const at = (path: string, more = {}) => ({
    baseUrl: `${server.url}/${path}/v1`,
    api: "openai-completions",
    models: [{ id: "m1" }],
    ...more,
  });
  home.write(
    ".openclaw/openclaw.json",
    JSON.stringify({
      agents: { defaults: { model: "acme/m1" } },
      models: {
        providers: {
          acme: at("closed"),
          open: at("open", { apiKey: keyOf("open") }),
          none: at("none", { apiKey: keyOf("none") }),
          gone: { ...at("x", { apiKey: keyOf("gone") }), baseUrl: "http://127.0.0.1:9/v1" },
        },
      },
    }),
  );
  for (const name of Object.keys(TREATMENT)) {
    const words = ["models", "auth", "paste-api-key", "--provider", "acme", "--profile-id", `acme:${name}`];
    const { exit, err } = await home.run(words, { stdin: keyOf(name) });
    assert.equal(exit, 0, err);
  }
});
after(async () => {
  home.remove();
  await server.close();
});

const FREE = ["models", "status", "--probe-free", "--probe-timeout", "1500"] as const;
const barred = (report: any): string[] =>
  report.auth.unusableProfiles.map((row: any) => row.profileId).toSorted();

test("a row for each credential, and no completion", async () => {
  const { exit, out, err } = await home.run([...FREE, "--json"]);
  assert.equal(exit, 0, err);
  const report = JSON.parse(out);
  const { results, options } = report.auth.probes;
  const found = results.map((row: any) => [row.profileId ?? row.provider, row.status]);
  assert.deepEqual(Object.fromEntries(found), {
    "acme:good": "ok",
    "acme:bad": "auth",
    "acme:narrow": "auth",
    "acme:broke": "billing",
    "acme:busy": "rate_limit",
    "acme:page": "timeout",
    "acme:mute": "timeout",
    open: "unknown",
    none: "unknown",
    gone: "timeout",
  });
  assert.equal(options.free, true);
  assert.ok(results.every((row: any) => row.model === undefined && row.reasonCode === undefined));
  assert.match(results.find((row: any) => row.provider === "open").error, /open to everybody/);
  assert.match(results.find((row: any) => row.provider === "none").error, /no list of models.*--probe-free/);
  assert.ok(
    server.asked.every((line) => line.startsWith("GET ")),
    server.asked.join("\n"),
  );
  const alone = server.asked.filter((line) => line === "GET /closed/v1/models");
  assert.equal(alone.length, 1, "asked without a credential once");
  for (const name of Object.keys(TREATMENT)) assert.ok(!(out + err).includes(keyOf(name).slice(8)), name);
  assert.deepEqual(barred(report), ["acme:bad"], "only a sure refusal is recorded");
});

test("a list ends the bar of a refused credential, and no other", async () => {
  const bad = TREATMENT["bad"]!;
  Object.assign(TREATMENT, { bad: TREATMENT["good"] });
  const report = await home.json(...FREE, "--probe-profile", "acme:bad");
  assert.deepEqual(barred(report), []);
  Object.assign(TREATMENT, { bad });
});

test("with --check a refused one exits 1; what cannot be told does not", async () => {
  const check = [...FREE, "--check"];
  assert.equal((await home.run([...check, "--probe-profile", "acme:bad"])).exit, 1);
  assert.equal((await home.run([...check, "--probe-profile", "acme:good"])).exit, 0);
  const { exit, out } = await home.run([...check, "--probe-provider", "none"]);
  assert.equal(exit, 0);
  assert.match(out, /none \(models\.json\) .*has no list of models to ask for/);
});

test("--probe-free and --plain exclude each other", async () => {
  const { exit, out } = await home.run(["models", "status", "--probe-free", "--plain"]);
  assert.deepEqual([exit, out], [1, ""]);
});
