import assert from "node:assert/strict";
import { test } from "node:test";
import type { Wanted } from "./client-key.ts";
import { allowed, keyState } from "./client-key.ts";
import { splitModelRef } from "./model-ref.ts";

const ref = (text: string) => splitModelRef(text)!;
const wanted = (models: readonly string[], more: Partial<Wanted> = {}): Wanted => ({
  asAgent: false,
  agent: "main",
  isDefaultAgent: true,
  models: models.map(ref),
  ...more,
});
const agent = (name: string, isDefaultAgent: boolean, models: readonly string[] = []) =>
  wanted(models, { asAgent: true, agent: name, isDefaultAgent });
const aliases: Record<string, string> = { fast: "p/m1" };
const alias = (name: string) => aliases[name];

const CASES: readonly [patterns: string[], wanted: Wanted, left: string[] | undefined][] = [
  [["p/m1"], wanted(["p/m1"]), ["p/m1"]],
  [["p/m1"], wanted(["p/m2"]), undefined],
  [["P/m1"], wanted(["p/m1"]), ["p/m1"]],
  [["p/*"], wanted(["p/m1", "q/m1", "p/m2"]), ["p/m1", "p/m2"]],
  [["p/m1*"], wanted(["p/m1", "p/m10", "p/m2"]), ["p/m1", "p/m10"]],
  [["P/maker/*"], wanted(["p/maker/m1"]), ["p/maker/m1"]],
  [["p/maker/*"], wanted(["p/other/m1"]), undefined],
  [["p/*"], wanted(["px/m1"]), undefined],
  [["q/m1"], wanted(["p/m1", "q/m1"]), undefined],
  [["fast"], wanted(["p/m1"]), ["p/m1"]],
  [["fast"], wanted(["p/m2"]), undefined],
  [["p/m1"], agent("main", true), undefined],
  [["openclaw"], agent("main", true), []],
  [["openclaw/default"], agent("main", true), []],
  [["openclaw/main"], agent("main", true), []],
  [["openclaw/main"], agent("work", false), undefined],
  [["openclaw/*"], agent("work", false), []],
  // An agent's models do not make every model of the house available.
  [["openclaw/main"], agent("main", true, ["q/dear"]), undefined],
  [["openclaw/main", "q/dear"], agent("main", true, ["q/dear"]), ["q/dear"]],
  // Nor is a model a way to another agent's credentials.
  [["p/m1"], wanted(["p/m1"], { agent: "work", isDefaultAgent: false }), undefined],
  [["p/m1", "openclaw/work"], wanted(["p/m1"], { agent: "work", isDefaultAgent: false }), ["p/m1"]],
];
for (const [patterns, want, left] of CASES)
  test(`a key for ${patterns.join(", ")}: ${want.asAgent ? "agent" : "model"} ${want.agent} ${want.models.map(({ provider, model }) => `${provider}/${model}`).join(" ")}`, () => {
    assert.deepEqual(allowed(patterns, want, alias)?.models, left?.map(ref));
  });

test("a key is revoked before it is expired, and expires at its time", () => {
  const key = { id: "1", name: "n", digest: "d", createdAt: 0, limits: {} };
  assert.equal(keyState(key, 5), "active");
  assert.equal(keyState({ ...key, expiresAt: 6 }, 5), "active");
  assert.equal(keyState({ ...key, expiresAt: 5 }, 5), "expired");
  assert.equal(keyState({ ...key, expiresAt: 5, revokedAt: 1 }, 5), "revoked");
});
