// OAuth logins of a running gateway: refreshed shortly before they end, behind the calls if there is time, and
// before a call if there is none.
import type { AuthProfile } from "../core/credential.ts";
import type { Failure } from "../core/failure/failure.ts";
import type { AgentId } from "../core/ids.ts";
import { dueAt, freshnessOf } from "../core/refresh.ts";
import type { AccessConfig } from "../config/config.ts";
import type { TokenEndpoint } from "../oauth/token-endpoint.ts";
import { findProvider } from "../providers/all.ts";
import type { Environment } from "../secrets/env.ts";
import { clearAlarm, setAlarm } from "./alarms.ts";
import type { LiveAgent } from "./live-agent.ts";
import type { Renewer } from "./codex-refresh.ts";
import type { RefreshResult } from "./refresh.ts";
import { refreshClientOf } from "./refresh-client.ts";

/** After a refresh that failed, or brought a token that is old already, ms; behind the calls it grows. */
const REST_MS = 30_000;
const LONGEST_REST_MS = 15 * 60_000;

export interface LoginsOptions {
  readonly refresher: Renewer;
  /** Reads an agent's store again. */
  readonly reread: (agent: AgentId) => Promise<void>;
  readonly now: () => number;
  /** how long a call waits for a login, ms */
  readonly patienceMs?: number;
  /** Told how a refresh ended, unless that is no news. */
  readonly report: (profile: AuthProfile, result: RefreshResult) => void;
}

interface Tried {
  readonly at: Moment;
  /** what was to be refreshed */
  readonly generation: string;
  readonly result: RefreshResult;
  /** how often in a row it did not help */
  readonly times: number;
}

/** By the wall and by a clock that does not jump, but may stand still while the machine sleeps; ms. */
interface Moment {
  readonly wall: number;
  readonly steady: number;
}

export class Logins {
  readonly #options: LoginsOptions;
  /** Processes that share a login do not all come at the same moment. */
  readonly #chance = Math.random();
  /** by profile: how it was last refreshed, once that is seen by all */
  readonly #tried = new Map<string, Tried>();
  readonly #learnt = new WeakMap<Promise<RefreshResult>, Promise<RefreshResult>>();

  constructor(options: LoginsOptions) {
    this.#options = options;
  }

  /** Nothing when the profile can be sent as it is; else resolves when it can, or with why it cannot. */
  ready(live: LiveAgent, profile: AuthProfile): Promise<Failure | undefined> | undefined {
    // A cloud's own, or a program's, which makes its calls itself.
    if (profile.keptBy !== undefined || profile.type !== "oauth") return undefined;
    const hasAccess = live.view.secrets.has(profile.id);
    const freshness = freshnessOf(profile, hasAccess, this.#options.now(), this.#chance);
    if (freshness === "fresh") return undefined;
    if (freshness === "due") {
      void this.warm(live, profile);
      return undefined;
    }
    const recent = this.#recent(profile, REST_MS);
    if (!recent) return this.#withinPatience(profile).then(unready);
    // A token that is old although it is new: the clock is wrong, here or there. The provider judges it.
    if (recent.result.kind === "renewed" && hasAccess) return undefined;
    return Promise.resolve(unready(recent.result) ?? unready(NO_TOKEN));
  }

  /** Refreshes a login that is due, whether anybody asks for it or not; nothing when there is nothing to do now. */
  warm(live: LiveAgent, profile: AuthProfile): Promise<unknown> | undefined {
    const hasAccess = live.view.secrets.has(profile.id);
    if (freshnessOf(profile, hasAccess, this.#options.now(), this.#chance) === "fresh") return undefined;
    return this.#recent(profile, this.#restOf(profile)) ? undefined : this.#renew(profile);
  }

  /** For another process: what became of a login that has ended, tried now unless it was just before. */
  refreshed(profile: AuthProfile): Promise<RefreshResult> {
    const recent = this.#recent(profile, REST_MS);
    return recent ? Promise.resolve(recent.result) : this.#renew(profile);
  }

  /** When `warm` has something to do next, ms since epoch; `undefined` when it never has. */
  nextAt(profile: AuthProfile): number | undefined {
    const due = dueAt(profile, this.#chance);
    const tried = this.#tried.get(keyOf(profile));
    return due && tried ? Math.max(due, tried.at.wall + this.#restOf(profile)) : due;
  }

  #restOf(profile: AuthProfile): number {
    const times = this.#tried.get(keyOf(profile))?.times ?? 0;
    return Math.min(REST_MS * 2 ** Math.max(0, times - 1), LONGEST_REST_MS);
  }

  #recent(profile: AuthProfile, rest: number): Tried | undefined {
    const tried = this.#tried.get(keyOf(profile));
    if (!tried) return undefined;
    const { wall, steady } = this.#moment();
    if (Math.max(Math.abs(wall - tried.at.wall), steady - tried.at.steady) >= rest) return undefined;
    if (tried.result.kind !== "renewed") return tried;
    // A token that lives shorter than that was new, and is over. How old one is that another brought is not known.
    const livesLonger = (profile.lifetimeMs ?? Infinity) > rest;
    const isNew = tried.result.asked === true || tried.generation === profile.generation;
    return livesLonger && isNew ? tried : undefined;
  }

  /** A login that takes long goes on getting ready while another candidate is asked. */
  #withinPatience(profile: AuthProfile): Promise<RefreshResult> {
    const late = Promise.withResolvers<RefreshResult>();
    const alarm = setAlarm(() => late.resolve(STILL_AT_IT), this.#options.patienceMs ?? PATIENCE_MS);
    return Promise.race([this.#renew(profile), late.promise]).finally(() => clearAlarm(alarm));
  }

  /** One for all that wait, as the refresher gives it; here it is learnt from, once. */
  #renew(profile: AuthProfile): Promise<RefreshResult> {
    const flight = this.#options.refresher.refresh(profile);
    const begun = this.#moment();
    const learnt = this.#learnt.get(flight) ?? flight.then((result) => this.#learn(profile, result, begun));
    this.#learnt.set(flight, learnt);
    return learnt;
  }

  #moment(): Moment {
    return { wall: this.#options.now(), steady: performance.now() };
  }

  async #learn(profile: AuthProfile, result: RefreshResult, begun: Moment): Promise<RefreshResult> {
    const before = this.#tried.get(keyOf(profile));
    if (result.kind === "renewed" || !isEqual(before?.result, result)) this.#options.report(profile, result);
    if (result.kind !== "failed") await this.#options.reread(profile.owner).catch(() => undefined);
    if (this.#tried.size > MOST_TRIED) this.#tried.clear();
    const times = result.kind === "renewed" ? 0 : (before?.times ?? 0) + 1;
    // What it brought is as old as its beginning: the machine may have slept since.
    const at = result.kind === "renewed" ? begun : this.#moment();
    this.#tried.set(keyOf(profile), { at, generation: profile.generation, result, times });
    return result;
  }
}

const isEqual = (a: RefreshResult | undefined, b: RefreshResult): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

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
