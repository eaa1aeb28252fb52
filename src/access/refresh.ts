// One refresh of a login at a time, whoever asks: in this process by a shared promise, among agents, processes and
// machines by a lease on its token family. A refresh token is spent only after that was written down, and its
// answer is committed before anybody uses it (DESIGN, "Never broken" 3 and 4, "State").
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { AuthProfile } from "../core/credential.ts";
import { messageOf } from "../core/errors.ts";
import type { Family, FamilyStep, HeldLogin, MachineTime, TokenSet } from "../core/family.ts";
import { intending, stepFor, tokenSet } from "../core/family.ts";
import type { AgentId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { TokenEndpoint } from "../oauth/token-endpoint.ts";
import { requestTokens } from "../oauth/token-endpoint.ts";
import { machineTime } from "../store/machine-clock.ts";
import type { Lease, RefreshToken, Store } from "../store/store.ts";
import { LoginCopies } from "./login-copies.ts";
import { Answers } from "./refresh-answers.ts";
import { adoptInto, heldLogin } from "./refresh-store.ts";

export type RefreshResult =
  /** Other tokens are in the store, ours or somebody else's; or these are as good as new. */
  | { readonly kind: "renewed"; /** we asked for them just now */ readonly asked?: true }
  /** This generation can never be refreshed again. */
  | { readonly kind: "login_needed"; readonly message: string }
  | { readonly kind: "failed"; readonly message: string };

/** How far a refresh is: under the lease, intent recorded, asked, answered in full, stored, told to the callers. */
export type RefreshStage = "leased" | "intended" | "sent" | "answered" | "committed" | "published";

export interface RefresherOptions {
  readonly store: () => Store;
  readonly endpoint: (profile: AuthProfile) => TokenEndpoint | undefined;
  readonly now: () => number;
  /** Agents that may hold a copy of a login, besides its owner and main. */
  readonly agents?: () => readonly AgentId[];
  /** the network; another one in tests */
  readonly request?: typeof requestTokens;
  /** the clock that nobody sets; another one in tests */
  readonly machine?: () => MachineTime;
  /** Called as a stage is reached; a refresh that finds nothing to do reaches none. */
  readonly onStage?: (stage: RefreshStage, profile: AuthProfile) => void;
}

/** How long the lease of another owner is waited for. */
const PATIENCE_MS = 40_000;
/** By chance up to twice as long: those who wait do not all look at once. */
const LOOK_AGAIN_AFTER_MS = 60;

const RENEWED: RefreshResult = { kind: "renewed" };

export class Refresher {
  readonly #options: RefresherOptions;
  readonly #flights = new Map<string, Promise<RefreshResult>>();
  readonly #answers: Answers;
  readonly #copies: LoginCopies;

  constructor(options: RefresherOptions) {
    this.#options = options;
    this.#answers = new Answers(options.store);
    this.#copies = new LoginCopies(options.store, options.agents ?? (() => []));
  }

  /** Replaces the tokens of this generation of a profile, unless somebody has. Never rejects. */
  refresh(profile: AuthProfile): Promise<RefreshResult> {
    const key = `${profile.owner} ${profile.id} ${profile.generation}`;
    const flight = this.#flights.get(key) ?? this.#fly(profile).finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  /** Resolves when nothing is under way any more. */
  async settled(): Promise<void> {
    while (this.#flights.size > 0) await Promise.all(this.#flights.values());
  }

  async #fly(profile: AuthProfile): Promise<RefreshResult> {
    const endpoint = this.#options.endpoint(profile);
    if (!endpoint)
      return { kind: "login_needed", message: `Logins of ${profile.provider} cannot be refreshed here.` };
    try {
      return await this.#refresh(profile, endpoint);
    } catch (error) {
      return { kind: "failed", message: messageOf(error) };
    }
  }

  /** Waits for its turn; what another one did meanwhile is adopted. */
  async #refresh(profile: AuthProfile, endpoint: TokenEndpoint): Promise<RefreshResult> {
    const store = this.#options.store();
    // Of its own: two profiles of one family in this process exclude each other as two processes do.
    const owner = randomUUID();
    const patientUntil = performance.now() + PATIENCE_MS;
    for (;;) {
      const held = await heldLogin(store, profile);
      if (!held) return RENEWED;
      const token = tokenIn(held);
      if (!token) return loginNeeded(profile, "there is no refresh token");
      const family = await store.family(token);
      const done = await this.#withoutSpending(profile, held, token, family);
      if (done) return done;
      const lease = await store.lease(MAIN_AGENT, leaseOf(family), owner);
      if (!("heldBy" in lease)) {
        const result = await this.#underLease(profile, token, lease, endpoint);
        if (result) return result;
        continue;
      }
      if (performance.now() > patientUntil)
        return { kind: "failed", message: `Another process has been refreshing ${profile.id} for too long.` };
      await pause(LOOK_AGAIN_AFTER_MS * (1 + Math.random()));
    }
  }

  async #underLease(
    profile: AuthProfile,
    token: RefreshToken,
    lease: Lease,
    endpoint: TokenEndpoint,
  ): Promise<RefreshResult | undefined> {
    this.#reached("leased", profile);
    try {
      const result = await this.#spend(profile, token, lease, endpoint);
      if (result) this.#reached("published", profile);
      return result;
    } finally {
      await this.#options
        .store()
        .release(MAIN_AGENT, lease)
        .catch(() => undefined);
    }
  }

  /** Nothing when the lease is of a family that the login left meanwhile, for one that another program began. */
  async #spend(
    profile: AuthProfile,
    token: RefreshToken,
    { name, owner }: Lease,
    endpoint: TokenEndpoint,
  ): Promise<RefreshResult | undefined> {
    const store = this.#options.store();
    const held = await heldLogin(store, profile);
    if (!held || tokenIn(held)?.refresh !== token.refresh) return RENEWED;
    const unsaved = this.#answers.unsaved(token);
    if (unsaved) return this.#keep(profile, token, unsaved);
    const { now } = this.#options;
    const family = await store.updateFamily(token, (known) =>
      leaseOf(known) === name && this.#stepFor(held, known).do === "spend"
        ? intending(known, owner, now())
        : undefined,
    );
    if (leaseOf(family) !== name) return undefined;
    if (family.intent?.owner !== owner)
      return (await this.#withoutSpending(profile, held, token, family)) ?? RENEWED;
    this.#reached("intended", profile);
    return this.#ask(profile, token, held, family, endpoint);
  }

  async #ask(
    profile: AuthProfile,
    token: RefreshToken,
    held: HeldLogin,
    family: Family,
    endpoint: TokenEndpoint,
  ): Promise<RefreshResult> {
    const request = this.#options.request ?? requestTokens;
    const issued = (this.#options.machine ?? machineTime)();
    const client = withClient(endpoint, held.credential.clientId);
    const asked = request(client, { grant_type: "refresh_token", refresh_token: token.refresh });
    this.#reached("sent", profile);
    const answer = await asked;
    this.#reached("answered", profile);
    if (answer.kind === "failed")
      return { kind: "failed", message: `The login server of ${profile.provider} ${answer.message}.` };
    if (answer.kind === "tokens") {
      const newest = tokenSet(answer.tokens, token.refresh, this.#options.now(), issued);
      return this.#keep(profile, token, newest);
    }
    return this.#refused(profile, token, held, answer.code, (family.intent?.tries ?? 1) > 1);
  }

  async #keep(profile: AuthProfile, token: RefreshToken, newest: TokenSet): Promise<RefreshResult> {
    const family = await this.#answers.keep(token, newest);
    this.#reached("committed", profile);
    // The copies of other agents: they read as the newest from now on, and OpenClaw reads the rows.
    const holders = await this.#copies.holdersOf(token, newest.refresh);
    const others = new Set([profile.owner, ...holders]);
    others.delete(MAIN_AGENT);
    await Promise.all([...others].map((agent) => adoptInto(this.#options.store(), agent, token, family)));
    return { kind: "renewed", asked: true };
  }

  /** Somebody who knows no leases may have won: what is stored now decides. */
  async #refused(
    profile: AuthProfile,
    token: RefreshToken,
    { generation }: HeldLogin,
    code: string,
    triedBefore: boolean,
  ): Promise<RefreshResult> {
    const store = this.#options.store();
    if (!(await heldLogin(store, profile))) return RENEWED;
    const at = this.#options.now();
    const family = await store
      .updateFamily(token, () => ({ refused: { generation, code, at }, intent: null }))
      .catch(() => undefined);
    if (family?.spent && family.newest) return RENEWED;
    return loginNeeded(profile, triedBefore ? `${code}; an earlier answer was lost` : code);
  }

  /** What can be said of a login without sending its token; nothing when it has to be sent. */
  async #withoutSpending(
    profile: AuthProfile,
    held: HeldLogin,
    token: RefreshToken,
    family: Family,
  ): Promise<RefreshResult | undefined> {
    const step = this.#stepFor(held, family);
    if (step.do === "spend") return undefined;
    if (step.do === "login") return loginNeeded(profile, step.code);
    await adoptInto(this.#options.store(), profile.owner, token, family);
    return RENEWED;
  }

  #stepFor(held: HeldLogin, family: Family): FamilyStep {
    return stepFor(held, family, this.#options.now(), (this.#options.machine ?? machineTime)());
  }

  #reached(stage: RefreshStage, profile: AuthProfile): void {
    this.#options.onStage?.(stage, profile);
  }
}

const leaseOf = ({ id }: Family): string => `refresh ${id}`;

const tokenIn = ({ credential: { provider, refresh } }: HeldLogin): RefreshToken | undefined =>
  refresh === undefined || refresh === "" ? undefined : { provider, refresh };

/** A login made with an application of the user's is refreshed by it; a secret is good for its own client alone. */
function withClient(endpoint: TokenEndpoint, clientId: string | undefined): TokenEndpoint {
  if (clientId === undefined || clientId === endpoint.clientId) return endpoint;
  const { clientSecret, ...rest } = endpoint;
  const secretFits = clientSecret !== undefined && endpoint.clientId === undefined;
  return { ...rest, clientId, ...(secretFits ? { clientSecret } : {}) };
}

const loginNeeded = (profile: AuthProfile, why: string): RefreshResult => ({
  kind: "login_needed",
  message: `${profile.id} has to log in again (${why}): ${loginCommand(profile)}`,
});

/** Brings a login back that nothing else can. */
const loginCommand = ({ id, provider, owner }: Pick<AuthProfile, "id" | "provider" | "owner">): string =>
  [
    `openclaw models auth login --provider ${provider} --profile-id ${id}`,
    ...(owner === MAIN_AGENT ? [] : [`--agent ${owner}`]),
  ].join(" ");
