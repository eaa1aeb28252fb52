// How calls with each profile are paid for: access.json, then what is known of the provider and the key.
import type { AccessConfig, Config } from "../config/config.ts";
import type { AuthProfile } from "../core/credential.ts";
import type { Funding } from "../core/funding.ts";
import { usualFunding } from "../core/funding.ts";
import type { ProfileId } from "../core/ids.ts";
import type { Secret } from "../core/secret.ts";
import { findProvider } from "../providers/all.ts";
import { cliBackend } from "../providers/cli-backends.ts";
import type { Environment } from "../secrets/env.ts";
import type { AgentView } from "./agent-view.ts";
import { routeTo } from "./provider-route.ts";

export interface FundingInputs {
  readonly config: Config;
  readonly env: Environment;
  /** `funding` of access.json, by profile id, or by provider for all of its profiles */
  readonly written: AccessConfig["funding"];
}

/** The view, with the classes that do not follow from the types of its credentials. */
export function withFunding(view: AgentView, inputs: FundingInputs): AgentView {
  const funding = new Map<ProfileId, Funding>();
  for (const profile of view.snapshot.profiles) {
    const found = fundingOf(profile, view.secrets.get(profile.id), inputs);
    if (found !== usualFunding(profile)) funding.set(profile.id, found);
  }
  return funding.size === 0 ? view : { ...view, snapshot: { ...view.snapshot, funding } };
}

function fundingOf(profile: AuthProfile, secret: Secret | undefined, inputs: FundingInputs): Funding {
  const { id, provider, type } = profile;
  const written = [id, provider].find((name) => Object.hasOwn(inputs.written, name));
  if (written !== undefined) return inputs.written[written]!;
  // A program with a login of its own: a plan, as a rule.
  if (profile.keptBy !== undefined && cliBackend(inputs.config, profile.keptBy)) return "subscription";
  // A server that wants no credential sends no bill.
  if (type === "none") return findProvider(provider)?.funding ?? "local";
  const known = findProvider(provider);
  if (known?.funding) return known.funding;
  if (type === "api_key" && isPlanKey(known?.planKeys, secret)) return "subscription";
  if (type === "api_key" && isPlanAddress(inputs, provider)) return "subscription";
  return usualFunding(profile);
}

const isPlanKey = (prefixes: readonly string[] | undefined, secret: Secret | undefined): boolean =>
  prefixes !== undefined &&
  secret !== undefined &&
  prefixes.some((prefix) => secret.reveal().startsWith(prefix));

/** Several providers serve their coding plans at an address of its own, which takes no other keys. */
const PLAN_PATH = /\/coding(\/|$)/;
const PLAN_HOST = /^https:\/\/coding[.-]/;

function isPlanAddress({ config, env }: FundingInputs, provider: string): boolean {
  const route = routeTo(config, provider, undefined, env);
  return route !== undefined && (PLAN_PATH.test(route.basePath) || PLAN_HOST.test(route.origin));
}
