// Which stored logins are Codex's own. Apart from what reads Codex's file: every view asks this.
import type { Credential, OAuthCredential } from "../core/credential.ts";
import type { ProfileId } from "../core/ids.ts";

export const CODEX_PROFILE: ProfileId = "openai:default";

/**
 * Whether a stored login is Codex's: `openai:default` with an access token and no refresh token. No further mark
 * tells it, since OpenClaw drops from the row what it does not know.
 */
export const isCodexOwned = (id: ProfileId, credential: Credential): credential is OAuthCredential =>
  id === CODEX_PROFILE &&
  credential.type === "oauth" &&
  credential.provider === "openai" &&
  !hasText(credential.refresh) &&
  hasText(credential.access) &&
  hasText(credential.accountId);

const hasText = (value: unknown): boolean => typeof value === "string" && value.trim() !== "";
