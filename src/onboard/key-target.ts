// Where a key is good: the provider's way with keys, of the region that is meant, and the address where that holds a
// name of the person's own. Pure.
import type { Target } from "../access/login/choose.ts";
import type { Config } from "../config/config.ts";
import { AccessError } from "../core/errors.ts";
import { loginsOf } from "../providers/logins.ts";
import type { Login, Provider } from "../providers/provider.ts";

/** What stands in an address for a name of the person's own, by its word: `account_id`. */
export type Blanks = ReadonlyMap<string, string>;

/** The ways with an API key; the only way there is where none is meant for keys. */
export function keyLogins(provider: Provider): readonly Login[] {
  const logins = loginsOf(provider);
  const withKey = logins.filter(({ kind }) => kind === "api_key");
  if (withKey.length > 0) return withKey;
  return [logins[0] ?? { id: "api-key", kind: "api_key", label: `${provider.label} API key` }];
}

/** @param login the provider's first way with keys when left out */
export function keyTarget(provider: Provider, login?: Login, blanks: Blanks = new Map()): Target {
  const chosen = login ?? keyLogins(provider)[0]!;
  const logins = loginsOf(provider);
  if (blanks.size === 0 || !provider.baseUrl) return { provider, logins, login: chosen };
  const baseUrl = provider.baseUrl.replaceAll(BLANK, (whole, word: string) => blanks.get(word) ?? whole);
  return { provider, logins, login: { ...chosen, endpoint: { baseUrl } } };
}

/**
 * The way to the provider's usual host was named, and the config holds another region's: the host changes with it.
 * An address of the person's own stays.
 */
export function toUsualHost(config: Config, target: Target): Target {
  const { provider, logins, login } = target;
  const { baseUrl } = provider;
  const written = config.providers.get(provider.id)?.baseUrl;
  const hosts = logins.flatMap(({ endpoint }) => endpoint?.baseUrl ?? []);
  const isMeant = login.endpoint === undefined && baseUrl !== undefined && !hosts.includes(baseUrl);
  return isMeant && written !== undefined && hosts.includes(written)
    ? { ...target, login: { ...login, endpoint: { baseUrl } } }
    : target;
}

const BLANK = /\{(\w+)\}/g;

/** The words that the person must still say, so that calls go anywhere. */
export const openBlanks = (config: Config, { provider, login }: Target): string[] =>
  config.providers.get(provider.id)?.baseUrl === undefined
    ? [...(login.endpoint?.baseUrl ?? provider.baseUrl ?? "").matchAll(BLANK)].map(([, word]) => word!)
    : [];

/** @returns what is wrong with a name that is to stand in an address */
export const blankFault = (text: string): string | undefined =>
  /^[\w.-]+$/.test(text.trim()) ? undefined : "Letters, digits, dots, dashes and underscores";

/** @throws AccessError `bad_input` when calls would go nowhere */
export function mustBeFilled(config: Config, target: Target): Target {
  const open = openBlanks(config, target);
  if (open.length === 0) return target;
  const { id, label, baseUrl } = target.provider;
  const flags = open.map((word) => `--${id}-${word.replaceAll("_", "-")}`).join(" and ");
  const say = id === "cloudflare-ai-gateway" ? `Say ${flags}` : "Say it";
  throw new AccessError(
    "bad_input",
    `${label} is reached at an address of your own. ${say}, or set it first: openclaw config set models.providers.${id}.baseUrl ${baseUrl}`,
  );
}
