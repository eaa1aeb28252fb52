// One refresh of a login at a time, whoever asks: in this process by a shared promise, among processes by a
// lease in the store. A refresh token is spent only after the lease was written, and its answer is committed
// before anybody uses it (DESIGN, "Never broken" 3 and 4).
import { hash, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { AuthProfile, Credential, OAuthCredential } from "../core/credential.ts";
import { messageOf } from "../core/errors.ts";
import type { Tokens } from "../core/refresh.ts";
import { healthAfterRefresh, refreshed } from "../core/refresh.ts";
import type { TokenAnswer, TokenEndpoint } from "../oauth/token-endpoint.ts";
import { requestTokens } from "../oauth/token-endpoint.ts";
import type { Change, Slice, Store } from "../store/store.ts";

export type RefreshResult =
  /** Another generation is in the store, ours or somebody else's. */
  | { readonly kind: "renewed" }
  /** This generation can never be refreshed again. */
  | { readonly kind: "login_needed"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

/** How far a refresh is: under the lease, intent recorded, asked, answered in full, stored, told to the callers. */
export type RefreshStage = "leased" | "intended" | "sent" | "answered" | "committed" | "published";

export interface RefresherOptions {
  readonly store: () => Store;
  readonly endpoint: (profile: AuthProfile) => TokenEndpoint | undefined;
  readonly now: () => number;
  /** the network; another one in tests */
  readonly request?: typeof requestTokens;
  /** Called as a stage is reached; a refresh that finds nothing to do reaches none. */
  readonly onStage?: (stage: RefreshStage, profile: AuthProfile) => void;
}

/** How long the lease of another owner is waited for. */
const PATIENCE_MS = 40_000;
const LOOK_AGAIN_AFTER_MS = 100;
/** The answer is in hand and the store refuses it: it is tried for this long before it is given up. */
const COMMIT_WITHIN_MS = 30_000;

export class Refresher {
  readonly #options: RefresherOptions;
  readonly #owner = randomUUID();
  readonly #running = new Map<string, Promise<RefreshResult>>();
  /** Answers that the store has refused so far, by refresh token spent: nobody else has them. */
  readonly #unsaved = new Map<string, Tokens>();

  constructor(options: RefresherOptions) {
    this.#options = options;
  }

  /** Replaces the tokens of this generation of a profile, unless somebody has. Never rejects. */
  refresh(profile: AuthProfile): Promise<RefreshResult> {
    const key = `${profile.owner} ${profile.id} ${profile.generation}`;
    const running = this.#running.get(key) ?? this.#start(profile).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  #reached(stage: RefreshStage, profile: AuthProfile): void {
    this.#options.onStage?.(stage, profile);
  }

  async #start(profile: AuthProfile): Promise<RefreshResult> {
    const endpoint = this.#options.endpoint(profile);
    if (!endpoint)
      return { kind: "login_needed", message: `Logins of ${profile.provider} cannot be refreshed here.` };
    try {
      return await this.#underLease(profile, endpoint);
    } catch (error) {
      return { kind: "failed", message: messageOf(error) };
    }
  }

  async #underLease(profile: AuthProfile, endpoint: TokenEndpoint): Promise<RefreshResult> {
    const store = this.#options.store();
    const first = await this.#held(profile);
    if (!first) return { kind: "renewed" };
    const name = `refresh ${familyOf(first)}`;
    const patientUntil = performance.now() + PATIENCE_MS;
    for (;;) {
      const lease = await store.lease(profile.owner, name, this.#owner);
      if (!("heldBy" in lease)) {
        this.#reached("leased", profile);
        try {
          const result = await this.#spend(profile, endpoint);
          this.#reached("published", profile);
          return result;
        } finally {
          await store.release(profile.owner, lease).catch(() => undefined);
        }
      }
      if (!(await this.#held(profile))) return { kind: "renewed" };
      if (performance.now() > patientUntil)
        return { kind: "failed", message: `Another process has been refreshing ${profile.id} for too long.` };
      await pause(LOOK_AGAIN_AFTER_MS);
    }
  }

  /** The login as it is stored, while it is still the same generation. */
  async #held(profile: AuthProfile): Promise<OAuthCredential | undefined> {
    const { state } = await this.#options.store().read(profile.owner);
    const held = state.profiles.find(({ id }) => id === profile.id);
    if (held?.generation !== profile.generation || held.credential.type !== "oauth") return undefined;
    return held.credential;
  }

  async #spend(profile: AuthProfile, endpoint: TokenEndpoint): Promise<RefreshResult> {
    const held = await this.#held(profile);
    if (!held) return { kind: "renewed" };
    const { refresh } = held;
    if (refresh === undefined) return loginNeeded(profile, "there is no refresh token");
    const unsaved = this.#unsaved.get(refresh);
    if (unsaved) return this.#keep(profile, refresh, unsaved);
    const request = this.#options.request ?? requestTokens;
    this.#reached("intended", profile);
    const { clientId = endpoint.clientId } = held;
    const asked = request(withClient(endpoint, clientId), {
      grant_type: "refresh_token",
      refresh_token: refresh,
    });
    this.#reached("sent", profile);
    const answer = await asked;
    this.#reached("answered", profile);
    return this.#take(profile, refresh, answer);
  }

  async #take(profile: AuthProfile, spent: string, answer: TokenAnswer): Promise<RefreshResult> {
    if (answer.kind === "failed")
      return { kind: "failed", message: `The login server of ${profile.provider} ${answer.message}.` };
    if (answer.kind === "tokens") return this.#keep(profile, spent, answer.tokens);
    // Somebody who knows no leases may have won: what is stored now decides.
    if (!(await this.#held(profile))) return { kind: "renewed" };
    return loginNeeded(profile, answer.code);
  }

  async #keep(profile: AuthProfile, spent: string, tokens: Tokens): Promise<RefreshResult> {
    this.#unsaved.set(spent, tokens);
    await this.#commit(profile, spent, tokens);
    this.#unsaved.delete(spent);
    this.#reached("committed", profile);
    return { kind: "renewed" };
  }

  /** Tried again and again: these tokens are the only ones that are good. */
  async #commit(profile: AuthProfile, spent: string, tokens: Tokens): Promise<void> {
    const until = performance.now() + COMMIT_WITHIN_MS;
    for (let wait = 10; ; wait = Math.min(wait * 2, 1000)) {
      try {
        return await this.#write(profile, spent, tokens);
      } catch (error) {
        if (performance.now() > until) throw error;
        await pause(wait);
      }
    }
  }

  /** Every profile that holds the spent token gets the new ones: a login may be there under two names. */
  async #write({ owner, provider }: AuthProfile, spent: string, tokens: Tokens): Promise<void> {
    const store = this.#options.store();
    const now = this.#options.now();
    const { state } = await store.read(owner);
    const family = state.profiles.filter(({ credential }) => holds(credential, provider, spent));
    const decide = ({ profiles, health }: Slice): Change | undefined => {
      // A person who logged in anew meanwhile has the newer login.
      const held = [...profiles.values()].filter(({ credential }) => holds(credential, provider, spent));
      if (held.length === 0) return undefined;
      const renewed = held.map(({ id, credential }) => {
        const kept = healthAfterRefresh(health.get(id));
        return { id, credential: refreshed(credential as OAuthCredential, tokens, now), kept };
      });
      return {
        profiles: new Map(renewed.map(({ id, credential }) => [id, credential])),
        health: new Map(renewed.flatMap(({ id, kept }) => (kept ? [[id, kept]] : []))),
      };
    };
    // Without a note: what is replaced here is spent, and nobody may take it back.
    await store.update(owner, { profiles: family.map(({ id }) => id) }, decide, null);
  }
}

const withClient = (endpoint: TokenEndpoint, clientId: string | undefined): TokenEndpoint =>
  clientId === undefined ? endpoint : { ...endpoint, clientId };

const holds = (credential: Credential, provider: string, refresh: string): boolean =>
  credential.type === "oauth" && credential.provider === provider && credential.refresh === refresh;

/** Names a token family without showing it. */
const familyOf = ({ refresh = "" }: OAuthCredential): string =>
  hash("sha256", `refresh family\n${refresh}`, "base64url").slice(0, 22);

const loginNeeded = (profile: AuthProfile, why: string): RefreshResult => ({
  kind: "login_needed",
  message: `${profile.id} has to log in again (${why}): openclaw models auth login --provider ${profile.provider} --profile-id ${profile.id}`,
});
