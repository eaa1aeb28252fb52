// The logins that a provider has because access.json names the addresses of one: a private identity provider
// needs no code.
import type { OAuthSettings } from "../../config/config.ts";
import { loginsOf } from "../../providers/logins.ts";
import type { Login, LoginKind, Provider } from "../../providers/provider.ts";

/** The provider with every login that its settings make possible. */
export function withOwnLogins(provider: Provider, settings: OAuthSettings | undefined): Provider {
  if (!settings?.tokenUrl) return provider;
  const logins = loginsOf(provider);
  const lacks = (kind: LoginKind) => !logins.some((login) => login.kind === kind);
  const added: Login[] = [];
  if (settings.authorizeUrl && lacks("browser"))
    added.push({
      id: freeId(logins, "oauth"),
      kind: "browser",
      label: `${provider.label} login in the browser`,
    });
  if (settings.deviceUrl && lacks("device"))
    added.push({ id: "device-code", kind: "device", label: `${provider.label} login with a device code` });
  return added.length === 0 ? provider : { ...provider, logins: [...logins, ...added] };
}

const freeId = (logins: readonly Login[], id: string): string =>
  logins.some((login) => login.id === id) ? `${id}-browser` : id;
