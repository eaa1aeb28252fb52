import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { codexFilePath, lentAnew, parseCodexFile, readCodexFile } from "./codex-login.ts";
import { isCodexOwned } from "./codex-owned.ts";

const END = Date.UTC(2026, 11, 1);
const jwt = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.fake`;
const ACCESS = jwt({
  exp: END / 1000,
  "https://api.openai.com/auth": { chatgpt_account_id: "acct-1" },
  "https://api.openai.com/profile": { email: "other@example.com" },
});
const file = (tokens: unknown, rest = {}) => JSON.stringify({ OPENAI_API_KEY: null, tokens, ...rest });

test("Codex's file: the access token with its end and account, and never the refresh token", () => {
  const text = file({
    access_token: ACCESS,
    refresh_token: "rt_fake",
    id_token: jwt({ email: "me@example.com" }),
    account_id: "acct-2",
  });
  const found = parseCodexFile(text);
  assert.deepEqual(found, {
    kind: "login",
    token: { access: ACCESS, expires: END, accountId: "acct-1", email: "me@example.com" },
  });
});

const others: [name: string, text: string, kind: string][] = [
  ["logged out", "{}", "none"],
  ["tokens gone", file(null), "none"],
  ["an API key", file(null, { OPENAI_API_KEY: "sk-fake" }), "api_key"],
  ["no JSON", "tokens = 1", "unusable"],
  ["a list", "[]", "unusable"],
  ["no access token", file({ refresh_token: "rt_fake" }), "unusable"],
  ["a token with a line break", file({ access_token: `${ACCESS}\n` }), "unusable"],
  ["a token that is no JWT", file({ access_token: "abc", account_id: "acct-1" }), "unusable"],
  ["no end", file({ access_token: jwt({}), account_id: "acct-1" }), "unusable"],
  ["an end that is text", file({ access_token: jwt({ exp: "soon" }), account_id: "a" }), "unusable"],
  ["an end beyond all time", file({ access_token: jwt({ exp: 1e300 }), account_id: "a" }), "unusable"],
  ["no account", file({ access_token: jwt({ exp: END / 1000 }) }), "unusable"],
];
for (const [name, text, kind] of others)
  test(`Codex's file: ${name}`, () => assert.equal(parseCodexFile(text).kind, kind));

test("the file is looked for where Codex has it", () => {
  const paths = { home: "/home/someone" };
  assert.equal(codexFilePath({}, paths), "/home/someone/.codex/auth.json");
  assert.equal(codexFilePath({ CODEX_HOME: " " }, paths), "/home/someone/.codex/auth.json");
  assert.equal(codexFilePath({ CODEX_HOME: "/c" }, paths), "/c/auth.json");
  assert.equal(codexFilePath({ CODEX_HOME: "~/c" }, paths), "/home/someone/c/auth.json");
});

const folder = mkdtempSync(join(tmpdir(), "codex-"));
after(() => rmSync(folder, { recursive: true }));

test("what is no file of a usual size is not read", async () => {
  const at = (name: string) => readCodexFile(join(folder, name));
  assert.equal((await at("missing")).kind, "none");
  mkdirSync(join(folder, "dir"));
  assert.equal((await at("dir")).kind, "unusable");
  execFileSync("mkfifo", [join(folder, "pipe")]);
  assert.equal((await at("pipe")).kind, "unusable");
  writeFileSync(join(folder, "huge"), "x".repeat(300 * 1024));
  assert.equal((await at("huge")).kind, "unusable");
});

const held = { type: "oauth", provider: "openai", access: "old", expires: 1, accountId: "acct-1" } as const;

test("only a login without a refresh token is Codex's", () => {
  assert.equal(isCodexOwned("openai:default", held), true);
  assert.equal(isCodexOwned("openai:default", { ...held, refresh: "rt_fake" }), false);
  assert.equal(isCodexOwned("openai:me@example.com", held), false);
  assert.equal(isCodexOwned("openai:default", { type: "api_key", provider: "openai", key: "k" }), false);
});

test("a newer token of the same account is taken, another account's is not", () => {
  const token = { access: ACCESS, expires: END, accountId: "acct-1" };
  assert.deepEqual(lentAnew(held, { kind: "login", token }), { ...held, access: ACCESS, expires: END });
  assert.equal(lentAnew({ ...held, access: ACCESS }, { kind: "login", token }), undefined);
  assert.equal(lentAnew({ ...held, accountId: "acct-9" }, { kind: "login", token }), undefined);
  assert.equal(lentAnew(held, { kind: "none" }), undefined);
});
