import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { loadAccessConfig } from "./access-config.ts";

const dir = mkdtempSync(join(tmpdir(), "config-access-"));
after(() => rmSync(dir, { recursive: true }));

function load(text?: string) {
  const accessConfigPath = join(dir, text === undefined ? "absent.json" : "access.json");
  if (text !== undefined) writeFileSync(accessConfigPath, text);
  return loadAccessConfig({ accessConfigPath });
}

const DEFAULTS = load().gateway;

test("settings and defaults", () => {
  assert.deepEqual([DEFAULTS.maxWaitMs, DEFAULTS.maxBodyBytes], [30_000, 33_554_432]);
  assert.deepEqual(load("{}").gateway, DEFAULTS);
  assert.deepEqual(load("{gateway: {maxWaitMs: 0}, /* c */}").gateway, { ...DEFAULTS, maxWaitMs: 0 });
});

test("a key that means nothing is a warning with the nearest one", () => {
  const { gateway, warnings } = load('{"gatway": {}, "gateway": {"maxwaitms": 1, "bananas": 2}, "x": 1}');
  assert.deepEqual(gateway, DEFAULTS);
  assert.deepEqual(warnings, [
    "access.json: gatway is not a setting. Did you mean gateway?",
    "access.json: gateway.maxwaitms is not a setting. Did you mean maxWaitMs?",
    `access.json: gateway.bananas is not a setting. Known here: ${Object.keys(DEFAULTS).join(", ")}.`,
    "access.json: x is not a setting. Known here: gateway, crossing, funding, plugins, oauth.",
  ]);
});

test("how calls are paid for, and what they may cross", () => {
  assert.deepEqual([load("{}").crossing, load("{}").funding], ["allow", {}]);
  assert.equal(load('{crossing: "never"}').crossing, "never");
  const { crossing, funding, warnings } = load(
    '{crossing: {maxPerDay: 2.5}, funding: {"zai:default": "subscription", groq: "free"}}',
  );
  assert.deepEqual(crossing, { maxPerDay: 2.5 });
  assert.deepEqual(funding, { "zai:default": "subscription", groq: "free" });
  assert.deepEqual(warnings, []);
  assert.deepEqual(load("{crossing: {maxPerDay: 1, maxPerday: 2}}").warnings, [
    "access.json: crossing.maxPerday is not a setting. Did you mean maxPerDay?",
  ]);
});

test("faults name the file and the place", () => {
  const cases: [string, RegExp][] = [
    ["", /access\.json: the file is empty/],
    ["[]", /object/],
    ['{"gateway": 1}', /gateway: must be an object/],
    ['{"gateway": {"maxWaitMs": "30s"}}', /gateway\.maxWaitMs: must be a whole number/],
    ['{"gateway": {"maxBodyBytes": 1}}', /gateway\.maxBodyBytes/],
    ['{"crossing": "maybe"}', /crossing: must be "allow", "never", or/],
    ['{"crossing": {"maxPerDay": -1}}', /crossing(\.maxPerDay)?: must be "allow", "never", or/],
    ['{"crossing": {}}', /crossing(\.maxPerDay)?: must be/],
    ['{"crossing": {"maxPerDay": "5"}}', /crossing(\.maxPerDay)?: must be "allow", "never", or/],
    ['{"funding": {"zai:default": "gift"}}', /zai:default.*: must be one of subscription, prepaid/],
    ['{"oauth": {"a": {"usageUrl": 7}}}', /oauth\.a\.usageUrl: must be an address like https/],
    ['{"oauth": {"a": {"usageUrl": "ftp://x"}}}', /oauth\.a\.usageUrl: must be an address like https/],
    ['{"oauth": {"a": {"tokenUrl": "https://u:fake@x.example"}}}', /tokenUrl: .*without user and password/],
  ];
  for (const [text, message] of cases) {
    assert.throws(() => load(text), { code: "config_invalid", message }, text);
  }
});
