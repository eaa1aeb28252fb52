import { defineProvider } from "./provider.ts";

export const ds4 = defineProvider({
  id: "ds4",
  label: "ds4 (local DeepSeek V4)",
  api: "openai-completions",
  baseUrl: "http://127.0.0.1:18000/v1",
  env: [],
  defaultModel: "deepseek-v4-flash",
  probeModel: "deepseek-v4-flash",
  catalog: "static",
  funding: "local",
  logins: [],
});
