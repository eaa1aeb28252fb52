// When the access token that Codex lent has ended: Codex's file is read again. Its refresh token is never spent
// here, so a login that Codex itself has not renewed stays ended (OpenClaw docs, "Refresh + expiry").
import type { AuthProfile, OAuthCredential } from "../core/credential.ts";
import { messageOf } from "../core/errors.ts";
import type { Deps } from "./deps.ts";
import { codexFilePath, lentAnew, readCodexFile } from "./codex-login.ts";
import { CODEX_PROFILE, isCodexOwned } from "./codex-owned.ts";
import type { Refresher, RefreshResult } from "./refresh.ts";

/** Whatever makes a login's tokens new. */
export type Renewer = Pick<Refresher, "refresh">;

type CodexDeps = Pick<Deps, "store" | "env" | "paths" | "now">;

/** `renewer` for all logins but the one that Codex keeps. One reading serves all that wait for it. */
export function besideCodex(renewer: Renewer, deps: CodexDeps): Renewer {
  const flights = new Map<string, Promise<RefreshResult>>();
  const renew = async (profile: AuthProfile) =>
    (await readAgain(profile, deps)) ?? (await renewer.refresh(profile));
  return {
    refresh: (profile) => {
      if (profile.id !== CODEX_PROFILE) return renewer.refresh(profile);
      const key = `${profile.owner} ${profile.generation}`;
      const flight = flights.get(key) ?? renew(profile).finally(() => flights.delete(key));
      flights.set(key, flight);
      return flight;
    },
  };
}

/** Nothing when the login is not Codex's. Never rejects. */
async function readAgain(profile: AuthProfile, deps: CodexDeps): Promise<RefreshResult | undefined> {
  if (profile.id !== CODEX_PROFILE || profile.type !== "oauth") return undefined;
  try {
    const { state } = await deps.store().read(profile.owner);
    const held = state.profiles.find(({ id }) => id === profile.id);
    if (!held || !isCodexOwned(held.id, held.credential)) return undefined;
    if (held.generation !== profile.generation) return { kind: "renewed" };
    const path = codexFilePath(deps.env(), deps.paths());
    const lent = lentAnew(held.credential, await readCodexFile(path));
    if (!lent || Number(lent.expires) <= deps.now()) return { kind: "failed", message: notRenewed(path) };
    await adopt(profile, held.credential, lent, deps);
    return { kind: "renewed" };
  } catch (error) {
    return { kind: "failed", message: messageOf(error) };
  }
}

async function adopt(
  { owner, id }: AuthProfile,
  old: OAuthCredential,
  lent: OAuthCredential,
  { store }: Pick<Deps, "store">,
): Promise<void> {
  await store().update(
    owner,
    { profiles: [id] },
    ({ profiles }) => {
      const now = profiles.get(id)?.credential;
      // Somebody logged in meanwhile: theirs is newer.
      const same = now !== undefined && isCodexOwned(id, now) && now.access === old.access;
      return same ? { profiles: new Map([[id, lent]]) } : undefined;
    },
    null,
  );
}

const notRenewed = (path: string): string =>
  `The access token that Codex lent has ended, and ${path} has no newer one of the same account. Run codex once, which renews it; or log in apart: openclaw models auth login --provider openai --method oauth`;
