import assert from "node:assert/strict";
import { test } from "node:test";
import { resolveSecretInput } from "./env.ts";

const ENV = { NAME: "sk-fake-value", A_NAME: "sk-fake-other", BLANK: "  " };
const ref = (provider: string, id = "NAME") => ({ source: "env", provider, id }) as const;
const resolve = (input: Parameters<typeof resolveSecretInput>[0], providers = {}) =>
  resolveSecretInput(input, ENV, new Map(Object.entries(providers)));

const FOUND = { found: "sk-fake-value" };
const NOT_HAD = { unresolved: "env:NAME" };

test("forms of text", () => {
  assert.deepEqual(resolve("${NAME}"), FOUND);
  assert.deepEqual(resolve("$NAME"), FOUND);
  assert.deepEqual(resolve("A_NAME"), { found: "sk-fake-other" });
  assert.deepEqual(resolve(" sk-fake-plain "), { found: "sk-fake-plain" });
  assert.deepEqual(resolve("$BLANK"), { unresolved: "env:BLANK" });
  assert.deepEqual(resolve(" "), { absent: true });
});

test("a reference reads through an alias that is defined, or through `default`", () => {
  assert.deepEqual(resolve(ref("default")), FOUND);
  assert.deepEqual(resolve(ref("shell"), { shell: { source: "env" } }), FOUND);
  assert.deepEqual(resolve(ref("shell")), NOT_HAD);
  assert.deepEqual(resolve(ref("vault"), { vault: { source: "file" } }), NOT_HAD);
  assert.deepEqual(resolve(ref("default"), { default: { source: "exec" } }), NOT_HAD);
});

test("an allowlist is exact", () => {
  assert.deepEqual(resolve(ref("default"), { default: { source: "env", allowlist: ["OTHER"] } }), NOT_HAD);
  assert.deepEqual(resolve(ref("default"), { default: { source: "env", allowlist: [] } }), NOT_HAD);
  assert.deepEqual(resolve(ref("default"), { default: { source: "env", allowlist: ["NAME"] } }), FOUND);
});
