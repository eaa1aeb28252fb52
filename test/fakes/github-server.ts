// GitHub as far as a Copilot login sees it: the device flow, which answers errors with HTTP 200, and who it was.
import type { Answer, ScriptedServer } from "./scripted-server.ts";
import { startScriptedServer } from "./scripted-server.ts";

export interface GitHubServer extends ScriptedServer {
  /** what `oauth.github-copilot` of access.json wants */
  readonly settings: Readonly<Record<string, string>>;
}

/** @param polls answers to the questions whether the person is done, in order; the last one goes on */
export async function startGitHubServer(polls: readonly Answer[]): Promise<GitHubServer> {
  const server = await startScriptedServer({
    "/login/device/code": () => ({
      device_code: "fake-device-code-0123456789",
      user_code: "ABCD-1234",
      verification_uri: "https://github.example/login/device",
      expires_in: 900,
      interval: 1,
    }),
    "/login/oauth/access_token": (_, before) => polls[Math.min(before, polls.length - 1)]!,
    "/user": () => ({ login: "ada", id: 1 }),
  });
  const settings = {
    deviceUrl: `${server.url}/login/device/code`,
    tokenUrl: `${server.url}/login/oauth/access_token`,
    userinfoUrl: `${server.url}/user`,
    exchangeUrl: `${server.url}/copilot/token`,
  };
  return { ...server, settings };
}
