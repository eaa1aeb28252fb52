// The bearer key is sent as it is; with the others, calls are signed.
import { defineProvider } from "./provider.ts";

export const amazonBedrock = defineProvider({
  id: "amazon-bedrock",
  label: "Amazon Bedrock",
  aliases: ["bedrock", "aws-bedrock"],
  api: "bedrock-converse-stream",
  baseUrl: "https://bedrock-runtime.{region}.amazonaws.com",
  env: ["AWS_BEARER_TOKEN_BEDROCK", "AWS_ACCESS_KEY_ID+AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"],
  defaultModel: "us.anthropic.claude-opus-4-6-v1:0",
  probeModel: "amazon.nova-micro-v1:0",
  catalog: "refreshable",
  funding: "metered",
  thinksAdaptively: /anthropic\.claude-(?:(?:opus|sonnet)-(?:4-[6-9]|[5-9])|haiku-[5-9]|fable)/,
  keyPrefixes: ["AKIA", "ASIA", "ABSK", "bedrock-api-key-"],
  logins: [
    { id: "token", kind: "token", label: "Amazon Bedrock API key (bearer token)" },
    { id: "aws-sdk", kind: "cloud", label: "AWS credentials" },
  ],
});
