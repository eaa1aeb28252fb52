// A story: credentials are probed against an upstream that treats each of them differently. What is found is
// shown, recorded with the owner of each profile, and no key is ever said.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Action, Call, ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { errorEventFirst, reply, resetBefore, stall, stream } from "../fakes/upstream-actions.ts";
import { chatBody, chatFrames } from "../fakes/wire-samples.ts";
import { cliHome } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";

const home = cliHome();
let upstream: ScriptedUpstream;

const keyOf = (name: string) => `sk-fake-${name}-0123456789abcdef`;
const OK = stream({ frames: chatFrames("OK") });

/** What happens to a key, by the word in it. */
const TREATMENT: Readonly<Record<string, Action>> = {
  good: OK,
  bad: reply({ status: 401, body: { error: { message: `Incorrect API key provided: ${keyOf("bad")}` } } }),
  mute: stall(),
  cut: resetBefore(),
  page: reply({ headers: { "content-type": "text/html" }, body: "<!doctype html>" }),
  other: reply({ body: { hello: "there" } }),
  whole: reply({ body: chatBody("OK") }),
  inside: errorEventFirst('data: {"error":{"message":"overloaded","code":529}}\n\n'),
};

let running = 0;
let most = 0;
const treat =
  (call: Call): Action =>
  async (exchange) => {
    most = Math.max(most, ++running);
    void call.outcome.then(() => running--);
    await TREATMENT[call.key.split("-")[2] ?? ""]!(exchange);
  };

before(async () => {
  upstream = await startScriptedUpstream(treat);
  home.write(
    ".openclaw/openclaw.json",
    JSON.stringify({
      agents: { defaults: { model: "acme/m1" }, list: [{ id: "main", default: true }, { id: "work" }] },
      models: {
        providers: {
          acme: { baseUrl: `${upstream.url}/v1`, api: "openai-completions", models: [{ id: "m1" }] },
        },
      },
    }),
  );
  for (const name of Object.keys(TREATMENT)) await paste("main", `acme:${name}`, keyOf(name));
  await paste("work", "acme:own", keyOf("good"));
});
after(async () => {
  home.remove();
  await upstream.close();
});

async function paste(agent: string, id: string, key: string): Promise<void> {
  const words = [
    "models",
    "auth",
    "--agent",
    agent,
    "paste-api-key",
    "--provider",
    "acme",
    "--profile-id",
    id,
  ];
  const { exit, err } = await home.run(words, { stdin: key });
  assert.equal(exit, 0, err);
}

const rowsOf = (report: any): Record<string, any> =>
  Object.fromEntries(report.auth.probes.results.map((row: any) => [row.profileId, row]));

test("each credential gets its row; health is what a real call would leave", async () => {
  const words = [
    "models",
    "status",
    "--probe",
    "--json",
    "--probe-timeout",
    "1500",
    "--probe-concurrency",
    "3",
  ];
  const { exit, out, err } = await home.run(words);
  assert.equal(exit, 0, err);
  const report = JSON.parse(out);
  const rows = rowsOf(report);
  const statuses = Object.fromEntries(Object.entries(rows).map(([id, { status }]) => [id, status]));
  assert.deepEqual(statuses, {
    "acme:good": "ok",
    "acme:bad": "auth",
    "acme:mute": "timeout",
    "acme:cut": "timeout",
    "acme:page": "timeout",
    "acme:other": "timeout",
    "acme:whole": "ok",
    "acme:inside": "rate_limit",
  });
  assert.equal(report.auth.probes.totalTargets, 8);
  assert.ok(most <= 3, `${most} calls at once`);
  assert.ok(
    upstream.calls.every((call) => call.body.json.max_tokens === 8 && call.body.json.stream === true),
  );
  // One attempt each: nothing is repeated behind the person's back.
  assert.equal(upstream.calls.length, 8);
  assert.match(err, /Probed 8 of 8/);

  const barred = report.auth.unusableProfiles.map((row: any) => row.profileId);
  assert.deepEqual(barred.toSorted(), [
    "acme:bad",
    "acme:cut",
    "acme:inside",
    "acme:mute",
    "acme:other",
    "acme:page",
  ]);
  for (const name of Object.keys(TREATMENT)) assert.ok(!(out + err).includes(keyOf(name).slice(8)), name);
});

test("for people: a section, and exit 1 with --check", async () => {
  const words = ["models", "status", "--probe", "--check", "--probe-profile", "acme:good,acme:bad"];
  const { exit, out } = await home.run(words);
  assert.equal(exit, 1);
  assert.match(
    out,
    /Auth probes\n +acme:good +acme\/m1 +ok \d+ ms\n +acme:bad +acme\/m1 +auth \d+ ms +Incorrect/,
  );
  const good = await home.run(["models", "status", "--probe", "--check", "--probe-profile", "acme:good"]);
  assert.equal(good.exit, 0, good.err);
});

test("what is found of an inherited profile is recorded with its owner", async () => {
  const probe = ["models", "status", "--agent", "work", "--probe", "--probe-timeout", "60000"];
  const rows = rowsOf(
    await home.json(...probe, "--probe-profile", "acme:own", "--probe-profile", "acme:good"),
  );
  assert.deepEqual([rows["acme:own"].status, rows["acme:good"].status], ["ok", "ok"]);
  await home.json(...probe, "--probe-profile", "acme:bad");
  const ofMain = await home.json("models", "auth", "list");
  const bad = ofMain.profiles.find((row: any) => row.id === "acme:bad");
  assert.ok(bad.cooldownUntil);
  assert.ok(!ofMain.profiles.some((row: any) => row.id === "acme:own"));
});

test("flags that cannot be used are refused before any call", async () => {
  const seen = upstream.calls.length;
  for (const flags of [
    ["--probe-timeout", "abc"],
    ["--probe-timeout", "99999999999"],
    ["--probe-concurrency", "0"],
    ["--probe-concurrency", "1.5"],
    ["--probe-max-tokens", "-3"],
    ["--probe-profile", "nonsense"],
    ["--probe-provider", "a/b"],
    ["--plain"],
    ["--agent", "nobody"],
  ]) {
    const { exit, out, err } = await home.run(["models", "status", "--probe", ...flags]);
    assert.equal(exit, 1, flags.join(" "));
    assert.equal(out, "");
    assert.match(err, /^Error: /);
  }
  assert.equal(upstream.calls.length, seen);
});

test("a key that fits in no header is no fault of the program, and is not said", async () => {
  const key = "sk-fake-odd\u0001\u20ac-0123456789abcdef";
  const env = { MISTRAL_API_KEY: key };
  const words = ["models", "status", "--probe", "--json", "--probe-provider", "mistral"];
  const { exit, out, err } = await home.run(words, { env });
  assert.equal(exit, 0, err);
  const [row] = JSON.parse(out).auth.probes.results;
  assert.equal(row.reasonCode, "ineligible_profile");
  assert.equal(row.source, "env");
  assert.ok(!(out + err).includes("sk-fake-odd"));
});

test("Ctrl-C ends the calls under way; what was found before is kept", async () => {
  const seen = upstream.calls.length;
  const muted = eventually(() => assert.equal(upstream.calls.length, seen + 2));
  const words = [
    "models",
    "status",
    "--probe",
    "--json",
    "--probe-timeout",
    "60000",
    "--probe-concurrency",
    "1",
  ];
  const probed = await home.run([...words, "--probe-profile", "acme:bad,acme:mute"], { interrupt: muted });
  assert.equal(probed.exit, 130);
  assert.equal(JSON.parse(probed.out).error.code, "cancelled");
  assert.match(probed.err, /Probed 1 of 2: acme:bad auth/);
  const { auth } = await home.json("models", "status");
  assert.ok(auth.unusableProfiles.some((row: any) => row.profileId === "acme:bad"));
});
