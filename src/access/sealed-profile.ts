// Stored credentials whose secrets were not opened: what follows from all the rest of them.
import type { Credential } from "../core/credential.ts";
import type { StoredProfile } from "../store/store.ts";

/** The credential with something in the place of each secret, for those who only ask whether it is there. */
export function judgedAs({
  credential,
  unopened,
}: Pick<StoredProfile, "credential" | "unopened">): Credential {
  if (!unopened) return credential;
  return { ...credential, ...Object.fromEntries(unopened.fields.map((name) => [name, "sealed"])) };
}
