// The service refuses calls that name no editor and no integration that it knows. The editor's name may be any: it
// is this program's own.
import { defineProvider } from "./provider.ts";

export const githubCopilot = defineProvider({
  id: "github-copilot",
  label: "GitHub Copilot",
  aliases: ["copilot"],
  api: "openai-responses",
  baseUrl: "https://api.individual.githubcopilot.com",
  env: ["COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"],
  header: {
    name: "Authorization",
    value: "Bearer {key}",
    extra: { "Editor-Version": "openclaw-access/1", "Copilot-Integration-Id": "vscode-chat" },
  },
  exchange: {
    url: "https://api.github.com/copilot_internal/v2/token",
    shortLived: "tid=",
    lifetimeSeconds: 1500,
  },
  defaultModel: "claude-opus-4.7",
  probeModel: "gpt-5-mini",
  catalog: "refreshable",
  funding: "subscription",
  keyPrefixes: ["ghu_", "gho_", "github_pat_", "tid="],
  logins: [
    {
      id: "device",
      kind: "device",
      label: "GitHub device login",
      device: {
        deviceUrl: "https://github.com/login/device/code",
        tokenUrl: "https://github.com/login/oauth/access_token",
        clientId: "Iv1.b507a08c87ecfe98",
        scopes: ["read:user"],
        name: { url: "https://api.github.com/user", field: "login" },
      },
      profile: "github",
      policy: {
        text: "Unofficial use of an editor client id and internal endpoints; quota and token endpoints are no public API.",
        asOf: "2026-11",
      },
    },
    { id: "token", kind: "token", label: "GitHub token", profile: "github" },
  ],
});
