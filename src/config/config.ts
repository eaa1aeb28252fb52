// openclaw.json as the program reads it: the sections it needs, parsed; the rest of the file stays unread.
// Keys and meanings: fidelity spec §1.2; gateway spec §1.
import type { CrossingRule, Funding } from "../core/funding.ts";
import type { SecretRef } from "../core/credential.ts";
import type { CooldownPolicy } from "../core/health.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import type { ModelRef } from "../core/model-ref.ts";
import type { RotationBudget } from "../core/failover.ts";
import type { RefValues, ResolutionLimits, SecretProviders } from "../core/secret-ref.ts";
import type { CliBackendSettings } from "./cli-backends.ts";

/** A string (plain, `${NAME}` or the name of a variable) or a reference. */
export type SecretInput = string | SecretRef;

export interface ModelChoice {
  readonly primary?: string;
  /** absent: none were written, which is not the same as an empty list */
  readonly fallbacks?: readonly string[];
  /** `model: "p/m"` rather than an object */
  readonly isString: boolean;
}

export interface ConfiguredModel {
  readonly id: string;
  readonly name?: string;
  readonly input?: readonly string[];
  readonly contextWindow?: number;
  readonly contextTokens?: number;
  readonly maxTokens?: number;
  /** as written: dollars for a million tokens, by `input`, `output`, `cacheRead` and `cacheWrite` */
  readonly cost?: unknown;
  /** as written: whether it thinks before it answers */
  readonly reasoning?: unknown;
}

/** An entry of `agents.defaults.models`. */
export interface ListedModel {
  readonly alias?: string;
  /** `agentRuntime.id`: what runs the model's turns, such as the backend `claude-cli` */
  readonly runtime?: string;
}

export interface ConfiguredProvider {
  readonly id: ProviderId;
  readonly baseUrl?: string;
  readonly api?: string;
  readonly apiKey?: SecretInput;
  readonly auth?: string;
  readonly headers?: Readonly<Record<string, SecretInput>>;
  readonly timeoutSeconds?: number;
  /** tokens, as the two below: hold for models that do not say otherwise */
  readonly contextWindow?: number;
  readonly contextTokens?: number;
  readonly maxTokens?: number;
  readonly models: readonly ConfiguredModel[];
}

export interface ConfiguredAgent {
  readonly id: AgentId;
  readonly name?: string;
  readonly isDefault: boolean;
  readonly workspace?: string;
  readonly agentDir?: string;
  readonly model?: ModelChoice;
  readonly embeddings?: ModelRef;
}

export interface ConfiguredProfile {
  readonly provider: ProviderId;
  readonly mode: "api_key" | "token" | "oauth" | "aws-sdk";
  readonly email?: string;
  readonly displayName?: string;
}

export interface GatewayAuthConfig {
  readonly mode: "none" | "token" | "password" | "trusted-proxy";
  readonly token?: SecretInput;
  readonly password?: SecretInput;
  /** Both are written, and no mode: nobody knows which is meant. */
  readonly ambiguous: boolean;
  /** Failed attempts of one source; `lockoutMs` after `maxAttempts` of them in `windowMs`. */
  readonly rateLimit: {
    readonly maxAttempts: number;
    readonly windowMs: number;
    readonly lockoutMs: number;
    readonly exemptLoopback: boolean;
  };
  readonly trustedProxy: {
    /** header names in lower case */
    readonly userHeader?: string;
    readonly requiredHeaders: readonly string[];
    /** empty: everybody */
    readonly allowUsers: readonly string[];
    readonly allowLoopback: boolean;
  };
}

export interface GatewayTlsConfig {
  readonly enabled: boolean;
  readonly autoGenerate: boolean;
  /** PEM files, as written */
  readonly certPath?: string;
  readonly keyPath?: string;
  readonly caPath?: string;
}

export interface GatewayConfig {
  readonly port: number;
  readonly bind: string;
  readonly auth: GatewayAuthConfig;
  readonly endpoints: { readonly chatCompletions: boolean; readonly responses: boolean };
  /** largest request, where it is said; else `gateway.maxBodyBytes` of access.json */
  readonly bodyBytes: { readonly chatCompletions?: number; readonly responses?: number };
  readonly allowedOrigins: readonly string[];
  /** the address of bind mode `custom` */
  readonly customBindHost?: string;
  /** addresses and ranges whose forwarded headers are believed */
  readonly trustedProxies: readonly string[];
  readonly allowRealIpFallback: boolean;
  readonly tls: GatewayTlsConfig;
  /** What an edit of the files does to a running gateway, and how long after it they are read, ms. */
  readonly reload: {
    readonly mode: "off" | "hot" | "restart" | "hybrid";
    readonly debounceMs: number;
  };
}

export type LogLevel = "silent" | "fatal" | "error" | "warn" | "info" | "debug" | "trace";

export interface LoggingConfig {
  /** of the file */
  readonly level: LogLevel;
  /** of stderr */
  readonly consoleLevel: LogLevel;
  /** a file that grows larger is put aside */
  readonly maxFileBytes: number;
}

export interface Config {
  /** absolute path of the file, whether or not it exists */
  readonly path: string;
  readonly exists: boolean;
  readonly defaultModel: ModelChoice;
  /** what agents embed texts with (`memorySearch`), unless an agent says otherwise */
  readonly embeddings?: ModelRef;
  readonly imageModel: ModelChoice;
  /** `agents.defaults.models`: reference as written → its settings, in file order */
  readonly models: ReadonlyMap<string, ListedModel>;
  /** `agents.defaults.cliBackends` by id */
  readonly cliBackends: ReadonlyMap<string, CliBackendSettings>;
  /** what `agents.defaults` says of an agent's turns: how long one may take, how many programs at once, in which folder */
  readonly turns: { readonly timeoutMs: number; readonly maxConcurrent: number; readonly workspace?: string };
  /** never empty: an implicit `main` when the file names none */
  readonly agents: readonly ConfiguredAgent[];
  readonly hasAgentList: boolean;
  readonly profiles: ReadonlyMap<ProfileId, ConfiguredProfile>;
  readonly order: ReadonlyMap<ProviderId, readonly ProfileId[]>;
  readonly cooldowns: CooldownPolicy;
  readonly rotations: RotationBudget;
  /** `secrets.providers`; what refers to a broken one stays unresolved */
  readonly secretProviders: SecretProviders;
  /** `secrets.resolution` */
  readonly secretLimits: ResolutionLimits;
  /** What references say, in the memory of who resolved them; absent where nobody did. */
  readonly refValues?: RefValues;
  readonly modelsMode: "merge" | "replace";
  readonly providers: ReadonlyMap<ProviderId, ConfiguredProvider>;
  readonly env: {
    readonly vars: Readonly<Record<string, string>>;
    readonly shellEnv: { readonly enabled: boolean; readonly timeoutMs: number };
  };
  /**
   * `gateway.mode`, `local` when absent; only `gateway run` minds another value.
   *
   * @throws AccessError `config_invalid` when read while the section `gateway` is broken, as is `gateway`
   */
  readonly gatewayMode: string;
  readonly gateway: GatewayConfig;
  /** @throws AccessError `config_invalid` when read while the section `logging` is broken, as is `logging` */
  readonly logFile?: string | undefined;
  readonly logging: LoggingConfig;
  /** Things that are odd but stop nothing, one sentence each with the path in the file. */
  readonly warnings: readonly string[];
}

/** What a provider's logins use instead of what is built in: a private identity provider, a proxy, a test. */
export interface OAuthSettings {
  readonly authorizeUrl?: string | undefined;
  readonly tokenUrl?: string | undefined;
  readonly deviceUrl?: string | undefined;
  readonly devicePollUrl?: string | undefined;
  readonly verificationUrl?: string | undefined;
  /** where a long-lived token is traded for a short-lived one */
  readonly exchangeUrl?: string | undefined;
  readonly userinfoUrl?: string | undefined;
  readonly usageUrl?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
  /** loopback, as it is registered */
  readonly redirectUri?: string | undefined;
}

/** One of `plugins` in access.json. */
export interface PluginEntry {
  /** package name, or a path as written */
  readonly spec: string;
  readonly enabled: boolean;
  /** It may read and write files and start programs. */
  readonly trusted: boolean;
  /** handed to the plugin */
  readonly options: Readonly<Record<string, unknown>>;
}

/** access.json: the settings that only this program knows. */
export interface AccessConfig {
  readonly path: string;
  readonly gateway: {
    /** Longest time a request waits for a cooling credential, ms. */
    readonly maxWaitMs: number;
    /** Largest request body, bytes. */
    readonly maxBodyBytes: number;
    /** Longest silence before a streamed answer begins, ms; then the next credential is asked. */
    readonly firstByteTimeoutMs: number;
    /** Longest time until there is something to show: the first content, or all of an answer in one piece. */
    readonly answerTimeoutMs: number;
    /** Longest silence inside an answer, ms. */
    readonly idleTimeoutMs: number;
    /** A client that waits for its stream gets a comment this often, ms: no byte before the first. */
    readonly commentEveryMs: number;
    /** How often usage endpoints are read for the profiles in use, ms; 0: never. */
    readonly usageEveryMs: number;
    /** Processes that serve; with 1 there are none besides the gateway's own. */
    readonly workers: number;
  };
  /** How calls are paid for, by profile id, or by provider for all of its profiles; over what is known. */
  readonly funding: Readonly<Record<string, Funding>>;
  /** Whether a call may move from a flat class to a metered one. */
  readonly crossing: CrossingRule;
  /** Token endpoints by provider, instead of the ones that are built in. */
  readonly oauth: Readonly<Record<string, OAuthSettings>>;
  readonly plugins: readonly PluginEntry[];
  readonly warnings: readonly string[];
}

/** A fault of the file, with its place: `agents.list[2].id`. */
export interface ConfigIssue {
  readonly path: string;
  readonly message: string;
}
