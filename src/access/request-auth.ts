// From a profile to the headers of a call. The secret is revealed here, where bytes leave, and nowhere else.
import type { AuthProfile } from "../core/credential.ts";
import { fitsHeader, Secret } from "../core/secret.ts";
import type { Environment } from "../secrets/env.ts";
import { resolveSecretInput } from "../secrets/env.ts";
import { GCLOUD_ADC } from "./gcloud-route.ts";
import type { ProviderRoute } from "./provider-route.ts";

/** Clients of this protocol cannot do without a key; OpenClaw sends local servers this one (gateway spec §5). */
const NO_KEY = "custom-local";

/** Credential headers as name, value, name, value …; empty for a server that wants none. */
export function credentialHeaders(
  route: ProviderRoute,
  profile: AuthProfile,
  secret: Secret | undefined,
): string[] {
  if (!secret)
    return profile.type === "none" && route.api === "anthropic-messages" ? ["x-api-key", NO_KEY] : [];
  const text = secret.reveal();
  if (profile.keptBy === GCLOUD_ADC) return ["authorization", `Bearer ${text}`];
  const header = route.headerVariants.find((variant) => text.includes(variant.when)) ?? route.header;
  const extra = Object.entries(header.extra ?? {}).flatMap(([name, value]) => {
    if (!value.includes("{accountId}")) return [name, value];
    return profile.accountId === undefined ? [] : [name, value.replace("{accountId}", profile.accountId)];
  });
  return [header.name.toLowerCase(), header.value.replace("{key}", () => text), ...extra];
}

/** Headers that the config adds to every call of the provider, lower-case names. Those that cannot be had are left out. */
export function configuredHeaders(route: ProviderRoute, env: Environment): [name: string, value: Secret][] {
  return Object.entries(route.headers).flatMap(([name, input]) => {
    const value = resolveSecretInput(input, env, route.secretProviders, route.refValues);
    return "found" in value && fitsHeader(value.found)
      ? [[name.toLowerCase(), new Secret(value.found)] as [string, Secret]]
      : [];
  });
}
