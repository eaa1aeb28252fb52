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

/** Every value of `--auth-choice` that OpenClaw 2026.7.1 lists, those of its media providers left out. */
const DOCUMENTED =
  "custom-api-key|skip|claude-cli|apiKey|anthropic-cli|setup-token|arceeai-api-key|byteplus-api-key|cerebras-api-key|openai-device-code|openai|chutes|chutes-api-key|clawrouter-api-key|cloudflare-ai-gateway-api-key|zai-cn|codex|qwen-api-key-cn|qwen-api-key|zai-coding-cn|zai-coding-global|cohere-api-key|copilot-proxy|deepinfra-api-key|deepseek-api-key|featherless-api-key|fireworks-api-key|google-gemini-cli|github-copilot|zai-global|gmi-api-key|gemini-api-key|google-vertex-api-key|groq-api-key|huggingface-api-key|kilocode-api-key|kimi-code-api-key|litellm-api-key|lmstudio|longcat-api-key|meta-api-key|microsoft-foundry-apikey|microsoft-foundry-entra|minimax-cn-api|minimax-global-api|minimax-global-oauth|mistral-api-key|moonshot-api-key|moonshot-api-key-cn|novita-api-key|nvidia-api-key|ollama|ollama-cloud|openai-api-key|opencode-go|opencode-zen|openrouter-api-key|openrouter-oauth|qianfan-api-key|qwen-oauth|sglang|qwen-standard-api-key-cn|qwen-standard-api-key|stepfun-standard-api-key-cn|stepfun-standard-api-key-intl|stepfun-plan-api-key-cn|stepfun-plan-api-key-intl|synthetic-api-key|tokenhub-api-key|tokenplan-api-key|together-api-key|venice-api-key|ai-gateway-api-key|vllm|volcengine-api-key|xai-api-key|xai-device-code|xai-oauth|xiaomi-api-key|xiaomi-token-plan-cn|xiaomi-token-plan-ams|xiaomi-token-plan-sgp|zai-api-key|modelstudio-api-key-cn|minimax-api-key-cn".split(
    "|",
  );

test("every documented word means a login that there is, and a region's word its host", () => {
  for (const word of DOCUMENTED) {
    const choice = parseAuthChoice(word);
    if (choice.kind !== "login") continue;
    const login = findLogin(loginsOf(findProvider(choice.provider)!), choice.method);
    assert.ok(login, word);
    if (/-cn\b/.test(word))
      assert.match(login.endpoint?.baseUrl ?? "", /minimaxi|bigmodel|-cn|aliyuncs|moonshot\.cn|stepfun\.com/);
  }
  for (const word of ["fal-api-key", "arceeai-openrouter", "minimax-cn-oauth"])
    assert.throws(() => parseAuthChoice(word), {
      code: "bad_input",
      message: /^(?!.*is not known)/,
    });
});

test("what is no login", () => {
  assert.deepEqual(
    ["skip", "ollama", "custom-api-key", "token"].map((word) => parseAuthChoice(word).kind),
    ["skip", "server", "custom", "token"],
  );
  for (const word of ["", "-", "nonsense", "openai-nonsense", "__proto__", "constructor"])
    assert.throws(() => parseAuthChoice(word), { code: "bad_input" });
});
