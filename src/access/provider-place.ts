// Where a provider is, and how it is spoken to there: what the config says, over a place of the login, over what is
// built in.
import type { ConfiguredProvider } from "../config/config.ts";
import type { ProviderId } from "../core/ids.ts";
import { findProvider } from "../providers/all.ts";
import type { CredentialHeader, Provider, ProviderPlace } from "../providers/provider.ts";
import type { Environment } from "../secrets/env.ts";
import { CLI_BACKEND } from "../wire/cli-backend.ts";
import { filledAddress } from "./provider-address.ts";

export interface RoutePlace {
  /** a wire's name; not every wire is spoken yet */
  readonly api: string;
  readonly origin: string;
  /** path of the base URL, without a trailing slash */
  readonly basePath: string;
  readonly header: CredentialHeader;
  /** The config names another place than the one that is built in. */
  readonly elsewhere: boolean;
  /** a server on this machine or network, which may want no credential */
  readonly local: boolean;
}

const BEARER: CredentialHeader = { name: "authorization", value: "Bearer {key}" };
const AZURE: CredentialHeader = { name: "api-key", value: "{key}" };
/** What servers of a protocol expect, where it is no bearer token. */
const OF_THE_WIRE: Readonly<Record<string, CredentialHeader>> = {
  "anthropic-messages": { name: "x-api-key", value: "{key}" },
  "google-generative-ai": { name: "x-goog-api-key", value: "{key}" },
  "azure-openai-responses": AZURE,
  "google-vertex": { name: "x-goog-api-key", value: "{key}" },
  "openai-codex-responses": { ...BEARER, extra: { "chatgpt-account-id": "{accountId}" } },
};

/** Programs make the calls themselves, and have no address. */
export const OF_PROGRAMS: RoutePlace = {
  api: CLI_BACKEND,
  origin: `${CLI_BACKEND}:`,
  basePath: "",
  header: BEARER,
  elsewhere: false,
  local: false,
};

/** `undefined` when nobody says where it is, or what is said is no address. */
export function placeOf(
  id: ProviderId,
  configured: Pick<ConfiguredProvider, "baseUrl" | "api"> | undefined,
  ofLogin: ProviderPlace | undefined,
  env: Environment | undefined,
): RoutePlace | undefined {
  const builtIn = findProvider(id);
  const address = configured?.baseUrl ?? ofLogin?.baseUrl ?? builtIn?.baseUrl;
  const baseUrl = address && filledAddress(address, env);
  const api = configured?.api ?? ofLogin?.api ?? builtIn?.api;
  if (!baseUrl || !api || !URL.canParse(baseUrl)) return undefined;
  const url = new URL(baseUrl);
  const spoken = spokenAt(api, url);
  const isBuiltIn = withoutSlash(configured?.baseUrl ?? "") === withoutSlash(builtIn?.baseUrl ?? "");
  return {
    api: spoken,
    origin: url.origin,
    basePath: usualPath(spoken, withoutSlash(url.pathname)),
    header: headerFor(builtIn, spoken),
    elsewhere: configured?.baseUrl !== undefined && !isBuiltIn,
    local: isLocal(baseUrl),
  };
}

export const withoutSlash = (address: string): string => address.replace(/\/+$/, "");

/** Anthropic's protocol has another frame at Google's address. */
const spokenAt = (api: string, { hostname }: URL): string =>
  api === "anthropic-messages" && hostname.endsWith("aiplatform.googleapis.com") ? "anthropic-vertex" : api;

/** What people leave out of the addresses that their cloud shows them. */
function usualPath(api: string, path: string): string {
  if (api === "azure-openai-responses" && (path === "" || path === "/openai")) return "/openai/v1";
  return api === "google-vertex" && path === "" ? "/v1/publishers/google" : path;
}

/** Azure's header is the same whatever it speaks. */
const headerFor = (builtIn: Provider | undefined, api: string): CredentialHeader =>
  (builtIn && (builtIn.api === api || builtIn.header?.name === AZURE.name)
    ? builtIn.header
    : OF_THE_WIRE[api]) ?? BEARER;

const PRIVATE_HOST =
  /^(localhost|.*\.localhost|.*\.local|127\..*|10\..*|192\.168\..*|172\.(1[6-9]|2\d|3[01])\..*|\[::1\]|\[f[cd][0-9a-f]{2}:.*\]|0\.0\.0\.0)$/;

/** Loopback and private addresses (fidelity spec §6.5, `local`). */
function isLocal(baseUrl: string): boolean {
  try {
    return PRIVATE_HOST.test(new URL(baseUrl).hostname);
  } catch {
    return false;
  }
}
