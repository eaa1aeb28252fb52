// Which provider, and which of its logins: named by the caller, else asked for.
import type { AccessConfig, Config } from "../../config/config.ts";
import { AccessError } from "../../core/errors.ts";
import type { ProviderId } from "../../core/ids.ts";
import { RENAMED_PROVIDERS } from "../../core/ids.ts";
import { nearest } from "../../core/nearest.ts";
import { findProvider, PROVIDERS } from "../../providers/all.ts";
import { findLogin, loginsOf } from "../../providers/logins.ts";
import type { Login, Provider } from "../../providers/provider.ts";
import { isBuilt } from "./flow.ts";
import { withOwnLogins } from "./own-logins.ts";
import type { Seat } from "./seat.ts";
import type { Choice, Talk } from "./talk.ts";

export interface Target {
  readonly provider: Provider;
  readonly logins: readonly Login[];
  readonly login: Login;
}

/**
 * A provider that can be logged in to: built in, named in the config, or given addresses in access.json.
 *
 * @throws AccessError `unknown_provider`; `bad_input` for one that wants no credential
 */
export function loginProvider(config: Config, id: ProviderId, own: OwnAddresses = {}): Provider {
  const known = presentProvider(id) ?? configuredProvider(config, id, own);
  if (!known) throw unknownProvider(config, id);
  const provider = withOwnLogins(known, own[known.id]);
  if (loginsOf(provider).length > 0) return provider;
  throw new AccessError("bad_input", `${provider.label} wants no credential: there is nothing to log in to.`);
}

/** `oauth` of access.json. */
export type OwnAddresses = AccessConfig["oauth"];

/** Former providers are never logged in to, also not by an alias. */
function presentProvider(id: ProviderId): Provider | undefined {
  const provider = findProvider(id);
  const renamed = provider && RENAMED_PROVIDERS[provider.id];
  return renamed === undefined ? provider : findProvider(renamed);
}

function configuredProvider(config: Config, id: ProviderId, own: OwnAddresses): Provider | undefined {
  return config.providers.has(id) || Object.hasOwn(own, id) ? unknownBefore(id) : undefined;
}

const unknownBefore = (id: ProviderId): Provider => ({
  id,
  label: id,
  api: "openai-completions",
  env: [],
  catalog: "runtime",
});

function unknownProvider(config: Config, id: ProviderId): AccessError {
  const near = nearest(id, [...PROVIDERS.map((each) => each.id), ...config.providers.keys()]);
  const hint = near === undefined ? "" : ` Did you mean ${near}?`;
  return new AccessError(
    "unknown_provider",
    `There is no provider "${id}" to log in to.${hint} A key of another provider is stored by: openclaw models auth paste-api-key --provider ${id}`,
  );
}

/** @throws AccessError `bad_input` */
export function loginNamed(provider: Provider, method: string): Login {
  const logins = loginsOf(provider);
  const found = findLogin(logins, method);
  if (found) return found;
  const known = logins.map(({ id }) => id).join(", ");
  throw new AccessError("bad_input", `${provider.id} has no login method "${method}". It has: ${known}.`);
}

/**
 * The provider's token login: its `setup-token`, else its first.
 *
 * @throws AccessError `unknown_provider`; `bad_input` for a provider without one
 */
export function tokenLogin(config: Config, id: ProviderId): Target {
  const provider = loginProvider(config, id);
  const logins = loginsOf(provider);
  const login = findLogin(logins, "setup-token") ?? findLogin(logins, "token");
  if (login) return { provider, logins, login };
  const known = PROVIDERS.filter((each) => isOffered(each) && findLogin(loginsOf(each), "token"));
  throw new AccessError(
    "bad_input",
    `${provider.id} has no token login (${known.map((each) => each.id).join(", ")} have one). A token of another kind is stored by: openclaw models auth paste-token --provider ${provider.id}`,
  );
}

export async function askProvider(config: Config, talk: Talk, own: OwnAddresses = {}): Promise<Provider> {
  return await talk.choose("Which provider?", providerChoices(config, own));
}

/** The person's own first, then what is built in. */
export function providerChoices(config: Config, own: OwnAddresses): Choice<Provider>[] {
  const written = new Set([...config.providers.keys(), ...Object.keys(own)]);
  const hintOf = (id: ProviderId) => `from ${config.providers.has(id) ? "openclaw.json" : "access.json"}`;
  return [
    ...[...written]
      .filter((id) => !findProvider(id))
      .map((id) => ({ value: withOwnLogins(unknownBefore(id), own[id]), label: id, hint: hintOf(id) })),
    ...PROVIDERS.filter(isOffered)
      .map((provider) => withOwnLogins(provider, own[provider.id]))
      .map((provider) => ({ value: provider, label: provider.label, hint: provider.id })),
  ];
}

/** Old names are understood when typed, not offered; nor are providers that want nothing. */
export const isOffered = (provider: Provider): boolean =>
  RENAMED_PROVIDERS[provider.id] === undefined && loginsOf(provider).length > 0;

/** The only login there is, else the one that the person picks from those that can be picked. */
export async function askLogin(talk: Talk, provider: Provider, seat: Seat): Promise<Login> {
  const logins = bestFirst(loginsOf(provider), seat);
  if (logins.length === 1 || !logins.some(isBuilt)) return logins[0]!;
  return await talk.choose(`How do you log in to ${provider.label}?`, logins.map(loginChoice));
}

/** Without a browser in front of the person, a code is easier than the way back from one. */
export const bestFirst = (logins: readonly Login[], seat: Seat): readonly Login[] =>
  seat === "here" || logins[0]?.kind !== "browser"
    ? logins
    : logins.toSorted((a, b) => Number(b.kind === "device") - Number(a.kind === "device"));

export const loginChoice = (login: Login): Choice<Login> => ({
  value: login,
  label: login.label,
  ...(isBuilt(login) ? {} : { disabled: true, hint: hintOf(login) }),
});

const hintOf = ({ kind }: Login): string =>
  kind === "cloud" ? "nothing to store" : "not in this version yet";
