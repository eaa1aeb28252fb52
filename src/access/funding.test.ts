import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "../config/config.ts";
import type { AuthProfile } from "../core/credential.ts";
import { usualFunding } from "../core/funding.ts";
import { Secret } from "../core/secret.ts";
import type { AgentView } from "./agent-view.ts";
import { withFunding } from "./funding.ts";

const configOf = (baseUrls: Readonly<Record<string, string>>) =>
  ({
    providers: new Map(Object.entries(baseUrls).map(([id, baseUrl]) => [id, { id, baseUrl, models: [] }])),
    cliBackends: new Map(),
  }) as unknown as Config;

function fundingOf(
  profile: Pick<AuthProfile, "id" | "type"> & { readonly provider?: string },
  secret = "fake-secret",
  written: Parameters<typeof withFunding>[1]["written"] = {},
  baseUrls: Readonly<Record<string, string>> = {},
) {
  const whole = { provider: profile.id.split(":")[0]!, ...profile } as AuthProfile;
  const view = {
    snapshot: { profiles: [whole], order: new Map(), health: new Map() },
    secrets: new Map([[whole.id, new Secret(secret)]]),
  } as unknown as AgentView;
  const { funding } = withFunding(view, { config: configOf(baseUrls), env: {}, written }).snapshot;
  return funding?.get(whole.id) ?? usualFunding(whole);
}

test("logins and plans are subscriptions, keys are metered, servers of one's own are local", () => {
  const cases: [string, AuthProfile["type"], string][] = [
    ["openai:me", "oauth", "subscription"],
    ["openai:default", "api_key", "metered"],
    ["anthropic:default", "token", "subscription"],
    ["claude-cli:me", "oauth", "subscription"],
    ["github-copilot:github", "token", "subscription"],
    ["kimi:default", "api_key", "subscription"],
    ["opencode-go:default", "api_key", "subscription"],
    ["zai:default", "api_key", "metered"],
    ["ollama:default", "api_key", "local"],
    ["vllm:default", "none", "local"],
    ["my-server:default", "none", "local"],
    ["nvidia:default", "api_key", "free"],
    ["amazon-bedrock:default", "token", "metered"],
    ["my-server:default", "api_key", "metered"],
  ];
  for (const [id, type, expected] of cases) assert.equal(fundingOf({ id, type }), expected, `${id} ${type}`);
});

test("a token of a plan that stands among the keys, and a plan's own address", () => {
  const env = { id: "env:ANTHROPIC_OAUTH_TOKEN#1", provider: "anthropic", type: "api_key" } as const;
  assert.equal(fundingOf(env, "sk-ant-oat01-fake"), "subscription");
  assert.equal(fundingOf(env, "sk-ant-api03-fake"), "metered");
  const zai = { id: "zai:default", type: "api_key" } as const;
  const at = (baseUrl: string) => fundingOf(zai, "fake", {}, { zai: baseUrl });
  assert.equal(at("https://api.z.ai/api/coding/paas/v4"), "subscription");
  assert.equal(at("https://coding-intl.dashscope.example/v1"), "subscription");
  assert.equal(at("https://api.z.ai/api/paas/v4"), "metered");
});

test("access.json has the last word, for a profile before its provider", () => {
  const id = "openai:default";
  const written = { openai: "prepaid", [id]: "free" } as const;
  assert.equal(fundingOf({ id, type: "api_key" }, "fake", written), "free");
  assert.equal(fundingOf({ id: "openai:b", type: "oauth" }, "fake", written), "prepaid");
});
