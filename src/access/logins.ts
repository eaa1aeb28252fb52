// OAuth logins of a running gateway: refreshed shortly before they end, behind the calls if there is time, and
// before a call if there is none.
import type { AuthProfile } from "../core/credential.ts";
import type { Failure } from "../core/failure/failure.ts";
import type { AgentId } from "../core/ids.ts";
import { freshnessOf } from "../core/refresh.ts";
import type { AccessConfig } from "../config/config.ts";
import type { TokenEndpoint } from "../oauth/token-endpoint.ts";
import { findProvider } from "../providers/all.ts";
import type { Environment } from "../secrets/env.ts";
import { clearAlarm, setAlarm } from "./alarms.ts";
import { AWS_SDK } from "./aws-route.ts";
import type { LiveAgent } from "./live-agents.ts";
import type { Renewer } from "./codex-refresh.ts";
import type { RefreshResult } from "./refresh.ts";
import { refreshClientOf } from "./refresh-client.ts";

/** A refresh that failed, or brought a token that is old already, is not tried again sooner, ms. */
const REST_MS = 30_000;

export interface LoginsOptions {
  readonly refresher: Renewer;
  /** Reads an agent's store again. */
  readonly reread: (agent: AgentId) => Promise<void>;
  readonly now: () => number;
  /** how long a call waits for a login, ms */
  readonly patienceMs?: number;
  readonly report: (profile: AuthProfile, result: RefreshResult) => void;
}

export class Logins {
  readonly #options: LoginsOptions;
  readonly #chance = Math.random();
  /** profile → when it was last tried, and how that ended */
  readonly #tried = new Map<string, { readonly at: number; readonly result: RefreshResult }>();
  readonly #running = new Map<string, Promise<RefreshResult>>();

  constructor(options: LoginsOptions) {
    this.#options = options;
  }

  /** Nothing when the profile can be sent as it is; else resolves when it can, or with why it cannot. */
  ready(live: LiveAgent, profile: AuthProfile): Promise<Failure | undefined> | undefined {
    if (profile.keptBy !== undefined) return Promise.resolve(keptElsewhere(profile.keptBy));
    if (profile.type !== "oauth") return undefined;
    const hasAccess = live.view.secrets.has(profile.id);
    const freshness = freshnessOf(profile, hasAccess, this.#options.now(), this.#chance);
    if (freshness === "fresh") return undefined;
    const recent = this.#recent(profile);
    if (freshness === "due") {
      if (!recent) void this.#renew(profile);
      return undefined;
    }
    if (!recent) return this.#withinPatience(profile).then(unready);
    // A token that is old although it is new: the clock is wrong, here or there. The provider judges it.
    if (recent.kind === "renewed" && hasAccess) return undefined;
    return Promise.resolve(unready(recent) ?? unready(NO_TOKEN));
  }

  #recent(profile: AuthProfile): RefreshResult | undefined {
    const tried = this.#tried.get(keyOf(profile));
    return tried && this.#options.now() - tried.at < REST_MS ? tried.result : undefined;
  }

  /** A login that takes long goes on getting ready while another candidate is asked. */
  #withinPatience(profile: AuthProfile): Promise<RefreshResult> {
    const late = Promise.withResolvers<RefreshResult>();
    const alarm = setAlarm(() => late.resolve(STILL_AT_IT), this.#options.patienceMs ?? PATIENCE_MS);
    return Promise.race([this.#renew(profile), late.promise]).finally(() => clearAlarm(alarm));
  }

  /** One for all calls that wait. */
  #renew(profile: AuthProfile): Promise<RefreshResult> {
    const key = keyOf(profile);
    const running =
      this.#running.get(key) ?? this.#renewNow(profile).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  async #renewNow(profile: AuthProfile): Promise<RefreshResult> {
    const startedAt = this.#options.now();
    const result = await this.#options.refresher.refresh(profile);
    if (this.#tried.size > MOST_TRIED) this.#tried.clear();
    // What it brought is as old as its beginning: the machine may have slept since.
    const at = result.kind === "renewed" ? startedAt : this.#options.now();
    this.#tried.set(keyOf(profile), { at, result });
    this.#options.report(profile, result);
    if (result.kind === "renewed") await this.#options.reread(profile.owner).catch(() => undefined);
    return result;
  }
}

const PATIENCE_MS = 8_000;
const STILL_AT_IT: RefreshResult = { kind: "failed", message: "The login is still being refreshed." };
const NO_TOKEN: RefreshResult = { kind: "failed", message: "The login has no access token." };

const MOST_TRIED = 10_000;

const keyOf = ({ owner, id }: AuthProfile): string => `${owner} ${id}`;

function unready(result: RefreshResult): Failure | undefined {
  if (result.kind === "renewed") return undefined;
  const kind = result.kind === "login_needed" ? "auth_permanent" : "timeout";
  return { kind, scope: "account", rotateKey: false, message: result.message };
}

/** There is no secret to send. It is nobody's failure, so nothing is barred for it. */
function keptElsewhere(keeper: string): Failure {
  const message =
    keeper === AWS_SDK
      ? "AWS's own credentials sign such calls, which this version cannot do yet. A Bedrock API key can be sent: AWS_BEARER_TOKEN_BEDROCK."
      : `The ${keeper} program keeps this login and makes its calls itself; the gateway cannot send them.`;
  return { kind: "unknown", scope: "account", rotateKey: true, message };
}

/** Built in, or as access.json says; with the application of the environment, where a provider wants one. */
export function tokenEndpointOf(
  provider: string,
  settings: AccessConfig["oauth"],
  env: Environment = {},
): TokenEndpoint | undefined {
  const known = findProvider(provider);
  const own = settings[provider];
  const url = own?.tokenUrl ?? known?.tokens?.url;
  if (url === undefined) return undefined;
  return { encoding: "form", ...known?.tokens, url, ...refreshClientOf(known, own, env) };
}
