// OpenRouter keys are not read here although the docs list them: this host is not OpenRouter.
import { defineProvider } from "./provider.ts";

export const perplexity = defineProvider({
  id: "perplexity",
  label: "Perplexity",
  aliases: ["pplx"],
  api: "openai-completions",
  baseUrl: "https://api.perplexity.ai",
  env: ["PERPLEXITY_API_KEY"],
  defaultModel: "sonar-pro",
  probeModel: "sonar",
  catalog: "static",
  keyPrefixes: ["pplx-", "sk-or-"],
});
