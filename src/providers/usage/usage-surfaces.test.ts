import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { isObject } from "../../core/json.ts";
import type { FoundUsage } from "../../core/usage-window.ts";
import { readingOf, usedPercent } from "../../core/usage-window.ts";
import { USAGE_SURFACES, usageSurfaceOf } from "./all.ts";
import { usageHeadersOf } from "./headers.ts";
import { USAGE_SAMPLES } from "./usage-samples.ts";

const T0 = Date.UTC(2026, 6, 1, 12);
const iso = (text: string) => Date.parse(text);

const found = (provider: string, body: object, now = T0): FoundUsage => {
  const usage = usageSurfaceOf(provider)!.parse(body as never, now);
  if ("failed" in usage) assert.fail(usage.failed);
  return usage;
};
/** label, percent used, reset */
const rows = (usage: FoundUsage | undefined) =>
  usage && readingOf(usage, "endpoint", T0).windows.map((w) => [w.label, usedPercent(w), w.resetsAt]);

describe("usage answers", () => {
  test("Anthropic: percent used, ISO resets, a model's window, cents", () => {
    const usage = found("anthropic", USAGE_SAMPLES.anthropic);
    assert.deepEqual(rows(usage), [
      ["5h", 37, iso("2026-07-02T15:00:00Z")],
      ["Week", 12, iso("2026-07-08T09:00:00Z")],
      ["Sonnet", 5, null],
      ["Fable", 64, iso("2026-07-08T09:00:00Z")],
      ["Extra usage", 10, null],
    ]);
    const extra = usage.windows.at(-1);
    assert.deepEqual([extra?.used, extra?.limit, extra?.unit], [5, 50, "USD"]);
    assert.equal(usage.windows[3]?.scope, "claude-fable-5");
    assert.equal(usage.windows[2]?.scope, "*sonnet*");
  });

  test("Anthropic: extra usage carries calls past the plan until it is gone", () => {
    const exhausted = (credits: number) =>
      found("anthropic", {
        five_hour: { utilization: 100, resets_at: "2026-07-02T15:00:00Z" },
        extra_usage: { is_enabled: true, used_credits: credits, monthly_limit: 5000 },
      }).windows[0]?.exhausted;
    assert.equal(exhausted(4000), false);
    assert.equal(exhausted(5000), undefined);
  });

  test("OpenAI Codex: percent used, epoch seconds; credits are no money", () => {
    const usage = found("openai", USAGE_SAMPLES["openai-codex"]);
    assert.deepEqual(rows(usage), [
      ["5h", 15, 1_782_990_000_000],
      ["Week", 5, 1_783_480_000_000],
    ]);
    assert.equal(usage.plan, "plus");
    assert.deepEqual(usage.balances, [{ label: "Balance", amount: 12.5, unit: "credits" }]);
  });

  test("OpenAI Codex: its own word about the limit goes before the numbers; short windows have names", () => {
    const windows = (limits: object) =>
      found("openai", { rate_limit: limits }).windows.map(({ label, exhausted }) => [label, exhausted]);
    const primary = { used_percent: 100, reset_at: 1_782_990_000 };
    const day = { used_percent: 20, limit_window_seconds: 86_400, reset_at: 1_782_990_000 + 3600 };
    const days = { ...day, reset_at: day.reset_at + 4 * 86_400 };
    const short = { ...day, limit_window_seconds: 7200 };
    const common = { primary_window: primary };
    assert.deepEqual(windows({ ...common, secondary_window: day, limit_reached: false, allowed: true }), [
      ["3h", false],
      ["Day", false],
    ]);
    assert.deepEqual(windows({ ...common, secondary_window: days, limit_reached: true }), [
      ["3h", true],
      ["Week", undefined],
    ]);
    assert.deepEqual(windows({ ...common, secondary_window: short }), [
      ["3h", undefined],
      ["2h", undefined],
    ]);
  });

  test("Copilot: percent left is inverted", () => {
    const usage = found("github-copilot", USAGE_SAMPLES["github-copilot"]);
    const reset = iso("2026-08-01");
    assert.deepEqual(rows(usage), [
      ["Premium", 20, reset],
      ["Chat", 0, reset],
    ]);
    assert.equal(usage.plan, "individual_pro");
    const none = { percent_remaining: 0, entitlement: 0, remaining: 0 };
    assert.deepEqual(rows(found("github-copilot", { quota_snapshots: { chat: none } })), []);
  });

  test("Copilot: asked with the GitHub token, not with what was exchanged for it", () => {
    const { secretOf, fits } = usageSurfaceOf("github-copilot")!;
    const login = {
      type: "oauth",
      provider: "github-copilot",
      access: "tid=fake",
      refresh: "ghu_fake",
    } as const;
    assert.equal(secretOf?.(login), "ghu_fake");
    assert.deepEqual([fits?.("gho_fake"), fits?.("tid=fake")], [true, false]);
  });

  test("Gemini: fractions left are inverted, the lowest model of a family counts", () => {
    const usage = found("google-gemini-cli", USAGE_SAMPLES["google-gemini-cli"]);
    const labels = usage.windows.map(({ label, used, scope }) => [label, Math.round(used), scope]);
    assert.deepEqual(labels, [
      ["Pro", 60, "gemini-2.5-pro"],
      ["Flash", 10, "gemini-2.5-flash"],
    ]);
    const gone = {
      buckets: [{ modelId: "gemini-2.5-pro", remainingFraction: 0 }, { modelId: "gemini-9-pro" }],
    };
    assert.equal(found("google-gemini-cli", gone).windows[0]?.scope, "gemini-2.5-pro");
  });

  test("MiniMax: what is called usage is what is left; counts win; seconds and milliseconds", () => {
    const usage = found("minimax", USAGE_SAMPLES.minimax);
    assert.deepEqual(rows(usage), [["5h", 20, 1_783_008_000_000]]);
    assert.equal(usage.plan, "Coding Plan (MiniMax-M2.7)");
    const percent = (more: object) => rows(found("minimax-portal-cn", { window_hours: 3, ...more }));
    assert.deepEqual(percent({ usage_percent: 80, end_time: 1_783_008_000 }), [
      ["3h", 20, 1_783_008_000_000],
    ]);
    assert.deepEqual(percent({ usagePercent: 0.25 }), [["3h", 75, null]]);
    const chat = {
      model_remains: [
        { model_name: "speech-02", current_interval_total_count: 10, current_interval_usage_count: 0 },
        { model_name: "MiniMax-M3", current_interval_total_count: 10, current_interval_usage_count: 9 },
      ],
    };
    assert.deepEqual(rows(found("minimax", chat)), [["5h", 10, null]]);
    const refused = usageSurfaceOf("minimax")!.parse(
      { base_resp: { status_code: 1004, status_msg: "bad" } },
      T0,
    );
    assert.deepEqual(refused, { failed: "refused: bad" });
  });

  test("Xiaomi: a name and no windows", () => {
    for (const id of ["xiaomi", "xiaomi-token-plan"]) {
      const surface = usageSurfaceOf(id)!;
      assert.equal(surface.request, undefined);
      assert.deepEqual(surface.parse({}, T0), { windows: [] });
    }
    assert.equal(usageSurfaceOf("xiaomi-token-plan")?.displayName, "Xiaomi Token Plan");
  });

  test("Z.AI: percent used, epoch milliseconds; calls of tools bar nothing", () => {
    const usage = found("z-ai", USAGE_SAMPLES.zai);
    assert.deepEqual(rows(usage), [
      ["Tokens (5h)", 34, 1_782_999_000_000],
      ["Monthly", 4, 1_785_000_000_000],
    ]);
    assert.equal(usage.windows[1]?.exhausted, false);
    assert.equal(usage.plan, "GLM Coding Pro");
    const refused = usageSurfaceOf("zai")!.parse({ success: false, code: 401, msg: "no" }, T0);
    assert.deepEqual(refused, { failed: "refused: no" });
  });

  test("the others", () => {
    assert.deepEqual(found("openrouter", USAGE_SAMPLES.openrouter).balances, [
      { label: "Balance", amount: 12.5, unit: "USD" },
    ]);
    assert.deepEqual(rows(found("openrouter", USAGE_SAMPLES["openrouter-key"])), [
      ["Monthly key budget", 75, null],
    ]);
    assert.deepEqual(found("deepseek", USAGE_SAMPLES.deepseek).balances, [
      { label: "Balance", amount: 12.34, unit: "USD" },
    ]);
    assert.deepEqual(found("venice", USAGE_SAMPLES.venice).balances?.length, 2);
    const diem = { balances: { usd: 5, diem: 3 }, diemEpochAllocation: 4 };
    assert.deepEqual(rows(found("venice", diem)), [["DIEM epoch", 25, Date.UTC(2026, 6, 2)]]);
    assert.deepEqual(rows(found("clawrouter", USAGE_SAMPLES.clawrouter)), [
      ["Monthly budget", 2.5, Date.UTC(2026, 7, 1)],
    ]);
    assert.deepEqual(
      rows(found("kimi", USAGE_SAMPLES["kimi-coding"]))?.map(([label, used]) => [
        label,
        Math.round(Number(used)),
      ]),
      [
        ["Week", 10],
        ["5h", 70],
      ],
    );
    assert.deepEqual(rows(found("opencode-go", USAGE_SAMPLES["opencode-go"])), [
      ["5h", 20, T0 + 7_200_000],
      ["Week", 10, T0 + 300_000_000],
    ]);
  });

  const samples = Object.values(USAGE_SAMPLES).map((sample) => JSON.stringify(sample));
  const fields = [...new Set(samples.flatMap((text) => text.match(/"[\w ]+"(?=:)/g) ?? []))].map((key) =>
    key.slice(1, -1),
  );
  const leaf = fc.oneof(
    fc.double(),
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom<unknown>(1e308, -1, 9e15, "9999-12-31T00:00:00Z", "\u001B[2J", [], {}),
  );
  const { body } = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 4 }, leaf, tie("body"), fc.array(tie("body"), { maxLength: 3 })),
    body: fc.dictionary(fc.constantFrom(...fields), tie("value"), { maxKeys: 8 }),
  }));

  test("property: no answer makes a parser throw, and what it finds can be shown", () => {
    fc.assert(
      fc.property(fc.constantFrom(...USAGE_SURFACES), body, ({ parse }, answer) => {
        assert.ok(isObject(answer));
        const usage = parse(answer, T0);
        if ("failed" in usage) assert.ok(usage.failed.length < 200);
        else readingOf(usage, "endpoint", T0);
      }),
      { numRuns: 2000 },
    );
  });

  test("property: samples with one value replaced do not throw either", () => {
    const cases = Object.entries(USAGE_SAMPLES).map(
      ([id, sample]) => [id.replace("-key", ""), sample] as const,
    );
    fc.assert(
      fc.property(fc.constantFrom(...cases), fc.nat(), leaf, ([id, sample], nth, value) => {
        const paths = JSON.stringify(sample).match(/:/g)?.length ?? 1;
        let seen = 0;
        const odd: unknown = JSON.parse(JSON.stringify(sample), (key, each: unknown) =>
          key !== "" && seen++ === nth % paths ? value : each,
        );
        const surface = USAGE_SURFACES.find((each) => each.id === id)!;
        const usage = surface.parse(odd as never, T0);
        if (!("failed" in usage)) readingOf(usage, "endpoint", T0);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("usage in headers of ordinary answers", () => {
  const read = (provider: string, headers: Record<string, string>) => usageHeadersOf(provider)?.(headers, T0);
  const reset = String(T0 / 1000 + 3600);

  test("nothing when there is nothing", () => {
    assert.equal(read("anthropic", { "content-type": "application/json" }), undefined);
    assert.equal(read("openai", { "x-ratelimit-remaining-requests": "10" }), undefined);
    assert.equal(usageHeadersOf("groq"), undefined);
  });

  test("Anthropic: fractions used, epoch seconds", () => {
    const usage = read("anthropic", {
      "anthropic-ratelimit-unified-status": "allowed",
      "anthropic-ratelimit-unified-5h-utilization": "0.25",
      "anthropic-ratelimit-unified-5h-reset": reset,
      "anthropic-ratelimit-unified-7d-utilization": "0.5",
      "anthropic-ratelimit-unified-7d-reset": "2026-07-08T09:00:00Z",
    });
    assert.deepEqual(rows(usage), [
      ["5h", 25, T0 + 3_600_000],
      ["Week", 50, iso("2026-07-08T09:00:00Z")],
    ]);
  });

  test("Anthropic: who refuses is named by the claim", () => {
    const rejected = (claim: string) =>
      read("anthropic", {
        "anthropic-ratelimit-unified-status": "rejected",
        "anthropic-ratelimit-unified-reset": reset,
        "anthropic-ratelimit-unified-representative-claim": claim,
        "anthropic-ratelimit-unified-5h-utilization": "0.99",
      })?.windows.map(({ label, exhausted, scope }) => [label, exhausted, scope ?? "*"]);
    assert.deepEqual(rejected("five_hour"), [["5h", true, "*"]]);
    assert.deepEqual(rejected("seven_day_opus"), [
      ["5h", undefined, "*"],
      ["Opus", true, "*opus*"],
    ]);
  });

  test("Codex: percent, minutes, epoch seconds or seconds from now", () => {
    const usage = read("openai", {
      "x-codex-primary-used-percent": "42.5",
      "x-codex-primary-window-minutes": "300",
      "x-codex-primary-reset-after-seconds": "60",
      "x-codex-secondary-used-percent": "7",
      "x-codex-secondary-window-minutes": "10080",
      "x-codex-secondary-reset-at": reset,
    });
    assert.deepEqual(rows(usage), [
      ["5h", 42.5, T0 + 60_000],
      ["Week", 7, T0 + 3_600_000],
    ]);
  });

  test("property: headers may say anything", () => {
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom("1e999", "NaN", "99999999999999999999", "rejected", "-5"),
    );
    const names = [
      "anthropic-ratelimit-unified-status",
      "anthropic-ratelimit-unified-representative-claim",
      ...["5h", "7d"].flatMap((part) =>
        ["utilization", "reset", "status"].map((what) => `anthropic-ratelimit-unified-${part}-${what}`),
      ),
      ...["primary", "secondary"].flatMap((which) =>
        ["used-percent", "window-minutes", "reset-at", "reset-after-seconds"].map(
          (what) => `x-codex-${which}-${what}`,
        ),
      ),
    ];
    const headers = fc.dictionary(fc.constantFrom(...names), value);
    fc.assert(
      fc.property(fc.constantFrom("anthropic", "openai"), headers, (provider, fields) => {
        const usage = read(provider, fields);
        if (usage) readingOf(usage, "headers", T0);
      }),
      { numRuns: 1000 },
    );
  });
});
