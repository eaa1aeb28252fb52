// Where a login by a device code asks: built in, and over it what access.json says.
import type { OAuthSettings } from "../../config/config.ts";
import { AccessError } from "../../core/errors.ts";
import type { ProviderId } from "../../core/ids.ts";
import type { DeviceSettings } from "../../oauth/device-code.ts";
import { findProvider } from "../../providers/all.ts";
import type { Login } from "../../providers/provider.ts";

/** @throws AccessError `bad_input` naming what access.json lacks */
export function deviceSettingsOf(
  provider: ProviderId,
  { device, label }: Pick<Login, "device" | "label">,
  own: OAuthSettings = {},
): DeviceSettings {
  const tokens = findProvider(provider)?.tokens;
  const deviceUrl = own.deviceUrl ?? device?.deviceUrl;
  const tokenUrl = own.tokenUrl ?? device?.tokenUrl ?? tokens?.url;
  const clientId = own.clientId ?? device?.clientId ?? tokens?.clientId;
  if (deviceUrl === undefined || tokenUrl === undefined || clientId === undefined)
    throw new AccessError(
      "bad_input",
      `${label} needs oauth.${provider}.deviceUrl, tokenUrl and clientId in access.json.`,
    );
  return {
    ...device,
    deviceUrl,
    tokenUrl,
    clientId,
    ...given("clientSecret", own.clientSecret),
    ...given("pollUrl", own.devicePollUrl ?? device?.pollUrl),
    ...given("verificationUrl", own.verificationUrl ?? device?.verificationUrl),
    ...given("redirectUri", own.redirectUri ?? device?.redirectUri),
    ...(own.scopes ? { scopes: own.scopes } : {}),
  };
}

const given = <K extends string>(key: K, value: string | undefined) =>
  (value === undefined ? {} : { [key]: value }) as Partial<Record<K, string>>;
