// What stored credentials amount to under a config and an environment: the profiles as the engine sees them, and
// their material. Made once for each reading of a store, and shared by all agents that read it through.
import type { Config } from "../config/config.ts";
import type { AuthProfile, Credential, OAuthCredential, SecretRef } from "../core/credential.ts";
import { assessCredential, oauthRefFault, refOf } from "../core/credential.ts";
import type { AgentId } from "../core/ids.ts";
import { fitsHeader, Secret } from "../core/secret.ts";
import { jwtClaims } from "../oauth/identity.ts";
import { keeperOf } from "../providers/kept-by.ts";
import type { Environment, ResolvedSecret } from "../secrets/env.ts";
import { referenceIn, resolveSecretInput } from "../secrets/env.ts";
import { withGenerationOf } from "../store/generation.ts";
import type { LoginFacts, Reading, StoredProfile } from "../store/store.ts";
import { isCodexOwned } from "./codex-owned.ts";
import { judgedAs } from "./sealed-profile.ts";

export interface AssessedProfile {
  readonly entry: StoredProfile & { readonly owner: AgentId };
  readonly profile: AuthProfile;
  /** absent: there is none, or it is not to be had */
  readonly secret?: Secret;
  readonly unresolved?: Unresolved;
}

/** Why a reference cannot be had. */
export interface Unresolved {
  /** no secret in it */
  readonly why: string;
  /** Nobody has tried it: it may be good. */
  readonly unread: boolean;
}

export interface AssessInputs {
  readonly config: Config;
  readonly env: Environment;
  /** ms since epoch */
  readonly now: number;
}

interface Assessment {
  readonly is: Pick<AuthProfile, "type"> & Partial<AuthProfile>;
  readonly secret?: Secret;
  readonly unresolved?: Unresolved;
}

interface Made {
  readonly inputs: AssessInputs;
  readonly owner: AgentId;
  readonly profiles: readonly AssessedProfile[];
}

const MADE = new WeakMap<Reading, Made>();

/** In store order. */
export function assessedProfiles(
  reading: Reading,
  owner: AgentId,
  inputs: AssessInputs,
): readonly AssessedProfile[] {
  const { config, env, now } = inputs;
  const made = MADE.get(reading);
  if (made && made.owner === owner && made.inputs.config === config && made.inputs.env === env)
    return made.profiles;
  const { profiles: stored, logins } = reading.state;
  const profiles = stored.map((each): AssessedProfile => {
    const { id, credential, unopened } = each;
    const entry = withGenerationOf({ id, credential, owner, ...(unopened && { unopened }) }, each);
    const { is, ...material } = assess(entry, logins?.get(id), inputs);
    const base = { id, provider: credential.provider, source: "store" as const, owner };
    return { entry, profile: withGenerationOf({ ...base, ...is }, each), ...material };
  });
  MADE.set(reading, { inputs: { config, env, now }, owner, profiles });
  return profiles;
}

/** The part of a stored profile that follows from its credential, the config and the environment. */
function assess(
  { id, unopened, ...entry }: Pick<StoredProfile, "id" | "credential" | "unopened">,
  facts: LoginFacts | undefined,
  inputs: AssessInputs,
): Assessment {
  const credential = judgedAs({ ...entry, ...(unopened && { unopened }) });
  const keptBy = keeperOf(credential);
  if (keptBy !== undefined) return { is: { type: credential.type, keptBy } };
  const mode = inputs.config.profiles.get(id)?.mode;
  if (oauthRefFault(credential, mode) !== undefined) return { is: refusedRef(credential) };
  const assessed = withFacts(assessCredential(credential), credential, facts, inputs.now);
  if (assessed.problem === "missing_credential") return { is: assessed };
  if (unopened?.fault !== undefined)
    return {
      is: { ...assessed, problem: "unresolved_ref" },
      unresolved: { why: unopened.fault, unread: false },
    };
  if (unopened) return { is: renewable(id, credential, assessed) };
  const material = resolvedInput(refOf(credential) ?? materialOf(credential), inputs, credential.type);
  const secret = "found" in material ? { secret: new Secret(material.found) } : {};
  const unresolved = unresolvedIn(material);
  if (unresolved) return { is: { ...assessed, problem: "unresolved_ref" }, unresolved };
  return { is: renewable(id, credential, assessed), ...secret };
}

/** Codex renews its login, and what is stored here is read again from Codex's file. */
const renewable = (id: string, credential: Credential, assessed: Assessment["is"]): Assessment["is"] =>
  isCodexOwned(id, credential) ? { ...assessed, refreshable: true } : assessed;

/** A reference in a login is as good as nothing; a login by its mode in the config alone does not fit. */
const refusedRef = ({ type }: Credential): Assessment["is"] => ({
  type,
  problem: type === "oauth" ? "missing_credential" : "ineligible_profile",
});

/** What cannot be sent is as good as not to be had. A login's token may be replaced by a refresh. */
export function resolvedInput(
  input: string | SecretRef | undefined,
  { env, config }: Pick<AssessInputs, "config" | "env">,
  type: Credential["type"] = "api_key",
): ResolvedSecret {
  const resolved = resolveSecretInput(input, env, config.secretProviders, config.refValues);
  if (type === "oauth" || !("found" in resolved) || fitsHeader(resolved.found)) return resolved;
  const ref = referenceIn(input);
  const unresolved = ref ? `${ref.source}:${ref.id}` : "the key";
  return { unresolved, why: `${unresolved} ${UNFIT}` };
}

export const UNFIT = "has a line break within it, or a character that no header can hold";

export function unresolvedIn(material: ResolvedSecret): Unresolved | undefined {
  if (!("unresolved" in material)) return undefined;
  const { unresolved, why = `${unresolved} was not asked for`, unread = false } = material;
  return { why, unread };
}

/** What the families of logins know better than the row. */
function withFacts(
  assessed: ReturnType<typeof assessCredential>,
  credential: Credential,
  facts: LoginFacts | undefined,
  now: number,
): ReturnType<typeof assessCredential> & Pick<AuthProfile, "lifetimeMs" | "loginNeeded"> {
  if (credential.type !== "oauth") return assessed;
  const { expiresAt, lifetimeMs = claimedLifetimeMs(credential, now), needed } = facts ?? {};
  const known = {
    ...assessed,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(lifetimeMs !== undefined && { lifetimeMs }),
  };
  if (!needed) return known;
  const { access } = credential;
  const ended = access === undefined || access === "" ? { problem: "login_needed" as const } : {};
  return { ...known, refreshable: false, loginNeeded: true, ...ended };
}

/** Lifetimes that are longer change nothing. */
const SHORT_LIVED_MS = 30 * 60_000;

/** How long a token was made for that no family knows, as it says itself; `undefined` unless that is short. */
function claimedLifetimeMs({ access, expires }: OAuthCredential, now: number): number | undefined {
  const left = Number(expires) - now;
  if (!(left < SHORT_LIVED_MS)) return undefined;
  const { iat, exp } = jwtClaims(access) ?? {};
  const claimed = (Number(exp) - Number(iat)) * 1000;
  return claimed > 0 && claimed < SHORT_LIVED_MS ? Math.max(claimed, left) : undefined;
}

function materialOf(credential: Credential): string | undefined {
  if (credential.type === "api_key") return credential.key;
  return credential.type === "token" ? credential.token : credential.access;
}
