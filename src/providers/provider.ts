// What the program knows of a provider. One file per provider, listed in `all.ts`.
import type { ProviderId } from "../core/ids.ts";
import type { Funding } from "../core/funding.ts";
import type { CodeLogin } from "../oauth/authorization-code.ts";
import type { DeviceSettings } from "../oauth/device-code.ts";
import type { ExchangeEndpoint } from "../oauth/exchange.ts";
import type { IdentityPlaces } from "../oauth/identity.ts";
import type { TokenEndpoint } from "../oauth/token-endpoint.ts";
import type { PluginPart } from "./plugin-part.ts";

/** Wire protocols, by the words of openclaw.json's `models.providers.*.api`. */
export type Api =
  | "openai-completions"
  | "openai-responses"
  | "openai-codex-responses"
  | "azure-openai-responses"
  | "anthropic-messages"
  | "google-generative-ai"
  | "google-vertex"
  | "google-code-assist"
  | "bedrock-converse-stream"
  | "ollama"
  | "cli-backend"
  | "dashscope-video";

/** How a credential travels: as `name: value`, with `{key}` for the secret. */
export interface CredentialHeader {
  readonly name: string;
  readonly value: string;
  /** further headers that the provider wants on every call; one with `{accountId}` only where a login tells it */
  readonly extra?: Readonly<Record<string, string>>;
}

/** How a login gets its credential; `access/login/flow.ts` has a flow for each kind that is built. */
export type LoginKind = "api_key" | "token" | "browser" | "device" | "cli" | "cloud" | "code";

/** One way to log in. */
export interface Login {
  /** `models auth login --method <id>` */
  readonly id: string;
  readonly kind: LoginKind;
  readonly label: string;
  /** The profile becomes `<provider>:<profile>`; `default` when absent. */
  readonly profile?: string;
  /** With kind `cli`: the program whose login is reused. */
  readonly program?: "claude" | "codex";
  /** Recommended in place of the provider's. */
  readonly defaultModel?: string;
  /** What is known of the provider's stance on such logins, and as of when (`2026-11`); shown at login. */
  readonly policy?: { readonly text: string; readonly asOf: string };
  /** Of a login in the browser. */
  readonly browser?: CodeLogin;
  /** Of a login by a device code; what is left out is as in the provider's `tokens`. */
  readonly device?: Omit<DeviceSettings, "tokenUrl" | "clientId"> & {
    readonly tokenUrl?: string;
    readonly clientId?: string;
    /** Where the login's name is asked for, with the token: the field of the answer that has it. */
    readonly name?: { readonly url: string; readonly field: string };
    /** Who logged in; as OpenID Connect has it when absent. */
    readonly identity?: IdentityPlaces;
  };
  /** The host that credentials of this login are good for; written into the config when calls would go elsewhere. */
  readonly endpoint?: {
    readonly baseUrl: string;
    /** Written only when `models.providers.<id>` is not there, and then also if it is the provider's own host. */
    readonly unlessConfigured?: true;
  };
}

/** Where a provider speaks a protocol. */
export interface ProviderPlace {
  readonly api: Api;
  readonly baseUrl: string;
}

export interface Provider {
  readonly id: ProviderId;
  readonly label: string;
  readonly aliases?: readonly string[];
  readonly api: Api;
  /** Its calls run through a program that has a login of its own, and serve the models of this provider. */
  readonly backendOf?: ProviderId;
  /** Base URLs of the other protocols that the same credentials are good for. */
  readonly alternates?: Readonly<Partial<Record<Api, string>>>;
  /** Where its OAuth logins are good, if not at the base URL. */
  readonly loginRoute?: ProviderPlace;
  /** May hold placeholders in braces: such a provider needs `models.providers.<id>.baseUrl`. */
  readonly baseUrl?: string;
  /** Environment variables of its credential, first non-empty wins. `A+B` means that both are needed. */
  readonly env: readonly string[];
  readonly header?: CredentialHeader;
  /** Used instead of `header` when the secret contains `when`. */
  readonly headerVariants?: readonly (CredentialHeader & { readonly when: string })[];
  readonly defaultModel?: string;
  /** Alias that a login gives the default model. */
  readonly modelAlias?: string;
  /** A cheap model for live probes. */
  readonly probeModel?: string;
  readonly catalog: "static" | "refreshable" | "runtime";
  /** How calls are paid for, where the type of the credential does not tell it: a plan with a key, a cloud's token. */
  readonly funding?: Funding;
  /** Prefixes of keys that belong to a subscription. */
  readonly planKeys?: readonly string[];
  /** The name of the cap on an answer, where it is not the usual one of the wire. */
  readonly capName?: "max_completion_tokens";
  /** Models that decide how much they think, and refuse a budget. */
  readonly thinksAdaptively?: RegExp;
  /** Key prefixes that help to recognise a pasted key. */
  readonly keyPrefixes?: readonly string[];
  /** Absent: an API key only. Empty: it wants none. */
  readonly logins?: readonly Login[];
  /** Where its OAuth logins are refreshed; `oauth.<provider>` of access.json has the last word. */
  readonly tokens?: TokenEndpoint;
  /** Where its stored token is traded for the one that calls carry. */
  readonly exchange?: ExchangeEndpoint;
  /** Absent: built in. */
  readonly plugin?: PluginPart;
}

export const defineProvider = (provider: Provider): Provider => provider;
