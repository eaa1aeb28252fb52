// A story: what is left of each plan. Asked now, shown later with its age, and no answer of a provider, however
// odd, harms the others.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { describe, test } from "node:test";
import type { UsageReport } from "../../src/access/usage-report.ts";
import { resolvePaths } from "../../src/config/paths.ts";
import type { Credential } from "../../src/core/credential.ts";
import { USAGE_SAMPLES } from "../../src/providers/usage/usage-samples.ts";
import { openSqliteStore } from "../../src/store/sqlite.ts";
import { startLoginServer } from "../fakes/login-server.ts";
import type { CliHome } from "../support/cli.ts";
import { cliHome } from "../support/cli.ts";
import type { Answer } from "../support/list-server.ts";
import { withJson } from "../support/list-server.ts";
import type { UsageServer } from "../support/usage-server.ts";
import { usageServer, windowsOf } from "../support/usage-server.ts";

const HOUR = 3_600_000;
const iso = (ms: number): string => new Date(Date.now() + ms).toISOString();

const tokenOf = (provider: string): string =>
  provider === "anthropic"
    ? `sk-ant-oat01-fake${"0".repeat(80)}`
    : provider === "github-copilot"
      ? "ghu_fake000000000000000000"
      : `fake-${provider}-0123456789abcdef`;

const TOKENS = ["anthropic", "openai", "github-copilot"];

const credentialOf = (provider: string): Credential =>
  TOKENS.includes(provider)
    ? { type: "token", provider, token: tokenOf(provider) }
    : { type: "api_key", provider, key: tokenOf(provider) };

async function store(home: CliHome, credentials: Readonly<Record<string, Credential>>): Promise<void> {
  const profiles = new Map(Object.entries(credentials));
  const opened = openSqliteStore({ paths: resolvePaths({}, home.path), now: Date.now });
  await opened.update("main", { profiles: [...profiles.keys()] }, () => ({ profiles }));
  await opened.close();
}

/** A home with a credential of each provider, and usage endpoints that answer `bodies`. */
async function homeWith(
  t: TestContext,
  bodies: Readonly<Record<string, unknown>>,
  config: object = {},
): Promise<{ home: CliHome; server: UsageServer }> {
  const home = cliHome();
  const server = await usageServer(bodies);
  t.after(async () => {
    home.remove();
    await server.close();
  });
  home.write(".openclaw/access.json", JSON.stringify(server.access));
  home.write(".openclaw/openclaw.json", JSON.stringify(config));
  await store(home, Object.fromEntries(Object.keys(bodies).map((id) => [`${id}:work`, credentialOf(id)])));
  return { home, server };
}

const usageOf = async (home: CliHome, ...flags: string[]): Promise<UsageReport> =>
  (await home.json("models", "status", ...flags)).usage;

const CLAUDE = {
  five_hour: { utilization: 37, resets_at: iso(2 * HOUR) },
  seven_day: { utilization: 62, resets_at: iso(90 * HOUR) },
};

describe("what is left of each plan", { concurrency: 3 }, () => {
  test("asked now, shown as bars, and kept: plain status asks nobody and says how old it is", async (t) => {
    const { home, server } = await homeWith(t, { anthropic: CLAUDE, zai: USAGE_SAMPLES.zai });
    const before = await home.json("models", "status");
    assert.equal(before.usage, undefined);
    assert.deepEqual(server.asked, []);

    const asked = await home.run(["models", "status", "--usage"]);
    assert.equal(asked.exit, 0, asked.err);
    assert.match(asked.out, /anthropic:work +Claude +read (just now|\d+ seconds? ago)/);
    assert.match(asked.out, /Week +█+░+ 38% left +resets in 4 days\n +5h +█+░+ 63% left +resets in 2 hours/);
    assert.match(asked.out, /zai:work +z\.ai \(GLM Coding Pro\)/);
    assert.deepEqual(server.asked.toSorted(), [
      `GET /anthropic Bearer ${tokenOf("anthropic")}`,
      `GET /zai Bearer ${tokenOf("zai")}`,
    ]);
    for (const id of ["anthropic", "zai"]) assert.ok(!asked.out.includes(tokenOf(id)));

    const files = home.files();
    const plain = await home.run(["models", "status"]);
    assert.match(plain.out, /anthropic:work +Claude +read (just now|\d+ seconds? ago)/);
    const usage = await usageOf(home);
    assert.equal(server.asked.length, 2);
    assert.deepEqual(home.files(), files);
    assert.deepEqual(windowsOf(usage, "anthropic:work"), ["Week: 62", "5h: 37"]);
    const [claude] = usage.providers;
    assert.deepEqual(
      [claude?.provider, claude?.displayName, claude?.windows.map(({ label }) => label)],
      ["anthropic", "Claude", ["Week", "5h"]],
    );
    const [week] = usage.profiles[0]!.windows;
    assert.deepEqual(
      Object.keys(week!).toSorted(),
      ["label", "used", "limit", "unit", "resetsAt", "scope", "source", "readAt"]
        .concat(["usedPercent", "leftPercent", "ageMs", "resetsInMs", "exhausted", "over"])
        .toSorted(),
    );
  });

  test("every provider in its own form", async (t) => {
    const samples: Readonly<Record<string, object>> = USAGE_SAMPLES;
    const bodies = {
      openai: samples["openai-codex"],
      "github-copilot": samples["github-copilot"],
      minimax: samples["minimax"],
      xiaomi: {},
      openrouter: samples["openrouter-key"],
      deepseek: samples["deepseek"],
      kimi: samples["kimi-coding"],
      "opencode-go": samples["opencode-go"],
    };
    const { home, server } = await homeWith(t, bodies);
    const usage = await usageOf(home, "--usage");
    const shown = Object.fromEntries(Object.keys(bodies).map((id) => [id, windowsOf(usage, `${id}:work`)]));
    assert.deepEqual(shown, {
      openai: ["5h: 15", "Week: 5"],
      "github-copilot": ["Premium: 20", "Chat: 0"],
      minimax: ["5h: 20"],
      xiaomi: [],
      openrouter: ["Monthly key budget: 75"],
      deepseek: [],
      kimi: ["5h: 69.5", "Week: 10.45"],
      "opencode-go": ["5h: 20", "Week: 10"],
    });
    const names = new Map(usage.providers.map((row) => [row.provider, row]));
    assert.equal(names.get("xiaomi")?.displayName, "Xiaomi");
    assert.equal(names.get("deepseek")?.summary, "Balance 12.34 USD");
    assert.equal(
      server.asked.some((call) => call.includes("/xiaomi")),
      false,
      "there is nothing to ask",
    );
    assert.ok(server.asked.includes(`GET /github-copilot token ${tokenOf("github-copilot")}`));
    const text = await home.run(["models", "status", "--usage"]);
    assert.match(text.out, /xiaomi:work +Xiaomi +no usage windows/);
  });

  test("odd answers: each has its sentence, none harms the others", async (t) => {
    const drip: Answer = (_request, response) => {
      response.writeHead(200, { "content-type": "application/json" }).write("{");
    };
    const huge: Answer = (_request, response) => void response.end(`{"a":"${"x".repeat(400_000)}"}`);
    const page: Answer = (_request, response) => void response.end("<!doctype html><h1>Sign in</h1>");
    const { home, server } = await homeWith(t, {
      anthropic: {
        five_hour: { utilization: 1e308, resets_at: "9999-12-31T00:00:00Z" },
        seven_day: { utilization: "62", resets_at: 12 },
        seven_day_opus: { utilization: 10, resets_at: "2001-01-01T00:00:00Z" },
        limits: [
          {
            percent: 5,
            scope: { model: { id: "x", display_name: `\u001B[31mRed\u0007 ${tokenOf("anthropic")}` } },
          },
        ],
      },
      zai: { success: false, code: 1001, msg: `bad key ${tokenOf("zai")}` },
      deepseek: {},
      kimi: {},
      minimax: [1, 2],
      openrouter: {},
      venice: USAGE_SAMPLES.venice,
      openai: {},
    });
    server.answers.set("deepseek", drip);
    server.answers.set("kimi", huge);
    server.answers.set("openrouter", page);
    server.answers.set("openai", withJson({ detail: "no" }, 401));
    const usage = await usageOf(home, "--usage");
    const errors = Object.fromEntries(usage.profiles.map(({ provider, error }) => [provider, error]));
    assert.deepEqual(errors, {
      anthropic: undefined,
      zai: "zai refused: bad key [secret]",
      deepseek: "deepseek did not answer within 5 s",
      kimi: "kimi answered with more than such an answer can be",
      minimax: "minimax answered with something that names no usage windows",
      openrouter: "openrouter answered with something that is not JSON",
      venice: undefined,
      openai: "openai says: Token expired",
    });
    const claude = usage.profiles.find(({ provider }) => provider === "anthropic")!;
    assert.deepEqual(
      claude.windows.map(({ label, usedPercent, resetsAt, exhausted }) => [
        label,
        usedPercent,
        resetsAt,
        exhausted,
      ]),
      [
        ["5h", 100, null, false],
        ["Opus", 10, null, false],
        ["Red [secret]", 5, null, false],
      ],
    );
    const status = await home.json("models", "status");
    assert.deepEqual(status.auth.unusableProfiles, []);
  });

  test("MiniMax: the former address is asked too, and a key of the other region is told", async (t) => {
    const { home, server } = await homeWith(t, { minimax: {} });
    server.answers.set("minimax", withJson({}, 404));
    const [row] = (await usageOf(home, "--usage")).profiles;
    assert.match(row!.error!, /^minimax knows no plans .*api\.minimaxi\.com/);
    assert.equal(row!.readAt, null);
    server.answers.set("v1/api/openplatform/coding_plan/remains", withJson(USAGE_SAMPLES.minimax));
    assert.deepEqual(windowsOf(await usageOf(home, "--usage"), "minimax:work"), ["5h: 20"]);
  });

  test("an exhausted window is named by status and doctor, and a newer reading ends its bar", async (t) => {
    const { home, server } = await homeWith(t, {
      anthropic: { ...CLAUDE, five_hour: { utilization: 100, resets_at: iso(2 * HOUR) } },
    });
    await home.run(["models", "status", "--usage"]);
    const plain = await home.run(["models", "status"]);
    assert.match(plain.out, /cooling down for 2 hours \(5h window used up\)/);
    assert.match(plain.out, /5h +░+ 0% left +resets in 2 hours, not used until then/);
    const { auth } = await home.json("models", "status");
    const [row] = auth.unusableProfiles;
    assert.deepEqual([row.profileId, row.reason, row.window], ["anthropic:work", "rate_limit", "5h"]);
    const doctor = await home.run(["doctor"]);
    assert.match(doctor.out, /anthropic:work of agent main has used up its 5h window; it resets at 20/);

    server.answers.set("anthropic", withJson(CLAUDE));
    const room = await home.json("models", "status", "--usage");
    assert.deepEqual(room.auth.unusableProfiles, [], "a newer reading says otherwise");
  });

  test("a new credential starts without the old one's windows", async (t) => {
    const { home } = await homeWith(t, { zai: USAGE_SAMPLES.zai });
    assert.equal((await usageOf(home, "--usage")).profiles.length, 1);
    await store(home, { "zai:work": { type: "api_key", provider: "zai", key: "fake-zai-another" } });
    assert.equal(await usageOf(home), undefined);
  });

  test("keys of the environment are asked with; a plan's own variable goes before them", async (t) => {
    const { home, server } = await homeWith(t, {});
    const oauth = { minimax: { usageUrl: `${server.url}/minimax` }, zai: { usageUrl: `${server.url}/zai` } };
    home.write(".openclaw/access.json", JSON.stringify({ oauth }));
    server.answers.set("minimax", withJson(USAGE_SAMPLES.minimax));
    server.answers.set("zai", withJson(USAGE_SAMPLES.zai));
    const env = { Z_AI_API_KEY: "fake-zai-env-0123456789", MINIMAX_CODING_API_KEY: "fake-minimax-plan-0123" };
    const said = await home.run(["models", "status", "--usage", "--json"], { env });
    const usage: UsageReport = JSON.parse(said.out).usage;
    assert.deepEqual(
      usage.profiles.map(({ profileId, windows }) => [profileId, windows.length]),
      [
        ["env:MINIMAX_CODING_API_KEY#1", 1],
        ["env:Z_AI_API_KEY#1", 2],
      ],
    );
    assert.deepEqual(server.asked.toSorted(), [
      "GET /minimax Bearer fake-minimax-plan-0123",
      "GET /zai Bearer fake-zai-env-0123456789",
    ]);
  });

  test("a credential is shown to nobody but its provider", async (t) => {
    const elsewhere = { models: { providers: { zai: { baseUrl: "http://127.0.0.1:9/v1", models: [] } } } };
    const { home } = await homeWith(t, { zai: {} }, elsewhere);
    home.write(".openclaw/access.json", "{}");
    assert.deepEqual((await usageOf(home, "--usage")).profiles, []);
  });

  test("a login whose token has ended is refreshed first, and its windows stay with it", async (t) => {
    const { home, server } = await homeWith(t, { openai: USAGE_SAMPLES["openai-codex"] });
    const login = await startLoginServer();
    t.after(() => login.stop());
    const openai = { usageUrl: `${server.url}/openai`, tokenUrl: login.url, clientId: "fake-client" };
    home.write(".openclaw/access.json", JSON.stringify({ oauth: { openai } }));
    const tokens = { access: "fake-old", refresh: "fake-refresh-0", accountId: "fake-account" };
    const ada = { type: "oauth", provider: "openai", expires: Date.now() - 1000, ...tokens } as const;
    await store(home, { "openai:ada": ada });
    const usage = await usageOf(home, "--usage");
    assert.deepEqual(windowsOf(usage, "openai:ada"), ["5h: 15", "Week: 5"]);
    assert.ok(server.asked.includes("GET /openai Bearer fake-access-1"));
    assert.deepEqual(windowsOf(await usageOf(home), "openai:ada"), ["5h: 15", "Week: 5"]);
    await store(home, { "openai:ada": { ...ada, access: "fake-other", refresh: "fake-other-refresh" } });
    assert.deepEqual(windowsOf(await usageOf(home), "openai:ada"), [], "another login is another plan");
  });

  test("openclaw status shows the same, and asks only with --usage", async (t) => {
    const { home, server } = await homeWith(t, { anthropic: CLAUDE });
    const empty = await home.run(["status"]);
    assert.match(empty.out, /Gateway +not running[^]*nothing is known of any plan/);
    assert.equal(server.asked.length, 0);
    const asked = await home.run(["status", "--usage"]);
    assert.match(asked.out, /Week +█+░+ 38% left +resets in 4 days/);
    const { usage, gateway } = await home.json("status");
    assert.deepEqual([windowsOf(usage, "anthropic:work"), gateway], [["Week: 62", "5h: 37"], null]);
    assert.equal(server.asked.length, 1);
  });

  test("a probe reads the windows too, of the credentials that it is narrowed to", async (t) => {
    const { home, server } = await homeWith(
      t,
      { anthropic: CLAUDE, zai: USAGE_SAMPLES.zai },
      { models: { providers: { zai: { baseUrl: "http://127.0.0.1:9/v1", models: [{ id: "m" }] } } } },
    );
    await home.run(["models", "status", "--probe", "--probe-provider", "zai"]);
    assert.deepEqual(server.asked, [`GET /zai Bearer ${tokenOf("zai")}`]);
    assert.deepEqual(windowsOf(await usageOf(home), "zai:work"), ["Tokens (5h): 34", "Monthly: 4"]);
    const refused = await home.run(["models", "status", "--usage", "--plain"]);
    assert.equal(refused.exit, 1);
  });

  test("an empty home stays empty, and nothing is asked", async (t) => {
    const home = cliHome();
    t.after(() => home.remove());
    const report = await home.json("models", "status", "--usage");
    assert.deepEqual(report.usage.profiles, []);
    assert.deepEqual(home.files(), []);
  });
});
