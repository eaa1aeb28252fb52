// Credentials as OpenClaw stores them, and whether one can be used at all.
// Shapes: fidelity spec §1.1; health rows: §2.3.
import type { AgentId, ProfileId, ProviderId } from "./ids.ts";

export interface SecretRef {
  readonly source: "env" | "file" | "exec";
  readonly provider: string;
  readonly id: string;
}

interface Described {
  readonly provider: ProviderId;
  readonly email?: string;
  readonly displayName?: string;
}
export type ApiKeyCredential = Described & {
  readonly type: "api_key";
  readonly key?: string;
  readonly keyRef?: SecretRef;
};
export type TokenCredential = Described & {
  readonly type: "token";
  readonly token?: string;
  readonly tokenRef?: SecretRef;
  /** ms since epoch; OpenClaw's rows may hold anything here */
  readonly expires?: unknown;
};
export type OAuthCredential = Described & {
  readonly type: "oauth";
  readonly access?: string;
  readonly refresh?: string;
  /** ms since epoch */
  readonly expires?: unknown;
  readonly accountId?: string;
  readonly projectId?: string;
  /** of an application that the user registered; without one, the provider's own */
  readonly clientId?: string;
};
/** One entry of `auth_profile_store`. Keys that we do not know stay on the object and are written back. */
export type Credential = ApiKeyCredential | TokenCredential | OAuthCredential;
export type CredentialType = Credential["type"];

/** Why a profile is left out although it exists (requirements 002, "Probe detail/reason-code cases"). */
export type IneligibleCode =
  | "missing_credential"
  | "invalid_expires"
  | "expired"
  | "unresolved_ref"
  | "login_needed"
  | "ineligible_profile";

/** A credential as the engine sees it: no secret in it. */
export interface AuthProfile {
  readonly id: ProfileId;
  readonly provider: ProviderId;
  /** `none`: a local server that wants no credential */
  readonly type: CredentialType | "none";
  readonly source: "store" | "env" | "config";
  /** Agent whose store holds it; health is recorded there. */
  readonly owner: AgentId;
  /** Changes whenever the material changes (DESIGN, "Words"). */
  readonly generation: string;
  /** ms since epoch; absent when it does not expire */
  readonly expiresAt?: number;
  /** How long its tokens live from their issue, ms; known of logins that were refreshed here. */
  readonly lifetimeMs?: number;
  /** An OAuth profile with a refresh token outlives its access token. */
  readonly refreshable?: boolean;
  /** Its refresh token was refused for good: the login ends with its access token. */
  readonly loginNeeded?: true;
  /**
   * Who has the credential, when there is no secret to send: a program with a login of its own, by its backend's
   * id (`claude-cli`), or `aws-sdk` for the cloud's own credentials.
   */
  readonly keptBy?: string;
  /** The provider's name of the account, for logins that tell it; visible ASCII. */
  readonly accountId?: string;
  /** A fault that time does not change. */
  readonly problem?: Exclude<IneligibleCode, "expired">;
}

/** Latest time a JavaScript Date can hold; a larger `expires` is garbage. */
const LATEST_TIME = 8_640_000_000_000_000;

/** Whether the profile may be tried at `now`. Bars (cooldowns) are another matter, see `health.ts`. */
export function eligibility(profile: AuthProfile, now: number): "ok" | IneligibleCode {
  if (profile.problem) return profile.problem;
  const past = profile.expiresAt !== undefined && profile.expiresAt <= now;
  if (past && profile.loginNeeded) return "login_needed";
  return past && !profile.refreshable ? "expired" : "ok";
}

/** The part of an `AuthProfile` that follows from the stored credential alone. */
export function assessCredential(
  credential: Credential,
): Pick<AuthProfile, "type" | "expiresAt" | "refreshable" | "problem" | "accountId"> {
  const { type } = credential;
  if (type === "api_key") return { type, ...problemOf(hasText(credential.key) || isRef(credential.keyRef)) };
  if (type === "token") {
    const present = hasText(credential.token) || isRef(credential.tokenRef);
    return { type, ...problemOf(present), ...expiryOf(credential.expires) };
  }
  const refreshable = hasText(credential.refresh);
  const present = hasText(credential.access) || refreshable;
  const expiry = expiryOf(credential.expires);
  // A refresh answer brings a new expiry: a bad one does not condemn a login that can be refreshed.
  const { accountId } = credential;
  const account = hasText(accountId) && /^[\x21-\x7e]+$/.test(accountId) ? { accountId } : {};
  return {
    type,
    refreshable,
    ...account,
    ...(refreshable && expiry.problem ? {} : expiry),
    ...problemOf(present),
  };
}

const problemOf = (present: boolean): { problem?: "missing_credential" } =>
  present ? {} : { problem: "missing_credential" };

function expiryOf(expires: unknown): { expiresAt?: number; problem?: "invalid_expires" } {
  if (expires === undefined) return {};
  const valid = typeof expires === "number" && expires > 0 && expires <= LATEST_TIME;
  return valid ? { expiresAt: expires } : { problem: "invalid_expires" };
}

const hasText = (value: unknown): value is string => typeof value === "string" && value.trim() !== "";

/** Where the material is, when it is not in the store itself. */
export function refOf(credential: Credential): SecretRef | undefined {
  if (credential.type === "api_key") return credential.keyRef;
  return credential.type === "token" ? credential.tokenRef : undefined;
}

/**
 * Why a credential may not be a reference: what a refresh replaces cannot lie where only reading is possible. Pure.
 *
 * @param mode `auth.profiles.<id>.mode`
 */
export function oauthRefFault(credential: Credential, mode?: string): string | undefined {
  const fields: Readonly<Record<string, unknown>> = { ...credential };
  if (credential.type === "oauth") {
    const named = ["access", "refresh", "keyRef", "tokenRef"].find((name) => isRef(fields[name]));
    return named && `an OAuth login holds its tokens itself: ${named} may not be a reference`;
  }
  return mode === "oauth" && refOf(credential) !== undefined
    ? "its mode in auth.profiles is oauth, and an OAuth login may not be a reference"
    : undefined;
}

export function isRef(value: unknown): value is SecretRef {
  if (typeof value !== "object" || value === null) return false;
  const ref = value as Record<string, unknown>;
  return (
    typeof ref["source"] === "string" && typeof ref["provider"] === "string" && typeof ref["id"] === "string"
  );
}
