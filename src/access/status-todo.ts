// What is wrong with the providers in use, and what to type: the last lines of `models status`.
import type { Config } from "../config/config.ts";
import type { AuthProfile, Credential, SecretRef } from "../core/credential.ts";
import { eligibility, refOf } from "../core/credential.ts";
import type { AgentId, ProviderId } from "../core/ids.ts";
import { aliasFault, refKey } from "../core/secret-ref.ts";
import { referenceIn } from "../secrets/env.ts";
import { findProvider } from "../providers/all.ts";
import { UNFIT } from "./assessed-profiles.ts";
import { spokenDuration } from "./duration.ts";
import type { ReadView } from "./read-view.ts";
import type { Usable } from "./status-health.ts";
import type { AuthReport, Todo } from "./status-report.ts";

export interface TodoInputs {
  /** in use, the default model's first */
  readonly providers: readonly ProviderId[];
  readonly view: ReadView;
  readonly usable: Usable;
  readonly auth: AuthReport;
  readonly config: Config;
  /** as named on the command line */
  readonly agent: AgentId | undefined;
  readonly now: number;
}

export function todoFor(inputs: TodoInputs): Todo[] {
  return inputs.providers.flatMap((provider) => {
    if (inputs.usable.of(provider).length === 0) return [missing(provider, inputs)];
    return [...loginsNeeded(provider, inputs), ...expiring(provider, inputs), ...allBarred(provider, inputs)];
  });
}

function missing(provider: ProviderId, inputs: TodoInputs): Todo {
  const { view, config, now } = inputs;
  // What cannot be read must not be taken for absent.
  const [unreadable] = view.unreadable;
  if (unreadable !== undefined)
    return { provider, problem: "not known: a store cannot be read", remedy: unreadable };
  const stored = view.snapshot.profiles.filter(
    (profile) => profile.provider === provider && profile.source === "store",
  );
  const unresolved = view.snapshot.profiles.find(
    (profile) => profile.provider === provider && profile.problem === "unresolved_ref",
  );
  if (unresolved) return unresolvedRef(provider, unresolved, inputs);
  if (view.snapshot.order.has(provider) && stored.some((profile) => eligibility(profile, now) === "ok"))
    return hiddenByOrder(provider, inputs);
  const bad = stored.find(({ loginNeeded }) => loginNeeded) ?? stored[0];
  if (bad)
    return renew(provider, bad, inputs, `${bad.id}: ${IN_WORDS[eligibility(bad, now)] ?? "not usable"}`);
  const known = findProvider(provider);
  if (known?.backendOf !== undefined)
    return {
      provider,
      problem: "its own login is not known here",
      remedy: command(inputs, `login --provider ${known.backendOf} --method cli`),
    };
  const variable = known?.env.find((name) => !name.includes("+"));
  const paste = command(inputs, `paste-api-key --provider ${provider}`);
  const keyed = config.providers.get(provider)?.apiKey !== undefined;
  return {
    provider,
    problem: keyed ? "the key in models.providers cannot be had" : "no credential",
    remedy: paste,
    ...(variable === undefined ? {} : { otherwise: `or set ${variable}` }),
  };
}

const IN_WORDS: Readonly<Record<string, string>> = {
  missing_credential: "nothing stored in it",
  invalid_expires: "its expiry is not a time",
  expired: "expired",
  login_needed: "its login has ended",
  ineligible_profile: "does not fit auth.profiles in openclaw.json",
};

function unresolvedRef(provider: ProviderId, profile: AuthProfile, { view, config }: TodoInputs): Todo {
  const { id } = profile;
  const { credential: stored, unopened } = view.stored.find((entry) => entry.id === id) ?? {};
  if (unopened?.fault !== undefined) return { provider, problem: `${id} is sealed`, remedy: unopened.fault };
  const inConfig = profile.source === "config" ? config.providers.get(provider)?.apiKey : undefined;
  const ref = referenceIn((stored && (refOf(stored) ?? textOf(stored))) ?? inConfig);
  const { why } = view.unresolved.get(id) ?? {};
  const broken = ref && brokenRef(ref, why, config);
  if (broken) return { provider, problem: `${id} refers to ${broken.problem}`, remedy: broken.remedy };
  if (why?.endsWith(UNFIT))
    return { provider, problem: `${id}: ${why}`, remedy: "Write it anew, on one line." };
  const [what, it, name] = ref ? [ref.id, ref.id, ref.id] : ["a variable", "it", "NAME"];
  return {
    provider,
    problem: `${id} refers to ${what}, which is not set`,
    remedy: `Set ${it} in the environment, or as a line ${name}=… in .env in the state dir.`,
  };
}

/** What is wrong with a reference itself, or with who was asked for it. */
function brokenRef(
  ref: SecretRef,
  why: string | undefined,
  config: Config,
): { readonly problem: string; readonly remedy: string } | undefined {
  const fault = aliasFault(ref, config.secretProviders);
  if (ref.source !== "env")
    return {
      problem: `${refKey(ref)}: ${fault ?? why ?? "not known"}`,
      remedy: "Mend that, then see: openclaw secrets audit --allow-exec",
    };
  if (ref.provider === "" || fault === undefined) return undefined;
  return {
    problem: `${ref.id} through "${ref.provider}", which may not read it`,
    remedy: `Define secrets.providers.${ref.provider} in ${config.path}, with ${ref.id} in its allowlist.`,
  };
}

const textOf = (credential: Credential): string | undefined => {
  if (credential.type === "api_key") return credential.key;
  return credential.type === "token" ? credential.token : undefined;
};

function hiddenByOrder(provider: ProviderId, inputs: TodoInputs): Todo {
  const problem = "the order names none of its usable profiles";
  if (inputs.view.orderFrom.get(provider) === "store")
    return { provider, problem, remedy: command(inputs, `order clear --provider ${provider}`) };
  return { provider, problem, remedy: `Correct auth.order.${provider} in ${inputs.config.path}.` };
}

/** How a credential of this kind is replaced. */
function renew(provider: ProviderId, profile: AuthProfile, inputs: TodoInputs, problem: string): Todo {
  const named = `--provider ${provider} --profile-id ${profile.id}`;
  const key = command(inputs, `paste-api-key --provider ${provider}`);
  if (profile.type === "oauth")
    return {
      provider,
      problem,
      remedy: command(inputs, `login ${named}`),
      otherwise: `or store a key: ${key}`,
    };
  const verb = profile.type === "token" ? "paste-token" : "paste-api-key";
  return { provider, problem, remedy: command(inputs, `${verb} ${named}`) };
}

/** Told while others serve, and while its access token does: before it bites. */
function loginsNeeded(provider: ProviderId, inputs: TodoInputs): Todo[] {
  const { profiles } = inputs.view.snapshot;
  return profiles.flatMap((profile) => {
    if (profile.provider !== provider || !profile.loginNeeded) return [];
    const left = (profile.expiresAt ?? inputs.now) - inputs.now;
    const serves = left > 0 ? `, and serves for ${spokenDuration(left)} more` : "";
    return [renew(provider, profile, inputs, `${profile.id}: its login has ended${serves}`)];
  });
}

function expiring(provider: ProviderId, inputs: TodoInputs): Todo[] {
  const row = inputs.auth.oauth.providers.find((health) => health.provider === provider);
  return (row?.effectiveProfiles ?? []).flatMap((health) => {
    const profile = inputs.view.snapshot.profiles.find(({ id }) => id === health.profileId);
    // A login with a refresh token renews itself.
    if (!profile || profile.refreshable || profile.loginNeeded || health.status !== "expiring") return [];
    return [renew(provider, profile, inputs, `${profile.id} expires soon`)];
  });
}

/** Every credential of the provider is barred now: say when the first bar ends, or what would end it. */
function allBarred(provider: ProviderId, { auth, usable, now }: TodoInputs): Todo[] {
  const profiles = usable.of(provider);
  const bars = auth.unusableProfiles.filter((row) => row.model === undefined);
  const barOf = (id: string) => bars.find((row) => row.profileId === id);
  if (!profiles.every((profile) => barOf(profile.id))) return [];
  const first = profiles.map((profile) => barOf(profile.id)!).toSorted((a, b) => a.until - b.until)[0]!;
  const remedy = profiles.every(({ keptBy }) => keptBy !== undefined)
    ? remedyOfKept(first.reason)
    : first.reason === "billing"
      ? "Add credit in the provider's console, or store another key."
      : "Wait, or store another key.";
  const problem = `all its profiles are barred, the first for ${spokenDuration(first.until - now)} more`;
  return [{ provider, problem, remedy }];
}

/** A program or a cloud keeps the login; no key stands in for it. */
const remedyOfKept = (reason: string): string =>
  reason.startsWith("auth")
    ? "Log in again with its own program, then: openclaw models status --probe"
    : "Wait, or add a fallback: openclaw models fallbacks add <model>";

const command = ({ agent }: TodoInputs, rest: string): string =>
  `openclaw models auth ${agent === undefined ? "" : `--agent ${agent} `}${rest}`;
