// Who can be asked what is left of a plan, and where. A credential is shown only to its provider: where the config
// sends a provider's calls elsewhere, nobody is asked unless access.json names the address.
import type { Config, OAuthSettings } from "../config/config.ts";
import type { AuthProfile, Credential } from "../core/credential.ts";
import { eligibility } from "../core/credential.ts";
import type { ProviderId } from "../core/ids.ts";
import { envProfileId } from "../core/ids.ts";
import { fitsHeader, Secret } from "../core/secret.ts";
import { NON_SECRET_MARKERS } from "../providers/all.ts";
import { usageSurfaceOf, USAGE_SURFACES } from "../providers/usage/all.ts";
import type { UsageKey, UsageSurface } from "../providers/usage/surface.ts";
import type { Environment } from "../secrets/env.ts";
import type { AgentView } from "./agent-view.ts";
import type { Deps } from "./deps.ts";
import { routeTo } from "./provider-route.ts";

export interface UsageTarget {
  readonly profile: AuthProfile;
  readonly surface: UsageSurface;
  /** absent where there is nothing to ask: the name is all there is */
  readonly question?: UsageQuestion;
  /** It is no profile of the plan: what it answers is shown and not kept. */
  readonly passing?: true;
}

export interface UsageQuestion {
  /** asked in this order; either may fail alone */
  readonly urls: readonly string[];
  readonly key: Omit<UsageKey, "secret">;
  readonly secret: Secret;
}

export interface UsageInputs {
  readonly config: Config;
  /** `oauth` of access.json */
  readonly settings: Readonly<Record<string, OAuthSettings>>;
  readonly view: Pick<AgentView, "snapshot" | "stored" | "secrets">;
  readonly env: Environment;
  /** ms since epoch */
  readonly now: number;
}

export const usageInputs = (
  deps: Pick<Deps, "config" | "accessConfig" | "env" | "now">,
  view: UsageInputs["view"],
): UsageInputs => ({
  config: deps.config(),
  settings: deps.accessConfig().oauth,
  view,
  env: deps.env(),
  now: deps.now(),
});

/** Every credential that has windows somewhere, in the order of the snapshot. Pure. */
export function usageTargets(inputs: UsageInputs): UsageTarget[] {
  const targets = inputs.view.snapshot.profiles.flatMap((profile) => usageTarget(inputs, profile) ?? []);
  return [...extraTargets(inputs, targets), ...targets];
}

/** `undefined` when this credential has no windows, cannot be used, or may be shown to nobody. */
export function usageTarget(inputs: UsageInputs, profile: AuthProfile): UsageTarget | undefined {
  const surface = usageSurfaceOf(profile.provider);
  if (!surface || eligibility(profile, inputs.now) !== "ok") return undefined;
  const credential = inputs.view.stored.find(({ id }) => id === profile.id)?.credential;
  const secret = secretFor(surface, credential, inputs.view.secrets.get(profile.id));
  if (!secret || isMarker(secret) || !hasWindows(surface, profile, secret)) return undefined;
  if (surface.plugin) return pluginTarget(inputs, profile, surface, secret);
  if (!surface.request) return { profile, surface };
  const urls = usageUrls(inputs, surface, profile.provider);
  if (urls.length === 0 || !fitsHeader(secret.reveal())) return undefined;
  return { profile, surface, question: { urls, secret, key: accountOf(credential) } };
}

/** A plugin asks its own address: with one from the config, that is somebody else's. */
function pluginTarget(
  { config }: UsageInputs,
  profile: AuthProfile,
  surface: UsageSurface,
  secret: Secret,
): UsageTarget | undefined {
  if (config.providers.get(profile.provider)?.baseUrl !== undefined) return undefined;
  return { profile, surface, question: { urls: [], secret, key: {} } };
}

/** Stands where a secret would; it opens nothing. */
const isMarker = (secret: Secret): boolean => NON_SECRET_MARKERS.has(secret.reveal());

function secretFor(
  { secretOf }: UsageSurface,
  credential: Credential | undefined,
  secret: Secret | undefined,
): Secret | undefined {
  const own = credential && secretOf?.(credential);
  return own === undefined ? secret : new Secret(own);
}

/** The kind of a stored credential tells; a key of the environment or the config tells by its form. */
function hasWindows({ types, fits }: UsageSurface, { type, source }: AuthProfile, secret: Secret): boolean {
  const byKind = types.some((one) => one === type);
  return byKind || (source !== "store" || type === "api_key" ? (fits?.(secret.reveal()) ?? false) : false);
}

function accountOf(credential: Credential | undefined): Omit<UsageKey, "secret"> {
  if (credential?.type !== "oauth") return {};
  const { accountId, projectId } = credential;
  return { accountId: textOr(accountId), projectId: textOr(projectId) };
}

/** Rows of other programs may hold anything; what cannot be sent is left out. */
const textOr = (value: unknown): string | undefined =>
  typeof value === "string" && /^[\u0021-\u007e]{1,200}$/.test(value) ? value : undefined;

/** What access.json says, else the address that belongs to where the provider's calls go. */
function usageUrls({ config, settings }: UsageInputs, surface: UsageSurface, provider: ProviderId): string[] {
  const own = settings[provider]?.usageUrl ?? settings[surface.id]?.usageUrl;
  if (own !== undefined) return [own];
  const origin = routeTo(config, provider)?.origin;
  const url = origin === undefined ? undefined : surface.request?.urls[origin];
  if (url === undefined) return [];
  const also = surface.request?.also;
  return [url, ...(also === undefined ? [] : [new URL(also, url).href])];
}

const isLogin = ({ profile }: UsageTarget): boolean => profile.type === "oauth";

/** Variables that are for this question alone; a login goes before them. */
function extraTargets(inputs: UsageInputs, targets: readonly UsageTarget[]): UsageTarget[] {
  return USAGE_SURFACES.flatMap((surface) => {
    const name = surface.env?.find((variable) => inputs.env[variable]?.trim());
    if (name === undefined || targets.some((target) => target.surface === surface && isLogin(target)))
      return [];
    const secret = new Secret(inputs.env[name]!.trim());
    const provider = surface.providers.at(-1)!;
    const urls = usageUrls(inputs, surface, provider);
    if (urls.length === 0 || !fitsHeader(secret.reveal())) return [];
    const id = envProfileId(name, 1);
    const profile = { id, provider, type: "api_key", source: "env", owner: "", generation: "" } as const;
    return [{ profile, surface, question: { urls, secret, key: {} }, passing: true }];
  });
}
