// From a profile to the headers of a call. The secret is revealed here, where bytes leave, and nowhere else.
import type { AuthProfile } from "../core/credential.ts";
import type { Secret } from "../core/secret.ts";
import type { ProviderRoute } from "./provider-route.ts";

/** Credential headers as name, value, name, value …; empty for a server that wants none. */
export function credentialHeaders(
  route: ProviderRoute,
  profile: AuthProfile,
  secret: Secret | undefined,
): string[] {
  if (!secret)
    return profile.type === "none" && route.api === "anthropic-messages" ? ["x-api-key", "none"] : [];
  const text = secret.reveal();
  const header = route.headerVariants.find((variant) => text.includes(variant.when)) ?? route.header;
  const extra = Object.entries(header.extra ?? {}).flat();
  return [header.name.toLowerCase(), header.value.replace("{key}", () => text), ...extra];
}
