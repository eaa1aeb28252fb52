import { defineProvider } from "./provider.ts";

export const vercelAiGateway = defineProvider({
  id: "vercel-ai-gateway",
  label: "Vercel AI Gateway",
  aliases: ["ai-gateway"],
  api: "anthropic-messages",
  baseUrl: "https://ai-gateway.vercel.sh",
  alternates: { "openai-completions": "https://ai-gateway.vercel.sh/v1" },
  env: ["AI_GATEWAY_API_KEY"],
  defaultModel: "anthropic/claude-opus-4.6",
  probeModel: "openai/gpt-5-nano",
  catalog: "refreshable",
  keyPrefixes: ["vck_"],
  logins: [
    { id: "api-key", kind: "api_key", label: "Vercel AI Gateway API key" },
    { id: "oidc-token", kind: "cloud", label: "Vercel OIDC token" },
  ],
});
