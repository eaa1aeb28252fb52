import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findProvider } from "../providers/all.ts";
import { refreshClientOf } from "./refresh-client.ts";

const of = (provider: string, own: object | undefined, env: Record<string, string> = {}) =>
  refreshClientOf(findProvider(provider), own, env);

test("access.json, then the environment, then the provider's data", () => {
  const env = { CHUTES_CLIENT_ID: "cid_env", CHUTES_CLIENT_SECRET: "fake-secret" };
  assert.deepEqual(of("chutes", undefined), {});
  assert.deepEqual(of("chutes", undefined, env), { clientId: "cid_env", clientSecret: "fake-secret" });
  const own = { clientId: "cid_own" };
  assert.deepEqual(of("chutes", own, env), { clientId: "cid_own", clientSecret: "fake-secret" });
  assert.deepEqual(of("openai", undefined), { clientId: "app_EMoamEEZ73f0CkXaXp7hrann" });
  assert.deepEqual(of("acme", { clientId: "a", clientSecret: "b" }), { clientId: "a", clientSecret: "b" });
});

test("Gemini's application is read from the CLI on PATH", () => {
  const folder = mkdtempSync(join(tmpdir(), "gemini-"));
  const root = join(folder, "lib/node_modules/@google/gemini-cli");
  mkdirSync(join(root, "bundle"), { recursive: true });
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(root, "package.json"), '{ "name": "@google/gemini-cli" }');
  const id = "123456789012-fakefakefakefakefakefake.apps.googleusercontent.com";
  const secret = ["GOCSPX", "fake-fake-fake-fake"].join("-");
  writeFileSync(join(root, "bundle/gemini.js"), `var a = "${id}", b = "${secret}";`);
  symlinkSync(join(root, "bundle/gemini.js"), join(folder, "bin/gemini"));
  const found = of("google-gemini-cli", undefined, { PATH: `/nowhere:${join(folder, "bin")}` });
  assert.deepEqual(found, { clientId: id, clientSecret: secret });
  assert.equal(of("google-gemini-cli", undefined, { PATH: "/nowhere" }).clientSecret, undefined);
  rmSync(folder, { recursive: true });
});
