import assert from "node:assert/strict";
import { test } from "node:test";
import { addBindings, parseBinding, routesOf } from "./bindings.ts";

const CHANNELS = ["telegram", "discord"];
const route = (agentId: string, match: object) => ({ type: "route", agentId, match });

test("a binding is a channel, or a channel and an account", () => {
  assert.deepEqual(parseBinding("Telegram", CHANNELS), { channel: "telegram" });
  assert.deepEqual(parseBinding(" discord : ops ", CHANNELS), { channel: "discord", accountId: "ops" });
  for (const text of ["", "telegram:", "telegram:a:b", "nonsense", ":ops", "telegram:a\nb"])
    assert.throws(() => parseBinding(text, CHANNELS), { code: "bad_input" }, text);
});

test("new ones are added, known ones skipped, another agent's left where they are", () => {
  const before = [{ agentId: "two", match: { channel: "telegram", accountId: "ops" } }, "odd"];
  const wanted = ["telegram:ops", "telegram:*", "telegram:*", "telegram:home"];
  const { bindings, report } = addBindings(
    before,
    "work",
    wanted.map((text) => parseBinding(text, CHANNELS)),
  );
  assert.deepEqual(bindings, [
    ...before,
    route("work", { channel: "telegram", accountId: "*" }),
    route("work", { channel: "telegram", accountId: "home" }),
  ]);
  assert.deepEqual(report, {
    added: ["telegram accountId=*", "telegram accountId=home"],
    updated: [],
    skipped: ["telegram accountId=*"],
    conflicts: ["telegram accountId=ops (agent=two)"],
  });
});

test("an entry without an account is the default account, and gets the account that is named later", () => {
  const before = [route("work", { channel: "telegram" })];
  const named = addBindings(before, "work", [{ channel: "telegram", accountId: "ops" }]);
  assert.deepEqual(named.bindings, [route("work", { channel: "telegram", accountId: "ops" })]);
  assert.deepEqual(named.report.updated, ["telegram accountId=ops"]);
  const byDefault = addBindings(before, "work", [{ channel: "telegram", accountId: "default" }]);
  assert.deepEqual(byDefault.bindings, before);
});

test("a narrower entry catches other messages", () => {
  const before = [{ agentId: "two", match: { channel: "telegram", peer: { kind: "direct", id: "1" } } }];
  assert.deepEqual(addBindings(before, "work", [{ channel: "telegram" }]).report.added, ["telegram"]);
});

test("only routes count", () => {
  const entries = [route("work", { channel: "telegram" }), { type: "acp", agentId: "work", match: {} }, null];
  assert.equal(routesOf(entries, "work").length, 1);
});
