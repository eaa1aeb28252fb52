// The key is the upstream vendor's; the gateway's own token travels in a header of its own.
import { defineProvider } from "./provider.ts";

export const cloudflareAiGateway = defineProvider({
  id: "cloudflare-ai-gateway",
  label: "Cloudflare AI Gateway",
  api: "anthropic-messages",
  baseUrl: "https://gateway.ai.cloudflare.com/v1/{account_id}/{gateway_id}/anthropic",
  env: ["CLOUDFLARE_AI_GATEWAY_API_KEY"],
  header: { name: "x-api-key", value: "{key}", extra: { "anthropic-version": "2023-06-01" } },
  defaultModel: "claude-sonnet-4-6",
  probeModel: "claude-haiku-4-5",
  catalog: "static",
});
