// The places that are used: first what references go through, then the references, then what nothing needs any more. At
// every moment each place holds its secret or a reference that can be had.
import type { Edit } from "../config-edit.ts";
import { editConfig } from "../../config/edit.ts";
import { valueAt } from "../../config/config-path.ts";
import type { Credential } from "../../core/credential.ts";
import { AccessError } from "../../core/errors.ts";
import type { AgentId, ProfileId, ProviderId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ProfileTarget, SecretPlan } from "../../core/secret-plan.ts";
import { placeOf } from "../../core/secret-plan.ts";
import type { Health } from "../../core/health.ts";
import type { Change, Slice } from "../../store/store.ts";
import type { CommandDeps } from "../open-deps.ts";
import { deletions, firstEdits } from "./preflight.ts";
import type { Standing, Was } from "./standing.ts";
import { isBehind, wasInConfig, wasInStore, withRef } from "./standing.ts";

export type Step = (name: string) => void;

/** @returns whether the file was changed */
export async function edit(
  deps: CommandDeps,
  edits: (document: JsonObject) => readonly Edit[],
): Promise<boolean> {
  // No note: what it replaces must not come back.
  const options = { now: deps.now(), version: deps.version, ...(deps.files ? { files: deps.files } : {}) };
  return (await editConfig(deps.paths(), edits, options)).changed;
}

export const writeConfigTargets = (
  deps: CommandDeps,
  plan: SecretPlan,
  standing: readonly Standing[],
): Promise<boolean> =>
  edit(deps, (document) => {
    for (const { target, was } of standing)
      if (target.kind === "config")
        assertAsSeen(placeOf(target), wasInConfig(document, target.keys), was, target.ref);
    return firstEdits(document, plan, standing);
  });

/** What somebody else put there meanwhile is not overwritten. */
function assertAsSeen(place: string, is: Was, was: Was, ref: object): void {
  const same = JSON.stringify(is) === JSON.stringify(was);
  if (same || ("ref" in is && JSON.stringify(is.ref) === JSON.stringify(ref))) return;
  throw new AccessError("config_conflict", `${place} was changed meanwhile. Run the command again.`);
}

/** Each agent's in one transaction. @returns the agents whose stores were changed */
export async function writeStores(
  deps: CommandDeps,
  standing: readonly Standing[],
  step: Step,
): Promise<AgentId[]> {
  const own = standing.filter(({ target }) => target.kind === "profile") as readonly StandingProfile[];
  const changed: AgentId[] = [];
  for (const [agent, all] of Map.groupBy(own, ({ target }) => target.agentId)) {
    const profiles = all.map(({ target }) => target.profileId);
    const providers = all.flatMap(({ provider }) => provider ?? []);
    const wrote = await deps
      .store()
      .update(agent, { profiles, providers }, (slice) => changeFor(slice, all), null);
    if (wrote) changed.push(agent);
    step(`store ${agent}: written`);
  }
  return changed;
}

type StandingProfile = Standing & { readonly target: ProfileTarget };

function changeFor(slice: Slice, all: readonly StandingProfile[]): Change {
  const profiles = new Map<ProfileId, Credential>();
  const order = new Map<ProviderId, readonly ProfileId[]>();
  const health = new Map<ProfileId, Health>();
  for (const { target, was, provider } of all) {
    const { profileId, ref, field } = target;
    const stored = slice.profiles.get(profileId)?.credential;
    if (isBehind(stored, ref)) continue;
    assertAsSeen(placeOf(target), wasInStore(stored), was, ref);
    const type = field === "key" ? "api_key" : "token";
    profiles.set(profileId, withRef(stored ?? ({ type, provider: provider! } as Credential), ref));
    // The account behind it is the same.
    const known = slice.health.get(profileId);
    if (known && "plain" in was) health.set(profileId, known);
    const listed = order.get(provider!) ?? slice.order.get(provider!);
    if (!stored && listed && !listed.includes(profileId)) order.set(provider!, [...listed, profileId]);
  }
  return { profiles, order, health, purge: all.map(({ target }) => target.profileId) };
}

/** Providers that nothing refers to any more go, and profiles that were made are listed where others are. */
export const writeLast = (
  deps: CommandDeps,
  plan: SecretPlan,
  standing: readonly Standing[],
): Promise<boolean> =>
  edit(deps, (document) => [
    ...deletions(document, plan).filter(({ path }) => valueAt(document, path) !== undefined),
    ...standing.flatMap((each) => listings(document, each)),
  ]);

function listings(document: JsonObject, { target, provider }: Standing): Edit[] {
  if (target.kind !== "profile" || target.provider === undefined || provider === undefined) return [];
  const { profileId, field } = target;
  const order = valueAt(document, ["auth", "order", provider]);
  const listed = valueAt(document, ["auth", "profiles", profileId]);
  const mode = field === "key" ? "api_key" : "token";
  return [
    ...(listed === undefined ? [{ path: ["auth", "profiles", profileId], value: { provider, mode } }] : []),
    ...(Array.isArray(order) && !order.includes(profileId)
      ? [{ path: ["auth", "order", provider], value: [...(order as unknown[]), profileId] }]
      : []),
  ];
}
