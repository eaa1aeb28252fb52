import assert from "node:assert/strict";
import { test } from "node:test";
import { usageReport } from "../../access/usage-report.ts";
import type { AuthProfile } from "../../core/credential.ts";
import { HEALTHY, settle } from "../../core/health.ts";
import type { FoundUsage } from "../../core/usage-window.ts";
import { readingOf } from "../../core/usage-window.ts";
import { styleFor } from "./style.ts";
import { usageRows } from "./usage.ts";

const T0 = 1_800_000_000_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const profile = (id: string): AuthProfile => ({
  id,
  provider: id.split(":")[0]!,
  type: "oauth",
  source: "store",
  owner: "main",
  generation: "g",
});

/** What is shown `later` ms after each profile's plan was read. */
function shown(found: Readonly<Record<string, FoundUsage>>, later: number): string[][] {
  const ids = Object.keys(found);
  const health = new Map(
    ids.map((id) => {
      const reading = readingOf(found[id]!, "endpoint", T0);
      return [id, settle(HEALTHY, { kind: "usage", reading, startedAt: T0, at: T0 })];
    }),
  );
  const snapshot = { profiles: ids.map(profile), order: new Map(), health };
  const report = usageReport({ snapshot }, undefined, T0 + later);
  return usageRows(report, styleFor({ colors: false })).map((row) => row.map((cell) => cell.trim()));
}

const CLAUDE: FoundUsage = {
  windows: [
    { label: "5h", used: 100, resetsAt: T0 + 2 * HOUR },
    { label: "Opus", used: 100, scope: "*opus*", resetsAt: T0 + 30 * HOUR },
    { label: "Week", used: 35, resetsAt: T0 + 100 * HOUR },
  ],
};

test("the binding window first, its reset and its age in words", () => {
  assert.deepEqual(shown({ "anthropic:a": CLAUDE }, 3 * MINUTE), [
    ["anthropic:a", "Claude", "read 3 minutes ago"],
    ["Opus", "░░░░░░░░░░ 0% left", "resets in 30 hours, opus not used until then"],
    ["5h", "░░░░░░░░░░ 0% left", "resets in 2 hours, not used until then"],
    ["Week", "███████░░░ 65% left", "resets in 4 days"],
  ]);
});

test("a window that has reset since says nothing more", () => {
  const rows = shown({ "anthropic:a": CLAUDE }, 3 * HOUR);
  assert.deepEqual(rows.at(-1), ["5h", "reset since it was read", ""]);
});

test("balances, amounts and plans", () => {
  const found = {
    "deepseek:a": { windows: [], balances: [{ label: "Balance", amount: 12.345, unit: "USD" }] },
    "minimax:a": {
      windows: [{ label: "5h", used: 300, limit: 1500, unit: "requests" }],
      plan: "Coding Plan",
    },
  };
  assert.deepEqual(shown(found, 0), [
    ["deepseek:a", "DeepSeek", "Balance 12.35 USD; read just now"],
    ["minimax:a", "MiniMax (Coding Plan)", "read just now"],
    ["5h", "████████░░ 80% left", "300 of 1500 requests"],
  ]);
});

test("nothing is shown where nothing is known", () => {
  assert.deepEqual(shown({}, 0), []);
});
