import assert from "node:assert/strict";
import { test } from "node:test";
import { hideSecrets } from "./hide-secrets.ts";

const CASES = [
  ["Refused: sk-fake-0123456789 is no key", "Refused: [secret] is no key"],
  ["authorization: Bearer abcdef.ghij-klm", "authorization: Bearer [secret]"],
  ["GET https://host/x?key=abc123&a=1", "GET https://host/x?key=[secret]&a=1"],
  ["at https://me:pass@host/x", "at https://[secret]@host/x"],
  ["token eyJhbGciOiJIUzI1.eyJzdWIi.c2ln ended", "token [secret] ended"],
  [
    "/home/me/.openclaw/openclaw.json: agents.list[0].id",
    "/home/me/.openclaw/openclaw.json: agents.list[0].id",
  ],
] as const;

for (const [text, expected] of CASES) test(text, () => assert.equal(hideSecrets(text), expected));

test("known values go whatever they look like; short ones are words", () => {
  assert.equal(
    hideSecrets("a plain-looking-value b short", ["plain-looking-value", "short"]),
    "a [secret] b short",
  );
});
