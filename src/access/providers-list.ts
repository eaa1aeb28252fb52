// Every provider that can be used, with the ways to log in to it: what a page needs to offer them.
import type { Config } from "../config/config.ts";
import type { ProviderId } from "../core/ids.ts";
import { RENAMED_PROVIDERS } from "../core/ids.ts";
import { PROVIDERS } from "../providers/all.ts";
import { loginsOf } from "../providers/logins.ts";
import type { Login, LoginKind, Provider } from "../providers/provider.ts";
import type { OwnAddresses } from "./login/choose.ts";
import { providerChoices } from "./login/choose.ts";
import { isBuilt } from "./login/flow.ts";
import { recommendedRef } from "./login/recommended.ts";

export interface ProviderRow {
  readonly id: ProviderId;
  readonly label: string;
  /** also understood */
  readonly aliases: readonly string[];
  readonly api: string;
  /** may hold placeholders in braces */
  readonly baseUrl: string | null;
  /** variables that hold its credential; `A+B`: both */
  readonly env: readonly string[];
  /** Its calls run through a program of somebody else's, and serve this provider's models. */
  readonly backendOf?: ProviderId;
  /** that brings it */
  readonly plugin?: string;
  /** There is `models.providers.<id>`. */
  readonly configured: boolean;
  /** `provider/model` */
  readonly recommendedModel: string | null;
  /** none: it wants no credential */
  readonly logins: readonly LoginRow[];
}

export interface LoginRow {
  readonly id: string;
  readonly kind: LoginKind;
  readonly label: string;
  /** There is a flow for it. */
  readonly available: boolean;
  /** the provider's stance on such logins, as of when */
  readonly policy?: { readonly text: string; readonly asOf: string };
}

/** The person's own first. Former providers are not among them. */
export function listProviders(config: Config, own: OwnAddresses): ProviderRow[] {
  const offered = providerChoices(config, own).map(({ value }) => value);
  const known = new Set(offered.map(({ id }) => id));
  const others = PROVIDERS.filter(({ id }) => !known.has(id) && RENAMED_PROVIDERS[id] === undefined);
  return [...offered, ...others].map((provider) => rowOf(provider, config));
}

function rowOf(provider: Provider, config: Config): ProviderRow {
  const { id, label, aliases = [], api, baseUrl, env, backendOf, plugin } = provider;
  const written = config.providers.get(id);
  return {
    id,
    label,
    aliases,
    api: written?.api ?? api,
    baseUrl: baseUrl ?? null,
    env,
    ...(backendOf === undefined ? {} : { backendOf }),
    ...(plugin ? { plugin: plugin.source.spec } : {}),
    configured: written !== undefined,
    recommendedModel: recommendedRef(provider) ?? null,
    logins: loginsOf(provider).map(loginRow),
  };
}

const loginRow = (login: Login): LoginRow => ({
  id: login.id,
  kind: login.kind,
  label: login.label,
  available: isBuilt(login),
  ...(login.policy ? { policy: login.policy } : {}),
});
