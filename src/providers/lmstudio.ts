// Wants no key unless its server has authentication switched on.
import { defineProvider } from "./provider.ts";

export const lmstudio = defineProvider({
  id: "lmstudio",
  label: "LM Studio",
  aliases: ["lm-studio"],
  api: "openai-completions",
  baseUrl: "http://localhost:1234/v1",
  alternates: { "openai-responses": "http://localhost:1234/v1" },
  env: ["LM_API_TOKEN"],
  catalog: "runtime",
  funding: "local",
});
