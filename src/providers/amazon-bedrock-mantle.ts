import { defineProvider } from "./provider.ts";

export const amazonBedrockMantle = defineProvider({
  id: "amazon-bedrock-mantle",
  label: "Amazon Bedrock Mantle",
  api: "openai-completions",
  baseUrl: "https://bedrock-mantle.{region}.api.aws/v1",
  env: ["AWS_BEARER_TOKEN_BEDROCK"],
  defaultModel: "gpt-oss-120b",
  probeModel: "gpt-oss-120b",
  catalog: "runtime",
  funding: "metered",
  keyPrefixes: ["ABSK", "bedrock-api-key-"],
  logins: [
    { id: "token", kind: "token", label: "Amazon Bedrock API key (bearer token)" },
    { id: "aws-sdk", kind: "cloud", label: "AWS credentials" },
  ],
});
