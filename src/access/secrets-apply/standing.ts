// What a plan meets: openclaw.json, the stores, and what stands at each of its targets now. Reads; writes nothing.
import { parseEnv } from "node:util";
import type { Config } from "../../config/config.ts";
import { fitPath, valueAt } from "../../config/config-path.ts";
import type { Path } from "../../config/difference.ts";
import { readBytes, readDocument } from "../../config/document.ts";
import { configOf } from "../../config/load.ts";
import type { Credential, SecretRef } from "../../core/credential.ts";
import { isRef, oauthRefFault, refOf } from "../../core/credential.ts";
import { AccessError } from "../../core/errors.ts";
import type { AgentId, ProviderId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { PlanTarget, ProfileTarget, SecretPlan } from "../../core/secret-plan.ts";
import { placeOf } from "../../core/secret-plan.ts";
import { findProvider, NON_SECRET_MARKERS } from "../../providers/all.ts";
import { environmentKeys } from "../../providers/env-keys.ts";
import { variableIn } from "../../secrets/env.ts";
import type { StoredProfile } from "../../store/store.ts";
import type { AgentFile } from "../../store/seal/databases.ts";
import type { CommandDeps } from "../open-deps.ts";
import { databasesOf } from "../seal/agent-files.ts";
import { referenceOf } from "../secret-refs.ts";

export interface World {
  readonly document: JsonObject;
  readonly config: Config;
  readonly databases: readonly AgentFile[];
  readonly profiles: ReadonlyMap<AgentId, readonly StoredProfile[]>;
  /** what `.env` sets */
  readonly dotenv: Readonly<Record<string, string | undefined>>;
}

export type Was = { readonly plain: string } | { readonly ref: SecretRef } | { readonly absent: true };

/** A target with what stands there. */
export interface Standing {
  readonly target: PlanTarget;
  readonly was: Was;
  readonly provider?: ProviderId;
  /** The key that `.env` has for the provider of a profile that is to be made. */
  readonly given?: string;
}

/** The secret that is moved: what stands there, or what a profile that is to be made takes over. */
export const secretOf = ({ was, given }: Pick<Standing, "was" | "given">): string | undefined =>
  "plain" in was ? was.plain : given;

/** @throws AccessError `config_invalid`, `store_unreadable`, `store_sealed` */
export async function readWorld(deps: CommandDeps): Promise<World> {
  const { configPath } = deps.paths();
  const document = readDocument(configPath);
  const config = configOf(configPath, document);
  const databases = await databasesOf(deps);
  const profiles = new Map<AgentId, readonly StoredProfile[]>();
  for (const { agent } of databases) {
    const { state } = await deps.store().read(agent);
    if (state.damaged)
      throw new AccessError("store_unreadable", `${state.warnings.join("; ")}. Nothing was changed.`);
    profiles.set(agent, state.profiles);
  }
  return { document, config, databases, profiles, dotenv: dotenvOf(deps) };
}

function dotenvOf(deps: CommandDeps): World["dotenv"] {
  const bytes = readBytes(deps.paths().dotenvPath);
  return bytes && "value" in bytes ? parseEnv(bytes.value.toString()) : {};
}

/** Every target, also those that follow from others. @throws AccessError `bad_input`, `unknown_agent` */
export function standingOf(world: World, plan: SecretPlan): Standing[] {
  const named = plan.targets.map((target) => standing(world, target));
  if (!plan.options.scrubAuthProfilesForProviderTargets) return named;
  const taken = new Set(named.map(({ target }) => placeOf(target)));
  const derived = named.flatMap((each) => sameKeys(world, each)).filter((each) => !taken.has(placeOf(each)));
  return [...named, ...derived.map((target) => standing(world, target))];
}

/** A config path with its keys as the document has them. */
export const pathIn = (document: JsonObject, keys: readonly string[]): Path => fitPath(document, keys);

/** What an entry of the config is, now. */
export function wasInConfig(document: JsonObject, keys: readonly string[]): Was {
  const value = valueAt(document, pathIn(document, keys));
  if (isRef(value)) return { ref: value };
  return typeof value === "string" ? ofText(value) : { absent: true };
}

function ofText(text: string): Was {
  const ref = variableIn(text);
  if (ref) return { ref };
  return text.trim() === "" || NON_SECRET_MARKERS.has(text.trim()) ? { absent: true } : { plain: text };
}

/** What a stored credential is, now. */
export function wasInStore(credential: Credential | undefined): Was {
  if (!credential || credential.type === "oauth") return { absent: true };
  const text: unknown = credential.type === "api_key" ? credential.key : credential.token;
  const plain = typeof text === "string" ? ofText(text) : { absent: true as const };
  // With both, the reference is used; the text beside it is a secret all the same.
  if ("plain" in plain) return plain;
  const ref = referenceOf(credential);
  return ref ? { ref } : { absent: true };
}

function standing(world: World, target: PlanTarget): Standing {
  if (target.kind === "profile") return standingProfile(world, target);
  const [section, table, id] = target.keys;
  const provider = section === "models" && table === "providers" ? { provider: id! } : {};
  return { target, was: wasInConfig(world.document, target.keys), ...provider };
}

function standingProfile({ config, profiles, dotenv }: World, target: ProfileTarget): Standing {
  const { agentId, profileId, field } = target;
  const stored = profiles.get(agentId);
  const isKnown = stored !== undefined || config.agents.some(({ id }) => id === agentId);
  if (!isKnown) throw new AccessError("unknown_agent", `There is no agent ${agentId}. Nothing was changed.`);
  const profile = stored?.find(({ id }) => id === profileId);
  const refuse = (why: string) =>
    new AccessError("bad_input", `${placeOf(target)}: ${why}. Nothing was changed.`);
  if (profile?.unopened)
    throw new AccessError("store_sealed", profile.unopened.fault ?? `${placeOf(target)} is sealed.`);
  const credential = profile?.credential;
  const provider = credential?.provider ?? target.provider;
  if (provider === undefined)
    throw refuse("there is no such profile; with authProfileProvider in the plan it is made");
  const type = field === "key" ? "api_key" : "token";
  if (credential && credential.type !== type)
    throw refuse(
      credential.type === "oauth"
        ? "a login (OAuth) cannot be a reference: its refresh could not be kept"
        : `the profile is of type ${credential.type}`,
    );
  const wanted = withRef(credential ?? { type, provider }, target.ref);
  const fault = oauthRefFault(wanted, config.profiles.get(profileId)?.mode);
  if (fault !== undefined) throw refuse(fault);
  const [key] = credential
    ? []
    : environmentKeys(findProvider(provider) ?? { id: provider, env: [] }, dotenv);
  return { target, was: wasInStore(credential), provider, ...(key && { given: key.value }) };
}

/** The credential behind the reference, its secret left out. */
export function withRef(credential: Credential, ref: SecretRef): Credential {
  const { key: _key, token: _token, ...rest } = credential as Credential & { key?: string; token?: string };
  return (
    credential.type === "api_key" ? { ...rest, keyRef: ref } : { ...rest, tokenRef: ref }
  ) as Credential;
}

/** Whether a credential is that reference and nothing else. */
export function isBehind(credential: Credential | undefined, { source, provider, id }: SecretRef): boolean {
  const ref = credential && refOf(credential);
  const isSame = ref?.source === source && ref.provider === provider && ref.id === id;
  return isSame && "ref" in wasInStore(credential);
}

/** Stored keys that are the one which is moved out of the config: each goes behind the same reference. */
function sameKeys({ profiles, config }: World, { target, was, provider }: Standing): ProfileTarget[] {
  if (target.kind !== "config" || !target.path.endsWith(".apiKey") || !("plain" in was) || !provider)
    return [];
  return [...profiles].flatMap(([agentId, stored]) =>
    stored
      .filter(
        ({ id, credential }) =>
          credential.type === "api_key" &&
          credential.provider === provider &&
          credential.key === was.plain &&
          config.profiles.get(id)?.mode !== "oauth",
      )
      .map(({ id }) => ({
        kind: "profile" as const,
        type: "auth-profiles.api_key.key",
        path: `profiles.${id}.key`,
        agentId,
        profileId: id,
        field: "key" as const,
        ref: target.ref,
      })),
  );
}
