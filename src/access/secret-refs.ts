// Which references there are, where each is written, and what they say: for commands, and for the gateway's memory.
import type { Config } from "../config/config.ts";
import type { Credential, SecretRef } from "../core/credential.ts";
import { oauthRefFault, refOf } from "../core/credential.ts";
import type { AgentId, ProviderId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { RefValues } from "../core/secret-ref.ts";
import { refKey } from "../core/secret-ref.ts";
import type { Environment } from "../secrets/env.ts";
import { referenceIn } from "../secrets/env.ts";
import type { StoredProfile } from "../store/store.ts";
import type { Deps } from "./deps.ts";

/** A reference in its place. */
export interface UsedRef {
  readonly ref: SecretRef;
  /** the path in openclaw.json, or agent and profile */
  readonly place: string;
  /** whose calls need it; absent for the gateway's own */
  readonly provider?: ProviderId;
}

/** Those of `models.providers`. */
export function configRefs(config: Config): UsedRef[] {
  return [...config.providers.values()].flatMap(({ id, apiKey, headers = {} }) => {
    const inputs = [
      ["apiKey", apiKey],
      ...Object.entries(headers).map(([name, value]) => [`headers.${name}`, value] as const),
    ] as const;
    return inputs.flatMap(([key, input]) => {
      const ref = referenceIn(input);
      return ref ? [{ ref, place: `models.providers.${id}.${key}`, provider: id }] : [];
    });
  });
}

/** Those of stored profiles. One that a login may not have is left out: it is not resolved. */
export function storedRefs(
  agent: AgentId,
  profiles: readonly Pick<StoredProfile, "id" | "credential">[],
  config: Config,
): UsedRef[] {
  return profiles.flatMap(({ id, credential }) => {
    if (oauthRefFault(credential, config.profiles.get(id)?.mode) !== undefined) return [];
    const ref = referenceOf(credential);
    return ref ? [{ ref, place: `profile ${id} of ${agent}`, provider: credential.provider }] : [];
  });
}

/** The reference that a stored credential is, also as a shorthand. */
export function referenceOf(credential: Credential): SecretRef | undefined {
  if (credential.type === "oauth") return undefined;
  const text: unknown = credential.type === "api_key" ? credential.key : credential.token;
  return refOf(credential) ?? referenceIn(typeof text === "string" ? text : undefined);
}

/** The config with what its references say; sections that are read on demand stay unread. */
export const withRefValues = (config: Config, refValues: RefValues): Config =>
  Object.create(config, { refValues: { value: refValues, enumerable: true } }) as Config;

export interface RefRequest {
  readonly agent: AgentId;
  /** the providers that are about to be called; all when left out */
  readonly only?: (provider: ProviderId) => boolean;
  /** Programs are left alone: what they would say stays unknown. */
  readonly withoutExec?: true;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The same dependencies, with what references say in the config. Asks files and programs, in parallel; never rejects
 * because of one. Nothing is loaded and nothing changes where there is nothing to ask.
 */
export async function withRefs<D extends Deps>(deps: D, request: RefRequest): Promise<D> {
  const refs = await askableRefs(deps, request);
  if (refs.length === 0) return deps;
  const { resolveRefs } = await import("../secrets/resolve.ts");
  const config = deps.config();
  const outcomes = await resolveRefs(refs, {
    providers: config.secretProviders,
    limits: config.secretLimits,
    env: deps.env(),
    home: deps.paths().home,
    signal: request.signal,
  });
  const values: RefValues = new Map(
    [...outcomes].map(([key, outcome]) => [
      key,
      "found" in outcome ? { value: outcome.found } : { problem: outcome.problem },
    ]),
  );
  const dressed = withRefValues(config, values);
  return { ...deps, config: () => dressed };
}

/**
 * The same for who only looks: files are read, programs are not started. What a running gateway last heard of those
 * that failed is known.
 */
export async function withKnownRefs<D extends Deps>(deps: D, agent: AgentId): Promise<D> {
  const blocks = [...deps.config().secretProviders.values()];
  if (blocks.every(({ source }) => source === "env")) return deps;
  const asked = await withRefs(deps, { agent, withoutExec: true });
  const { readSecretRecord } = await import("./secret-record.ts");
  const { failing } = readSecretRecord(deps.paths().globalDir);
  const config = asked.config();
  const values = new Map(config.refValues);
  for (const [key, problem] of Object.entries(failing))
    if (key.startsWith("exec:")) values.set(key, { problem });
  const known = withRefValues(config, values);
  return { ...asked, config: () => known };
}

async function askableRefs(deps: Deps, { agent, only, withoutExec }: RefRequest): Promise<SecretRef[]> {
  const config = deps.config();
  const stored = await Promise.all(
    [...new Set([agent, MAIN_AGENT])].map(async (id) => {
      const { state } = await deps
        .store()
        .read(id)
        .catch(() => ({ state: { profiles: [] } }));
      return storedRefs(id, state.profiles, config);
    }),
  );
  const wanted = [...configRefs(config), ...stored.flat()].filter(
    ({ ref, provider }) =>
      ref.source !== "env" &&
      !(withoutExec && ref.source === "exec") &&
      (only === undefined || provider === undefined || only(provider)),
  );
  return [...new Map(wanted.map(({ ref }) => [refKey(ref), ref])).values()];
}

/** A reference that cannot be had, as far as that is known without starting a program. */
export interface BrokenRef extends UsedRef {
  readonly problem: string;
}

/** Of all `used`; what a running gateway last heard of its programs counts. */
export async function brokenRefs(
  used: readonly UsedRef[],
  config: Config,
  { env, globalDir, home }: { readonly env: Environment; readonly globalDir: string; readonly home: string },
): Promise<BrokenRef[]> {
  if (used.length === 0) return [];
  const [{ resolveRefs }, { readSecretRecord }] = await Promise.all([
    import("../secrets/resolve.ts"),
    import("./secret-record.ts"),
  ]);
  const { failing } = readSecretRecord(globalDir);
  const outcomes = await resolveRefs(
    used.map(({ ref }) => ref).filter(({ source }) => source !== "exec"),
    { providers: config.secretProviders, limits: config.secretLimits, env, home },
  );
  return used.flatMap((one) => {
    const outcome = outcomes.get(refKey(one.ref));
    const problem = outcome && "problem" in outcome ? outcome.problem : failing[refKey(one.ref)];
    return problem === undefined ? [] : [{ ...one, problem }];
  });
}
