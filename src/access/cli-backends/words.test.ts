import assert from "node:assert/strict";
import { test } from "node:test";
import type { CliBackend } from "../../providers/cli-backends.ts";
import { withoutSecrets } from "./words.ts";

const settings = { command: "x", env: { OWN_KEY: "fake-own-material", HOME_OF: "quite-plain-words" } };
const backend: CliBackend = { id: "x", settings, dialect: "text", resumeDialect: "text", install: "" };

test("whatever looks like a token is no part of what is told", () => {
  for (const secret of [
    "sk-ant-oat01-FAKEfake0000FAKEfake0000",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJmYWtlIn0.fakefake",
    "ghp_0000fakeFAKE0000fake",
    "AIzaFAKEfake0000FAKE",
    "fake-own-material",
    "0123456789abcdef0123456789abcdef",
    "aB3_FAKE0fakeFAKE0fakeFAKE0fakeFAKE0",
  ]) {
    const told = withoutSecrets(`API Error: 401 refused ${secret} (retry)`, backend);
    assert.ok(!told.includes(secret.slice(0, 12)), told);
    assert.match(told, /API Error: 401 refused .*\(retry\)/);
  }
  for (const text of ["Authorization: Bearer abcdefgh1", "token=abcdefgh1", '{"api_key": "abcdefgh1"}'])
    assert.ok(!withoutSecrets(text, backend).includes("abcdefgh1"), text);
  assert.equal(withoutSecrets("http://me:fakepass1@proxy/x", backend), "http://[secret]@proxy/x");
});

test("what helps at three in the morning stays", () => {
  for (const text of [
    "Invalid API key · Please run /login",
    "You've hit your session limit · resets 3pm (UTC)",
    "No conversation found with session ID: 0b9c3f6e-6a53-4b8e-9a59-8b7d9a3c1f00",
    "model claude-opus-4-8-20260101 is not available",
    "ENOENT: no such file, open '/home/me/.claude/projects/-home-me-Work-2026-Some-Long-Name/x.jsonl'",
    "quite-plain-words",
  ])
    assert.equal(withoutSecrets(text, backend), text);
});
