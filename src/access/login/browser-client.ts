// The settings of a browser login: access.json has the last word, then the environment, then what the provider's
// data says; an application's id that nobody gave is asked for.
import type { OAuthSettings } from "../../config/config.ts";
import { AccessError } from "../../core/errors.ts";
import type { ClientSetting, CodeClient, CodeLogin } from "../../oauth/authorization-code.ts";
import { bracketed, isLoopbackHost } from "../../oauth/callback-rules.ts";
import type { Environment } from "../../secrets/env.ts";
import type { FlowContext } from "./flow.ts";

const CALLBACK_HOST = "OPENCLAW_OAUTH_CALLBACK_HOST";

/** @throws AccessError `bad_input`, `cancelled` */
export async function codeClientOf(context: FlowContext): Promise<CodeClient> {
  const { deps, provider, login, talk, label } = context;
  const own = deps.accessConfig().oauth[provider] ?? {};
  const base = withOwn(login.browser ?? privateLogin(provider, own), own);
  const env = deps.env();
  const set = settingsIn(env, base, own);
  const redirectUri = withHost(set.redirectUri ?? base.redirectUri, env[CALLBACK_HOST]);
  const client = { ...base, ...set, redirectUri, scopes: set.scopes?.split(/\s+/) ?? base.scopes };
  if (client.clientId !== undefined || client.givesApiKey) return await withSecret(context, client);
  const clientId = await talk.text(`Client id of your application at ${label}`, "", notEmpty);
  return await withSecret(context, { ...client, clientId: clientId.trim() });
}

const notEmpty = (text: string) => (text.trim() === "" ? "Ctrl-C leaves." : undefined);

/** What access.json has to name of a provider that nothing else is known of. */
function privateLogin(provider: string, { authorizeUrl, tokenUrl }: OAuthSettings): CodeLogin {
  if (authorizeUrl === undefined || tokenUrl === undefined)
    throw new AccessError(
      "bad_input",
      `A login in the browser needs oauth.${provider}.authorizeUrl and oauth.${provider}.tokenUrl in access.json.`,
    );
  return {
    authorizeUrl,
    tokenUrl,
    encoding: "form",
    scopes: ["openid", "email", "offline_access"],
    redirectUri: "http://127.0.0.1:0/callback",
  };
}

function withOwn(base: CodeLogin, own: OAuthSettings): CodeLogin {
  const { authorizeUrl = base.authorizeUrl, tokenUrl = base.tokenUrl, scopes = base.scopes } = own;
  const userinfoUrl = own.userinfoUrl ?? base.userinfoUrl;
  return { ...base, authorizeUrl, tokenUrl, scopes, ...(userinfoUrl === undefined ? {} : { userinfoUrl }) };
}

type Settings = Partial<Record<ClientSetting, string>>;

function settingsIn(env: Environment, base: CodeLogin, own: OAuthSettings): Settings {
  const written: Settings = {
    ...textOf("clientId", own.clientId),
    ...textOf("clientSecret", own.clientSecret),
    ...textOf("redirectUri", own.redirectUri),
    ...textOf("scopes", own.scopes?.join(" ")),
  };
  const fromEnv = Object.entries(base.env ?? {}).flatMap(([setting, names]) => {
    const value = names.map((name) => env[name]?.trim()).find((text) => text !== undefined && text !== "");
    return value === undefined ? [] : [[setting, value] as const];
  });
  return { ...Object.fromEntries(fromEnv), ...written };
}

const textOf = (setting: ClientSetting, text: string | undefined): Settings =>
  text === undefined || text === "" ? {} : { [setting]: text };

/** The host of the callback, for a machine or a registration where `localhost` does not do. */
function withHost(redirectUri: string, host: string | undefined): string {
  const wanted = host?.trim() ?? "";
  if (wanted === "") return redirectUri;
  if (!isLoopbackHost(wanted))
    throw new AccessError(
      "bad_input",
      `${CALLBACK_HOST} is "${wanted}": the browser can only be sent back to this machine. Use localhost, 127.0.0.1 or ::1.`,
    );
  return redirectUri.replace(/^(http:\/\/)(\[[^\]]*\]|[^/:]*)/, `$1${bracketed(wanted)}`);
}

async function withSecret({ deps }: FlowContext, client: CodeClient): Promise<CodeClient> {
  if (client.clientSecret !== undefined || client.secretOf === undefined) return client;
  const { installedGeminiClient } = await import("./gemini-client.ts");
  const installed = installedGeminiClient(deps.env());
  if (installed) return { ...client, ...installed };
  const [id, secret] = [client.env?.clientId?.[0], client.env?.clientSecret?.[0]];
  throw new AccessError(
    "bad_input",
    `This login goes by the application of the Gemini CLI, and there is no such program on PATH. Install it (npm install -g @google/gemini-cli), or set ${id} and ${secret} to an application of your own.`,
  );
}
