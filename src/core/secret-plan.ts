// A plan of `secrets apply`: which secret goes behind which reference. Its shape is OpenClaw's (docs, "Secrets apply plan
// contract"); `options.fillFiles` is ours.
import type { SecretRef } from "./credential.ts";
import { isRef } from "./credential.ts";
import { AccessError } from "./errors.ts";
import type { AgentId, ProfileId, ProviderId } from "./ids.ts";
import type { JsonObject } from "./json.ts";
import { isObject } from "./json.ts";
import { refFault } from "./secret-ref.ts";
import { fitsPattern, keysIn, placePattern } from "./secret-surface.ts";

export interface ConfigTarget {
  readonly kind: "config";
  readonly type: string;
  readonly path: string;
  readonly keys: readonly string[];
  readonly ref: SecretRef;
}

export interface ProfileTarget {
  readonly kind: "profile";
  readonly type: string;
  readonly path: string;
  readonly agentId: AgentId;
  readonly profileId: ProfileId;
  readonly field: "key" | "token";
  /** The profile is made where there is none. */
  readonly provider?: ProviderId;
  readonly ref: SecretRef;
}

export type PlanTarget = ConfigTarget | ProfileTarget;

export interface PlanOptions {
  /** Values that were moved leave `.env` and the config's own variables. */
  readonly scrubEnv: boolean;
  /** Stored keys of a provider whose key in the config is moved go behind the same reference. */
  readonly scrubAuthProfilesForProviderTargets: boolean;
  readonly scrubLegacyAuthJson: boolean;
  /** A secret that a file of `secrets.providers` lacks is written into it. */
  readonly fillFiles: boolean;
}

export interface SecretPlan {
  readonly providerUpserts: ReadonlyMap<string, JsonObject>;
  readonly providerDeletes: readonly string[];
  readonly targets: readonly PlanTarget[];
  readonly options: PlanOptions;
}

/** Where the target is, also its name for people. */
export const placeOf = (target: PlanTarget): string =>
  target.kind === "config" ? target.path : `${target.path} of agent ${target.agentId}`;

const PROFILE_TYPES = { "auth-profiles.api_key.key": "key", "auth-profiles.token.token": "token" } as const;
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "prototype", "constructor"]);

const fault = (place: string, what: string): AccessError =>
  new AccessError("bad_input", `The plan cannot be used: ${place} ${what}. Nothing was changed.`);

/** @throws AccessError `bad_input` that names the place in the plan */
export function parsePlan(document: unknown): SecretPlan {
  if (!isObject(document)) throw fault("it", "must be an object");
  for (const name of ["version", "protocolVersion"])
    if (document[name] !== 1 && (name === "version" || document[name] !== undefined))
      throw fault(name, "must be 1");
  const upserts = tableOf(document, "providerUpserts");
  const deletes = listOf(document, "providerDeletes").map((alias, n) =>
    textOf(alias, `providerDeletes[${n}]`),
  );
  const both = deletes.find((alias) => Object.hasOwn(upserts, alias));
  if (both !== undefined) throw fault(`providerDeletes`, `names ${both}, which providerUpserts sets`);
  const targets = listOf(document, "targets").map((target, n) => parseTarget(target, `targets[${n}]`));
  const places = targets.map(placeOf);
  const twice = places.find((place, n) => places.indexOf(place) !== n);
  if (twice !== undefined) throw fault("targets", `names ${twice} twice`);
  const providerUpserts = new Map(
    Object.entries(upserts).map(([alias, block]) => {
      if (!isObject(block) || alias.trim() === "" || FORBIDDEN.has(alias))
        throw fault(`providerUpserts.${alias}`, "must be a name with an object");
      return [alias, block] as const;
    }),
  );
  return { providerUpserts, providerDeletes: deletes, targets, options: optionsIn(document) };
}

function optionsIn(document: JsonObject): PlanOptions {
  const options = tableOf(document, "options");
  const flag = (name: keyof PlanOptions, otherwise: boolean): boolean => {
    const value = options[name] ?? otherwise;
    if (typeof value === "boolean") return value;
    throw fault(`options.${name}`, "must be true or false");
  };
  return {
    scrubEnv: flag("scrubEnv", true),
    scrubAuthProfilesForProviderTargets: flag("scrubAuthProfilesForProviderTargets", true),
    scrubLegacyAuthJson: flag("scrubLegacyAuthJson", true),
    fillFiles: flag("fillFiles", false),
  };
}

function parseTarget(target: unknown, at: string): PlanTarget {
  if (!isObject(target)) throw fault(at, "must be an object");
  const type = textOf(target["type"], `${at}.type`);
  const path = textOf(target["path"], `${at}.path`);
  const ref = parseRef(target["ref"], `${at}.ref`);
  if (type === "auth-profiles.api_key.key" || type === "auth-profiles.token.token")
    return profileTarget(target, { type, path, ref }, at);
  const pattern = placePattern(type);
  if (pattern === undefined) throw fault(`${at}.type`, `"${type}" is no kind of place for a reference`);
  const keys = segmentsOf(target, path, at) ?? keysIn(pattern, path);
  if (!keys || !fitsPattern(pattern, keys)) throw fault(`${at}.path`, `${path} is no ${pattern}`);
  assertAllowed(keys, at);
  const id = target["providerId"] ?? target["accountId"];
  if (id !== undefined && !keys.includes(String(id)))
    throw fault(at, `names ${String(id)}, its path does not`);
  return { kind: "config", type, path, keys, ref };
}

function profileTarget(
  target: JsonObject,
  { type, path, ref }: { type: keyof typeof PROFILE_TYPES; path: string; ref: SecretRef },
  at: string,
): ProfileTarget {
  const field = PROFILE_TYPES[type];
  const keys = segmentsOf(target, path, at) ?? keysIn(`profiles.*.${field}`, path);
  if (!keys || !fitsPattern(`profiles.*.${field}`, keys))
    throw fault(`${at}.path`, `${path} is no profiles.<id>.${field}`);
  assertAllowed(keys, at);
  const agentId = textOf(target["agentId"], `${at}.agentId`);
  const provider = target["authProfileProvider"];
  const made = provider === undefined ? {} : { provider: textOf(provider, `${at}.authProfileProvider`) };
  return { kind: "profile", type, path, agentId, profileId: keys[1]!, field, ref, ...made };
}

function segmentsOf(target: JsonObject, path: string, at: string): string[] | undefined {
  if (target["pathSegments"] === undefined) return undefined;
  const keys = listOf(target, "pathSegments", at).map((key, n) => textOf(key, `${at}.pathSegments[${n}]`));
  if (keys.join(".") === path.replaceAll(/\[(\d+)\]/g, ".$1")) return keys;
  throw fault(`${at}.pathSegments`, `is another path than ${path}`);
}

function assertAllowed(keys: readonly string[], at: string): void {
  const forbidden = keys.find((key) => FORBIDDEN.has(key));
  if (forbidden !== undefined) throw fault(`${at}.path`, `may not hold ${forbidden}`);
}

function parseRef(value: unknown, at: string): SecretRef {
  if (!isRef(value)) throw fault(at, "must be { source, provider, id }");
  const { source, provider, id } = value;
  const wrong = refFault(value);
  if (wrong !== undefined) throw fault(at, `cannot be had: ${wrong}`);
  return { source, provider, id };
}

function textOf(value: unknown, at: string): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  throw fault(at, "must be text");
}

function listOf(holder: JsonObject, name: string, at = ""): readonly unknown[] {
  const value = holder[name] ?? [];
  if (Array.isArray(value)) return value;
  throw fault(at === "" ? name : `${at}.${name}`, "must be a list");
}

function tableOf(holder: JsonObject, name: string): JsonObject {
  const value = holder[name] ?? {};
  if (isObject(value)) return value;
  throw fault(name, "must be an object");
}
