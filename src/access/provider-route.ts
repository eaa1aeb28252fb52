// How a provider is reached: what the config says of it, over what is built in.
import type { Config, ConfiguredModel, SecretInput } from "../config/config.ts";
import type { AuthProfile } from "../core/credential.ts";
import type { ProviderId } from "../core/ids.ts";
import type { RefValues, SecretProviders } from "../core/secret-ref.ts";
import type { Environment } from "../secrets/env.ts";
import { findProvider } from "../providers/all.ts";
import type { CliBackend } from "../providers/cli-backends.ts";
import { cliBackend } from "../providers/cli-backends.ts";
import type { Api, Provider, ProviderPlace } from "../providers/provider.ts";
import { addressFault } from "./provider-address.ts";
import type { RoutePlace } from "./provider-place.ts";
import { OF_PROGRAMS, placeOf, withoutSlash } from "./provider-place.ts";

export interface ProviderRoute extends RoutePlace {
  readonly id: ProviderId;
  /** a program on this machine that makes the calls; the address says nothing then */
  readonly backend?: CliBackend;
  /** `models.providers.<id>.headers`, sent with every call */
  readonly headers: Readonly<Record<string, SecretInput>>;
  /** for references inside `headers` */
  readonly secretProviders: SecretProviders;
  readonly refValues?: RefValues;
  readonly headerVariants: NonNullable<Provider["headerVariants"]>;
  /** whole call, ms */
  readonly timeoutMs?: number;
  readonly models: readonly ConfiguredModel[];
}

/** Routes of a config that was loaded once: requests ask for the same few again and again. */
const ROUTES: Routes = new WeakMap();
/** The same, with places filled; a config that is read anew comes with its environment. */
const FILLED: Routes = new WeakMap();
/** By provider, then by the protocol of the caller. */
type Routes = WeakMap<Config, Map<ProviderId, Map<string, ProviderRoute>>>;

/**
 * `undefined` when nobody knows the provider, or nobody knows its address.
 *
 * @param api the protocol that the caller speaks: taken where the provider speaks it as well
 * @param env fills what the address leaves open; without it such an address is not known
 */
export function routeTo(
  config: Config,
  id: ProviderId,
  api?: string,
  env?: Environment,
): ProviderRoute | undefined {
  return kept(config, env, id, api ?? "", () => {
    const baseUrl = api === undefined ? undefined : findProvider(id)?.alternates?.[api as Api];
    return baseUrl === undefined
      ? makeRoute(config, id, env)
      : makeRoute(config, id, env, { api: api as Api, baseUrl });
  });
}

/** Why the provider's address is not known, though there is one; `undefined` when it is, or nobody knows any. */
export function openAddress(config: Config, id: ProviderId, env: Environment): string | undefined {
  const baseUrl = config.providers.get(id)?.baseUrl ?? findProvider(id)?.baseUrl;
  return baseUrl === undefined ? undefined : addressFault(id, baseUrl, env);
}

/** Whether somebody has said where the provider is, be it with places left open. */
export const isKnown = (config: Config, id: ProviderId): boolean =>
  routeTo(config, id) !== undefined || (findProvider(id)?.baseUrl?.includes("{") ?? false);

/** Every route that a call of somebody who speaks `api` may take to a provider. */
export function routesTo(
  config: Config,
  id: ProviderId,
  api: string,
  env: Environment,
): readonly ProviderRoute[] {
  const main = routeTo(config, id, api, env);
  const login = findProvider(id)?.loginRoute && routeFor(config, { provider: id, type: "oauth" });
  return [main, login].filter((route) => route !== undefined);
}

/** The route of a call with this profile: some logins are good at an address of their own. */
export function routeFor(
  config: Config,
  { provider, type }: Pick<AuthProfile, "provider" | "type">,
  api?: string,
  env?: Environment,
): ProviderRoute | undefined {
  const login = type === "oauth" ? findProvider(provider)?.loginRoute : undefined;
  if (!login) return routeTo(config, provider, api, env);
  return kept(config, env, provider, LOGIN, () => makeRoute(config, provider, env, login));
}

/** No protocol's name. */
const LOGIN = "login";

/** Only ids that somebody configured or built in are kept: clients can ask for any. */
function kept(
  config: Config,
  env: Environment | undefined,
  id: ProviderId,
  way: string,
  make: () => ProviderRoute | undefined,
): ProviderRoute | undefined {
  const all = env ? FILLED : ROUTES;
  const known = all.get(config)?.get(id)?.get(way);
  if (known) return known;
  const route = make();
  if (route) {
    const ofConfig = entryOf(all, config, () => new Map<ProviderId, Map<string, ProviderRoute>>());
    entryOf(ofConfig, id, () => new Map<string, ProviderRoute>()).set(way, route);
  }
  return route;
}

function entryOf<K, V>(map: Lookup<K, V>, key: K, make: () => V): V {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}

/** What maps and weak maps share. */
interface Lookup<K, V> {
  get(key: K): V | undefined;
  set(key: K, value: V): unknown;
}

/** @param other another place and protocol of the provider; what the config says goes before */
function makeRoute(
  config: Config,
  id: ProviderId,
  env: Environment | undefined,
  other?: ProviderPlace,
): ProviderRoute | undefined {
  const configured = config.providers.get(id);
  const isMoved = configured?.baseUrl !== undefined || configured?.api !== undefined;
  const shared = {
    id,
    secretProviders: config.secretProviders,
    ...(config.refValues ? { refValues: config.refValues } : {}),
    ...(configured?.timeoutSeconds ? { timeoutMs: configured.timeoutSeconds * 1000 } : {}),
    models: configured?.models ?? [],
  };
  const backend = isMoved ? undefined : cliBackend(config, id);
  if (backend) return { ...shared, ...OF_PROGRAMS, backend, headers: {}, headerVariants: [] };
  const place = placeOf(id, configured, isMoved ? undefined : other, env);
  const { headerVariants = [] } = findProvider(id) ?? {};
  return place && { ...shared, ...place, headers: configured?.headers ?? {}, headerVariants };
}

/** The same provider where a login says that it is served; what the config says goes before. */
export function routeVia(route: ProviderRoute, baseUrl: string): ProviderRoute {
  if (route.elsewhere) return route;
  const { origin, pathname } = new URL(baseUrl);
  return { ...route, origin, basePath: withoutSlash(pathname) };
}
