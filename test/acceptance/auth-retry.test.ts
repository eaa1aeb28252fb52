// A person knows better than a bar: `models auth retry` clears it, wherever the credential is from, and a running
// gateway hears of it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { openDeps } from "../../src/access/open-deps.ts";
import { retryProfile } from "../../src/access/retry.ts";
import { resolvePaths } from "../../src/config/paths.ts";
import type { HealthEvent } from "../../src/core/health.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import type { ScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { startScriptedUpstream } from "../fakes/scripted-upstream.ts";
import { reply } from "../fakes/upstream-actions.ts";
import { chatBody } from "../fakes/wire-samples.ts";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import { eventually } from "../support/eventually.ts";
import { startTestGateway } from "../support/gateway.ts";

const KEY = "sk-fake-retry-0123456789abcdef";
const RETRY = ["models", "auth", "retry"] as const;

const failed = (kind: "billing" | "rate_limit" | "auth", at: number): HealthEvent => ({
  kind: "failure",
  model: "m1",
  failure: { kind, scope: kind === "rate_limit" ? "model" : "account" },
  at,
});

/** Tells the store of a home that a profile has failed. */
async function fail(home: CliHome, agent: string, id: string, events: readonly HealthEvent[]): Promise<void> {
  const paths = resolvePaths({}, home.path);
  const store = openSqliteStore({ paths, now: Date.now });
  const { state } = await store.read(agent);
  const generation = state.profiles.find((profile) => profile.id === id)?.generation ?? "none";
  const writer = randomUUID();
  const changes = events.map((event, index) => ({
    agent,
    profileId: id,
    provider: "acme",
    generation,
    event,
    writer,
    seq: index + 1,
  }));
  await store.applyHealth(changes);
  await store.close();
}

describe("a bar is cleared by hand", () => {
  const home = cliHome();
  let upstream: ScriptedUpstream;

  before(async () => {
    upstream = await startScriptedUpstream(() =>
      reply({ status: 402, body: { error: { message: "Your credit balance is too low" } } }),
    );
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
    for (const name of ["one", "two"]) {
      const id = ["--profile-id", `acme:${name}`];
      const { exit, err } = await home.run(["models", "auth", "paste-api-key", "--provider", "acme", ...id], {
        stdin: KEY,
      });
      assert.equal(exit, 0, err);
    }
  });
  after(async () => {
    home.remove();
    await upstream.close();
  });

  test("all its scopes, and it is said what", async () => {
    const now = Date.now();
    await fail(home, "main", "acme:one", [failed("billing", now), failed("rate_limit", now + 1)]);
    const { auth } = await home.json("models", "status");
    assert.equal(auth.unusableProfiles.length, 1);
    const { exit, out, err } = await home.run([...RETRY, "acme:one"]);
    assert.equal(exit, 0, err);
    assert.match(out, /^Cleared: acme:one\. The next call may use it\.\n/);
    assert.match(out, /disabled: out of credit, whole profile, until \d{4}-/);
    assert.match(out, /cooldown: rate limited, only m1, until \d{4}-/);
    assert.ok(!out.includes(KEY.slice(8)));
    assert.deepEqual((await home.json("models", "status")).auth.unusableProfiles, []);
  });

  test("with nothing to clear it says so, changes nothing, and exits 0", async () => {
    const files = home.files();
    const report = await home.json(...RETRY, "acme:two");
    assert.deepEqual(
      [report.changed, report.cleared, report.owner, report.provider],
      [false, [], "main", "acme"],
    );
    assert.deepEqual(home.files(), files);
  });

  test("an inherited profile is cleared where it is stored", async () => {
    await fail(home, "main", "acme:two", [failed("auth", Date.now())]);
    const report = await home.json(...RETRY, "acme:two", "--agent", "work");
    assert.deepEqual([report.agentId, report.owner, report.cleared.length], ["work", "main", 1]);
    assert.deepEqual((await home.json("models", "status")).auth.unusableProfiles, []);
    assert.ok(!home.files().some((file) => file.includes("agents/work/agent/openclaw-agent.sqlite")));
  });

  test("a bar that has ended shows as testing until then", async () => {
    await fail(home, "main", "acme:one", [failed("auth", Date.now() - 60_000)]);
    const { auth } = await home.json("models", "status");
    assert.deepEqual(auth.unusableProfiles, []);
    assert.deepEqual(
      auth.testing.map(({ profileId, reason }: any) => [profileId, reason]),
      [["acme:one", "auth"]],
    );
    const { out } = await home.run(["models", "status"]);
    assert.match(out, /acme:one .*testing: its bar \(credential refused\) has ended/);
    const report = await home.json(...RETRY, "acme:one");
    assert.equal(report.cleared[0].kind, "testing");
    assert.equal((await home.json("models", "status")).auth.testing, undefined);
  });

  test("a key from the environment, with its number or without", async () => {
    const env = { GROQ_API_KEY: KEY };
    for (const id of ["env:GROQ_API_KEY#1", "env:GROQ_API_KEY"]) {
      const { exit, out, err } = await home.run([...RETRY, id, "--json"], { env });
      assert.equal(exit, 0, err);
      assert.equal(JSON.parse(out).profileId, "env:GROQ_API_KEY#1");
    }
  });

  test("a profile that is not there: exit 1, and the nearest one", async () => {
    const { exit, out, err } = await home.run([...RETRY, "acme:onne", "--json"]);
    assert.equal(exit, 1);
    assert.equal(JSON.parse(out).error.code, "unknown_profile");
    assert.match(err, /Did you mean acme:one\?/);
    assert.equal((await home.run([...RETRY])).exit, 1);
    assert.equal((await home.run([...RETRY, "acme:one", "--agent", "nobody"])).exit, 1);
  });
});

test("a running gateway uses the profile from the next call on", async (t) => {
  let broke = true;
  const gateway = await startTestGateway({
    providers: { p: { keys: ["a"] } },
    script: () =>
      broke
        ? reply({ status: 402, body: { error: { message: "Your credit balance is too low" } } })
        : reply({ body: chatBody("here") }),
    access: { gateway: { maxWaitMs: 0 } },
  });
  t.after(() => gateway.stop());
  const ask = async () =>
    (
      await gateway.post("/v1/chat/completions", {
        model: "p/m1",
        messages: [{ role: "user", content: "Hello" }],
      })
    ).status;
  assert.equal(await ask(), 402);
  await gateway.health("p:a", ({ bars }) => assert.equal(bars.length, 1));
  broke = false;
  assert.equal(await ask(), 503, "it is barred for hours");
  const deps = openDeps({ processEnv: {}, now: Date.now, version: "0", osHome: gateway.home });
  const report = await retryProfile(deps, { profileId: "p:a" });
  assert.equal(report.cleared.length, 1);
  await eventually(async () => assert.equal(await ask(), 200));
  await deps.close();
});
