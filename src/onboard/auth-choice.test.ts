import assert from "node:assert/strict";
import { test } from "node:test";
import { findProvider } from "../providers/all.ts";
import { findLogin, loginsOf } from "../providers/logins.ts";
import { parseAuthChoice } from "./auth-choice.ts";

const cases: [word: string, provider: string, method: string][] = [
  ["apiKey", "anthropic", "api-key"],
  ["claude-cli", "anthropic", "cli"],
  ["setup-token", "anthropic", "setup-token"],
  ["openai-api-key", "openai", "api-key"],
  ["openai-codex", "openai", "oauth"],
  ["codex-cli", "openai", "cli"],
  ["gemini-api-key", "google", "api-key"],
  ["groq", "groq", "api-key"],
  ["xai-device-code", "xai", "device-code"],
  ["xai-oauth", "xai", "oauth"],
  ["openrouter-oauth", "openrouter", "oauth"],
  ["opencode-zen", "opencode", "api-key"],
  ["opencode-go", "opencode-go", "api-key"],
  ["github-copilot", "github-copilot", "device"],
  ["minimax-global-oauth", "minimax-portal", "oauth"],
  ["cloudflare-ai-gateway-api-key", "cloudflare-ai-gateway", "api-key"],
  ["xiaomi-token-plan-sgp", "xiaomi-token-plan", "token-plan-sgp"],
];
for (const [word, provider, method] of cases)
  test(word, () => {
    const choice = parseAuthChoice(word);
    assert.equal(choice.kind, "login");
    if (choice.kind !== "login") return;
    assert.deepEqual([choice.provider, choice.method], [provider, method]);
    const known = findProvider(provider)!;
    assert.ok(findLogin(loginsOf(known), method), `${provider} has the login ${method}`);
  });

test("what is no login", () => {
  assert.deepEqual(
    ["skip", "ollama", "custom-api-key", "token"].map((word) => parseAuthChoice(word).kind),
    ["skip", "server", "custom", "token"],
  );
  for (const word of ["", "-", "nonsense", "openai-nonsense", "__proto__", "constructor"])
    assert.throws(() => parseAuthChoice(word), { code: "bad_input" });
});
