// The application that a provider's tokens are refreshed with: access.json, the environment, the provider's data,
// and for Gemini the CLI that is installed. As at login (login/browser-client.ts).
import type { OAuthSettings } from "../config/config.ts";
import type { Provider } from "../providers/provider.ts";
import type { Environment } from "../secrets/env.ts";
import { installedGeminiClient } from "./login/gemini-client.ts";

export interface RefreshClient {
  readonly clientId?: string;
  readonly clientSecret?: string;
}

export function refreshClientOf(
  provider: Provider | undefined,
  own: OAuthSettings | undefined,
  env: Environment,
): RefreshClient {
  const browser = provider?.logins?.find((login) => login.browser !== undefined)?.browser;
  const named = (names: readonly string[] = []) => names.map((name) => env[name]?.trim()).find(Boolean);
  const clientId = own?.clientId ?? named(browser?.env?.clientId) ?? provider?.tokens?.clientId;
  const clientSecret = own?.clientSecret ?? named(browser?.env?.clientSecret);
  if (clientSecret === undefined && browser?.secretOf !== undefined && own?.clientId === undefined)
    return installedGeminiClient(env) ?? given(clientId);
  return { ...given(clientId), ...(clientSecret === undefined ? {} : { clientSecret }) };
}

const given = (clientId: string | undefined): RefreshClient => (clientId === undefined ? {} : { clientId });
