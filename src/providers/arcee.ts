// OpenRouter keys are not read here although the docs list them: this host is not OpenRouter.
import { defineProvider } from "./provider.ts";

export const arcee = defineProvider({
  id: "arcee",
  label: "Arcee AI",
  api: "openai-completions",
  baseUrl: "https://api.arcee.ai/api/v1",
  env: ["ARCEEAI_API_KEY"],
  defaultModel: "trinity-large-thinking",
  probeModel: "trinity-mini",
  catalog: "static",
});
