import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../core/secret.ts";
import type { RefState } from "../core/secret-ref.ts";
import { resolveSecretInput } from "./env.ts";

const ENV = { NAME: "sk-fake-value", A_NAME: "sk-fake-other", BLANK: "  " };
const ref = (provider: string, id = "NAME") => ({ source: "env", provider, id }) as const;
const resolve = (input: Parameters<typeof resolveSecretInput>[0], providers = {}) => {
  const resolved = resolveSecretInput(input, ENV, new Map(Object.entries(providers)));
  return "unresolved" in resolved ? { unresolved: resolved.unresolved } : resolved;
};

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

test("a reference to a file or a program is what memory has of it; a problem beside a value changes nothing", () => {
  const refs = { source: "exec", provider: "vault", id: "a/b" } as const;
  const providers = new Map();
  const known = (state: RefState) => new Map([["exec:vault:a/b", state]]);
  const value = new Secret("sk-fake-value");
  assert.deepEqual(resolveSecretInput(refs, ENV, providers), { unresolved: "exec:a/b", unread: true });
  assert.deepEqual(resolveSecretInput(refs, ENV, providers, known({ value })), FOUND);
  assert.deepEqual(resolveSecretInput(refs, ENV, providers, known({ value, problem: "late" })), FOUND);
  const padded = new Secret(" sk-fake-value\r\n");
  assert.deepEqual(resolveSecretInput(refs, ENV, providers, known({ value: padded })), FOUND);
  const failed = resolveSecretInput(refs, ENV, providers, known({ problem: "late" }));
  assert.deepEqual(failed, { unresolved: "exec:a/b", why: "late" });
});

test("an allowlist is exact", () => {
  assert.deepEqual(resolve(ref("default"), { default: { source: "env", allowlist: ["OTHER"] } }), NOT_HAD);
  assert.deepEqual(resolve(ref("default"), { default: { source: "env", allowlist: [] } }), NOT_HAD);
  assert.deepEqual(resolve(ref("default"), { default: { source: "env", allowlist: ["NAME"] } }), FOUND);
});
