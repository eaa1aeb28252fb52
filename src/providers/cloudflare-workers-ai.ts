import { defineProvider } from "./provider.ts";

export const cloudflareWorkersAi = defineProvider({
  id: "cloudflare-workers-ai",
  label: "Cloudflare Workers AI",
  aliases: ["workers-ai", "workers_ai"],
  api: "openai-completions",
  baseUrl: "https://api.cloudflare.com/client/v4/accounts/{account_id}/ai/v1",
  env: ["CLOUDFLARE_API_KEY"],
  probeModel: "@cf/openai/gpt-oss-20b",
  catalog: "static",
});
