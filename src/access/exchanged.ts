// Short-lived tokens that a stored one is traded for (Copilot's, Meta's). They live in memory only, one for each
// generation of a profile, and all calls share it; it is renewed before its end, behind the calls if there is time.
import type { AccessConfig, Config } from "../config/config.ts";
import type { AuthProfile } from "../core/credential.ts";
import type { Failure } from "../core/failure/failure.ts";
import type { ProviderId } from "../core/ids.ts";
import { freshnessOf } from "../core/refresh.ts";
import type { Secret } from "../core/secret.ts";
import type { ExchangeEndpoint, Exchanged } from "../oauth/exchange.ts";
import { requestExchange } from "../oauth/exchange.ts";
import { findProvider } from "../providers/all.ts";
import { clearAlarm, setAlarm } from "./alarms.ts";
import type { Outcome } from "./exchange.ts";
import type { Environment } from "../secrets/env.ts";
import { CloudPasses } from "./cloud-passes.ts";
import { isCloud } from "./clouds.ts";
import { routeTo } from "./provider-route.ts";

export interface ExchangedOptions {
  readonly config: () => Config;
  readonly settings: () => AccessConfig["oauth"];
  readonly now: () => number;
  /** how long a call waits for an exchange, ms */
  readonly patienceMs?: number;
  /** Ends those under way: nobody waits for them any more. */
  readonly signal?: AbortSignal;
  /** Told of every exchange that failed. */
  readonly report?: (profile: AuthProfile, failure: Failure) => void;
}

/** An exchange that takes longer goes on while another candidate is asked. */
const PATIENCE_MS = 8_000;
/** A renewal behind the calls that failed is not tried again sooner, ms. */
const REST_MS = 30_000;
const MOST_HELD = 10_000;

export class ExchangedTokens {
  readonly #options: ExchangedOptions;
  readonly #chance = Math.random();
  readonly #endpoints = new Map<ProviderId, ExchangeEndpoint | undefined>();
  /** from which the endpoints are */
  #config: Config | undefined;
  readonly #held = new Map<string, Exchanged>();
  readonly #running = new Map<string, Promise<Failure | undefined>>();
  /** ms since epoch of the last renewal that failed behind the calls */
  readonly #failedAt = new Map<string, number>();
  readonly #clouds: CloudPasses;

  constructor(options: ExchangedOptions) {
    this.#options = options;
    this.#clouds = new CloudPasses(options);
  }

  /** What a call of the profile carries instead of its stored token; nothing when that is sent itself. */
  held(profile: AuthProfile): Exchanged | undefined {
    if (isClouds(profile)) return this.#clouds.held(profile);
    return this.#endpointOf(profile.provider) && this.#held.get(keyOf(profile));
  }

  /** Nothing when the profile can be sent as it is; else resolves when it can, or with why it cannot. */
  ready(
    profile: AuthProfile,
    stored: Secret | undefined,
    env: Environment,
  ): Promise<Failure | undefined> | undefined {
    if (isClouds(profile)) return this.#withinPatience(this.#clouds.ready(profile, env));
    const endpoint = this.#endpointOf(profile.provider);
    if (!endpoint || !stored || !isTraded(endpoint, profile, stored)) return undefined;
    const key = keyOf(profile);
    const freshness = this.#freshness(key);
    if (freshness === "fresh") return undefined;
    if (freshness === "spent") return this.#withinPatience(this.#renew(key, profile, endpoint, stored));
    const rested = this.#options.now() - (this.#failedAt.get(key) ?? 0) > REST_MS;
    if (rested) void this.#renew(key, profile, endpoint, stored);
    return undefined;
  }

  /**
   * A short-lived token may be taken back before its end: a call that is refused with it is made once more, with
   * a new one.
   *
   * @param send may be called twice; the second time before anything was shown of the first
   */
  async sendWith(
    profile: AuthProfile,
    stored: Secret | undefined,
    env: Environment,
    send: () => Promise<Outcome>,
  ): Promise<Outcome> {
    const used = this.held(profile);
    const outcome = await send();
    if (!used || outcome.kind !== "failed" || outcome.visible || !isRefused(profile, outcome.failure))
      return outcome;
    const key = keyOf(profile);
    if (this.#held.get(key) === used) this.#held.delete(key);
    if (isClouds(profile)) this.#clouds.forget(profile, used);
    const fault = await this.ready(profile, stored, env);
    const held = this.held(profile);
    return fault || !held || material(held) === material(used) ? outcome : await send();
  }

  #freshness(key: string) {
    const held = this.#held.get(key);
    if (!held) return "spent";
    const { expiresAt } = held;
    return freshnessOf(
      { type: "oauth", refreshable: true, expiresAt },
      true,
      this.#options.now(),
      this.#chance,
    );
  }

  /** One for all calls that wait. */
  #renew(key: string, profile: AuthProfile, endpoint: ExchangeEndpoint, stored: Secret) {
    const running =
      this.#running.get(key) ??
      this.#renewNow(key, profile, endpoint, stored).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  async #renewNow(key: string, profile: AuthProfile, endpoint: ExchangeEndpoint, stored: Secret) {
    const { now, report, signal } = this.#options;
    const result = await requestExchange(profile.provider, endpoint, stored, now, signal);
    if ("failure" in result) {
      const failure = withRemedy(profile, result.failure);
      this.#failedAt.set(key, now());
      report?.(profile, failure);
      return failure;
    }
    this.#failedAt.delete(key);
    if (this.#held.size >= MOST_HELD) this.#forget();
    this.#held.set(key, result);
    return undefined;
  }

  /** Former generations leave nothing but their token's end. */
  #forget(): void {
    const now = this.#options.now();
    for (const [key, { expiresAt }] of this.#held) if (expiresAt <= now) this.#held.delete(key);
    this.#failedAt.clear();
  }

  #withinPatience(
    renewal: Promise<Failure | undefined> | undefined,
  ): Promise<Failure | undefined> | undefined {
    if (!renewal) return undefined;
    const late = Promise.withResolvers<Failure>();
    const alarm = setAlarm(() => late.resolve(STILL_AT_IT), this.#options.patienceMs ?? PATIENCE_MS);
    return Promise.race([renewal, late.promise]).finally(() => clearAlarm(alarm));
  }

  #endpointOf(provider: ProviderId): ExchangeEndpoint | undefined {
    const config = this.#options.config();
    if (config !== this.#config) this.#endpoints.clear();
    this.#config = config;
    if (!this.#endpoints.has(provider))
      this.#endpoints.set(provider, exchangeEndpointOf(provider, this.#options));
    return this.#endpoints.get(provider);
  }
}

/**
 * Built in, or as access.json says. Where the config sends the calls elsewhere, the credential is that place's: it
 * is shown to nobody else.
 */
function exchangeEndpointOf(
  provider: ProviderId,
  { config, settings }: Pick<ExchangedOptions, "config" | "settings">,
): ExchangeEndpoint | undefined {
  const known = findProvider(provider)?.exchange;
  const own = settings()[provider]?.exchangeUrl;
  if (own === undefined && (!known || routeTo(config(), provider)?.elsewhere)) return undefined;
  const url = own ?? known?.url;
  return url === undefined ? undefined : { lifetimeSeconds: USUAL_LIFETIME_S, ...known, url };
}

const USUAL_LIFETIME_S = 1500;

function isTraded(endpoint: ExchangeEndpoint, { type }: AuthProfile, stored: Secret): boolean {
  if (type === "none" || (endpoint.tokensOnly && type === "api_key")) return false;
  return endpoint.shortLived === undefined || !stored.reveal().startsWith(endpoint.shortLived);
}

const isClouds = ({ keptBy }: AuthProfile): boolean => keptBy !== undefined && isCloud(keptBy);

/** What makes a second try worth it when it is another. */
const material = ({ secret, further = [] }: Exchanged): string =>
  [secret, ...further].map((one) => one.reveal()).join(" ");

/** AWS says with 403 that a session is over. */
const isRefused = (profile: AuthProfile, { status, kind }: Failure): boolean =>
  status === 401 || (status === 403 && kind === "auth" && isClouds(profile));

const STILL_AT_IT: Failure = {
  kind: "timeout",
  scope: "account",
  rotateKey: false,
  message: "The stored token is still being traded for a short-lived one.",
};

function withRemedy({ id, provider, source }: AuthProfile, failure: Failure): Failure {
  if (failure.kind !== "auth_permanent" || source !== "store") return failure;
  const command = `openclaw models auth login --provider ${provider} --profile-id ${id}`;
  return { ...failure, message: `${id} has to log in again: ${command}. ${failure.message}` };
}

const keyOf = ({ owner, id, generation }: AuthProfile): string => `${owner} ${id} ${generation}`;
