// What a plugin exports: the public door `openclaw-access/provider`. This file is all that a plugin's author
// sees, so it stands alone: nothing is imported. What is declared is checked by plugin-shape.ts.

/** Wire protocols by OpenClaw's names. `google-code-assist`, `cli-backend` and `dashscope-video` are listed, not called. */
export type PluginApi =
  | "openai-completions"
  | "openai-responses"
  | "anthropic-messages"
  | "openai-codex-responses"
  | "azure-openai-responses"
  | "google-generative-ai"
  | "google-vertex"
  | "google-code-assist"
  | "bedrock-converse-stream"
  | "ollama"
  | "cli-backend"
  | "dashscope-video";

/** How a credential travels: as the header `name: value`, with `{key}` where the secret goes. */
export interface PluginHeader {
  readonly name: string;
  readonly value: string;
  /** Further headers that the provider wants on every call. No secrets: they are shown. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** What a login function returns; it is stored as an auth profile of the plugin's provider. */
export type PluginCredential =
  | { readonly type: "api_key"; readonly key: string; readonly email?: string }
  | {
      readonly type: "token";
      readonly token: string;
      /** ms since epoch; absent when it does not expire */
      readonly expires?: number;
      readonly email?: string;
    }
  | {
      readonly type: "oauth";
      readonly access: string;
      /** Spent at the provider's `tokens.url` when the access token ends. */
      readonly refresh?: string;
      /** ms since epoch */
      readonly expires?: number;
      readonly email?: string;
      readonly accountId?: string;
    };

export type PluginQuestion =
  /** Not echoed. */
  | { readonly kind: "secret"; readonly message: string }
  | { readonly kind: "text"; readonly message: string; readonly initial?: string }
  | { readonly kind: "confirm"; readonly message: string; readonly initial?: boolean }
  | {
      readonly kind: "choose";
      readonly message: string;
      /** 1 to 100 */
      readonly choices: readonly { readonly value: string; readonly label: string; readonly hint?: string }[];
    };

/** Text for `secret` and `text`, the value for `choose`, true or false for `confirm`. */
export type PluginAnswer<Q extends PluginQuestion> = Q extends { readonly kind: "confirm" }
  ? boolean
  : string;

/** A login speaks with the person through these alone. */
export interface PluginLoginContext {
  /** Asks, and waits for the answer. When the person leaves, the login is over: nothing is stored. */
  prompt<const Q extends PluginQuestion>(question: Q): Promise<PluginAnswer<Q>>;
  /** Tells something that needs no answer. */
  notify(text: string): void;
  /** `options` of access.json */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface PluginCallContext {
  /** The credential's secret: API key, token or access token. Absent when the provider wants none. */
  readonly secret?: string;
  /** `options` of access.json */
  readonly options: Readonly<Record<string, unknown>>;
  /** Aborted when the time is over; hand it to `fetch`. */
  readonly signal: AbortSignal;
}

interface Method {
  /** `models auth login --method <id>`; lower-case letters, digits, dashes */
  readonly id: string;
  readonly label: string;
  /** The profile becomes `<provider>:<profile>`; `default` when absent. */
  readonly profile?: string;
}

/** One way to log in. */
export type PluginAuth =
  /** The person pastes it. */
  | (Method & { readonly kind: "api_key" | "token" })
  /** The standard flows, on the addresses of `oauth`. */
  | (Method & { readonly kind: "browser" | "device"; readonly oauth: PluginOAuth })
  /**
   * A function of yours. It has 15 minutes, the time that questions wait included. A throw is told to the
   * person, and nothing is stored.
   */
  | (Method & {
      readonly kind: "code";
      readonly run: (context: PluginLoginContext) => Promise<PluginLogin> | PluginLogin;
    });

export interface PluginLogin {
  readonly credential: PluginCredential;
  /** Names the profile, `<provider>:<name>`: an address of the account, say. */
  readonly name?: string;
}

/** Data of the flows `browser` (authorization code with PKCE) and `device` (RFC 8628). */
export interface PluginOAuth {
  readonly authorizeUrl?: string;
  readonly tokenUrl: string;
  readonly deviceUrl?: string;
  /** of a login in the browser: asked for the e-mail address when the tokens tell none */
  readonly userinfoUrl?: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly scopes?: readonly string[];
  /** loopback, as it is registered; any free port when absent */
  readonly redirectUri?: string;
}

/** Where OAuth logins are refreshed. */
export interface PluginTokens {
  readonly url: string;
  readonly clientId?: string;
  /** of the request's body; `form` when absent */
  readonly encoding?: "form" | "json";
  /** Error codes, besides those of the standard, that mean a refresh token is gone for good. */
  readonly deadCodes?: readonly string[];
}

export interface PluginModel {
  /** as the provider wants it in a request; at most 256 characters, no blanks */
  readonly id: string;
  readonly name?: string;
  /** text alone when absent */
  readonly input?: readonly ("text" | "image")[];
  readonly reasoning?: boolean;
  /** tokens */
  readonly contextWindow?: number;
  /** tokens of an answer */
  readonly maxTokens?: number;
  /** US dollars per million tokens */
  readonly cost?: {
    readonly input: number;
    readonly output: number;
    readonly cacheRead?: number;
    readonly cacheWrite?: number;
  };
}

export interface PluginCatalog {
  /** Known without asking. */
  readonly models?: readonly PluginModel[];
  /** Asks the provider: `models refresh`. 15 seconds, 1 MiB, 5000 models. */
  readonly list?: (context: PluginCallContext) => Promise<readonly PluginModel[]> | readonly PluginModel[];
}

/** A limit that the provider counts: five hours, a week, a month of credits. */
export interface PluginUsageWindow {
  /** at most 40 characters: `5h`, `Week` */
  readonly label: string;
  readonly used: number;
  /** 100 when left out: `used` is percent */
  readonly limit?: number;
  /** of `used` and `limit`: `percent`, `requests`, `tokens`, `usd` */
  readonly unit?: string;
  /** ms since epoch */
  readonly resetsAt?: number;
  /** What it counts: a model id, or `*` for all calls of the account, as when absent. */
  readonly scope?: string;
}

export type PluginFailureKind =
  | "rate_limit"
  | "overloaded"
  | "billing"
  | "auth"
  | "auth_permanent"
  | "timeout"
  | "server_error"
  | "model_not_found"
  | "context_overflow"
  | "format";

/** Applies when each condition that is given holds; the first hint that applies decides. */
export interface PluginFailureHint {
  /** HTTP status of the answer: one of these */
  readonly status?: readonly number[];
  /** An error code or type of the answer is one of these; case counts for nothing. */
  readonly code?: readonly string[];
  /** The error's words contain one of these; case counts for nothing. */
  readonly text?: readonly string[];
  readonly kind: PluginFailureKind;
  /** How far it reaches; told from `kind` when absent. */
  readonly scope?: "model" | "account" | "provider" | "request";
}

export interface ProviderPlugin {
  /** Lower-case letters, digits, `-`, `_` and `.`; must not be an id or alias that another provider has. */
  readonly id: string;
  readonly label: string;
  readonly aliases?: readonly string[];
  readonly api: PluginApi;
  /** `https://…`, or `http://…` for a server of your own. The wire's path is added: `/chat/completions` and the like. */
  readonly baseUrl: string;
  /** Environment variables of its key; the first that is set wins. */
  readonly env?: readonly string[];
  /** `authorization: Bearer {key}` when absent; `x-api-key: {key}` for `anthropic-messages` */
  readonly header?: PluginHeader;
  /** Absent: an API key only. Empty: it wants no credential. */
  readonly auth?: readonly PluginAuth[];
  /** Absent: the `tokenUrl` of the first browser or device login. */
  readonly tokens?: PluginTokens;
  /** id of the model that a login recommends */
  readonly defaultModel?: string;
  /** alias that a login gives it */
  readonly modelAlias?: string;
  /** id of a cheap model for live probes */
  readonly probeModel?: string;
  readonly keyPrefixes?: readonly string[];
  readonly catalog?: PluginCatalog;
  /** Reads the limits of one credential's account. 10 seconds, 16 windows. */
  readonly usage?: (
    context: PluginCallContext,
  ) => Promise<readonly PluginUsageWindow[]> | readonly PluginUsageWindow[];
  readonly failures?: readonly PluginFailureHint[];
  /**
   * The provider counts as authenticated without a credential: a server or program that is logged in by
   * itself. `marker` stands where a secret would, is shown as it is, and is never sent.
   */
  readonly syntheticAuth?: { readonly marker: string };
}

/**
 * A provider, for the `export default` of a plugin. The default export may also be a list of providers, or a
 * function from the plugin's `options` of access.json to either. What is wrong in it is told by
 * `openclaw plugins list`; nothing is checked here.
 */
export const defineProvider = (provider: ProviderPlugin): ProviderPlugin => provider;
