// Where providers are, whose addresses have places that the environment fills.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { loadConfig } from "../config/load.ts";
import { resolvePaths } from "../config/paths.ts";
import { scopeOf } from "./cloud-passes.ts";
import { isKnown, openAddress, routeTo } from "./provider-route.ts";

const folder = mkdtempSync(join(tmpdir(), "address-"));
after(() => rmSync(folder, { recursive: true }));

function configWith(providers: object) {
  const configPath = join(folder, "openclaw.json");
  writeFileSync(configPath, JSON.stringify({ models: { providers } }));
  return loadConfig({ ...resolvePaths({}, folder), configPath });
}

type Case = readonly [
  provider: string,
  env: Record<string, string>,
  address: string | undefined,
  baseUrl?: string,
];
const CASES: readonly Case[] = [
  ["amazon-bedrock", {}, "https://bedrock-runtime.us-east-1.amazonaws.com"],
  ["amazon-bedrock", { AWS_DEFAULT_REGION: "eu-west-1" }, "https://bedrock-runtime.eu-west-1.amazonaws.com"],
  ["amazon-bedrock-mantle", { AWS_REGION: "eu-west-1" }, "https://bedrock-mantle.eu-west-1.api.aws/v1"],
  ["google-vertex", {}, "https://aiplatform.googleapis.com/v1/publishers/google"],
  [
    "google-vertex",
    { GOOGLE_CLOUD_LOCATION: "europe-west4" },
    "https://europe-west4-aiplatform.googleapis.com/v1/publishers/google",
  ],
  ["azure-openai-responses", {}, undefined],
  ["azure-openai-responses", { AZURE_OPENAI_RESOURCE: "evil.example/x" }, undefined],
  ["azure-openai-responses", { AZURE_OPENAI_RESOURCE: "acme" }, "https://acme.openai.azure.com/openai/v1"],
  ["azure-openai-responses", { AZURE_OPENAI_ENDPOINT: "https://a.example/" }, "https://a.example/openai/v1"],
  ["azure-openai-responses", {}, "https://b.example/openai/v1", "https://b.example/openai/"],
  ["microsoft-foundry", { AZURE_OPENAI_RESOURCE: "acme" }, "https://acme.services.ai.azure.com/openai/v1"],
  [
    "cloudflare-workers-ai",
    { CLOUDFLARE_ACCOUNT_ID: "a1" },
    "https://api.cloudflare.com/client/v4/accounts/a1/ai/v1",
  ],
];

describe("an address with places", () => {
  for (const [provider, env, address, baseUrl] of CASES)
    test(`${provider} ${JSON.stringify(env)} ${baseUrl ?? ""}`, () => {
      const config = configWith(baseUrl === undefined ? {} : { [provider]: { baseUrl, models: [] } });
      const route = routeTo(config, provider, undefined, env);
      assert.equal(route && route.origin + route.basePath, address);
      assert.equal(isKnown(config, provider), true);
      assert.equal(openAddress(config, provider, env) === undefined, address !== undefined);
    });

  test("Anthropic's protocol has another frame at Google's, and Azure one header for all", () => {
    const providers = {
      "azure-openai-responses": { baseUrl: "https://a.example/v1", api: "openai-completions", models: [] },
    };
    const config = configWith(providers);
    assert.equal(routeTo(config, "anthropic-vertex", undefined, {})?.api, "anthropic-vertex");
    const azure = routeTo(config, "azure-openai-responses", undefined, {});
    assert.deepEqual([azure?.api, azure?.header.name], ["openai-completions", "api-key"]);
  });
});

test("a signature holds where the host says", () => {
  const at = (host: string) => Object.values(scopeOf(host, "eu-west-3")).join(" ");
  assert.equal(at("bedrock-runtime.us-west-2.amazonaws.com"), "us-west-2 bedrock");
  assert.equal(at("bedrock-runtime-fips.us-gov-west-1.amazonaws.com"), "us-gov-west-1 bedrock");
  assert.equal(at("bedrock-runtime.cn-north-1.amazonaws.com.cn"), "cn-north-1 bedrock");
  assert.equal(at("bedrock-mantle.us-east-2.api.aws"), "us-east-2 bedrock-mantle");
  assert.equal(at("127.0.0.1:8080"), "eu-west-3 bedrock");
});
