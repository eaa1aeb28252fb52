// How a change of credentials, order or health alters a draft. No SQL, no files.
import type { Credential } from "../core/credential.ts";
import { AccessError } from "../core/errors.ts";
import type { CooldownPolicy, Health } from "../core/health.ts";
import { cooldownsFor, HEALTHY, settle } from "../core/health.ts";
import type { ProfileId } from "../core/ids.ts";
import { isObject } from "../core/json.ts";
import type { Draft, Meaning } from "./draft.ts";
import { isUnstored } from "./draft.ts";
import type { Written } from "./echo.ts";
import { recordWrite } from "./echo.ts";
import { canonicalJson } from "./json.ts";
import { recordOrder, sameOrder } from "./order-echo.ts";
import type { Change, HealthChange, StoredProfile, Touch } from "./store.ts";
import { projectUsage } from "./usage.ts";

/** A change may name only what its update touches: engines lock no more than that. */
export function assertTouched(touch: Touch, change: Change): void {
  const ids = new Set(touch.profiles);
  const providers = new Set(touch.providers);
  const stray =
    [...(change.profiles?.keys() ?? []), ...(change.health?.keys() ?? []), ...(change.purge ?? [])].find(
      (id) => !ids.has(id),
    ) ??
    [...(change.order?.keys() ?? []), ...(change.lastGood?.keys() ?? [])].find((id) => !providers.has(id));
  if (stray !== undefined)
    throw new AccessError("internal", `An update changed ${stray}, which it had not named. Report this.`);
}

/**
 * Puts a change into the draft.
 *
 * @throws AccessError `store_unreadable` when the row to change cannot be read
 */
export function applyChange(draft: Draft, change: Change, meaning: Meaning): void {
  if (draft.store.fault && change.profiles?.size) throw refuse(draft.store.fault);
  if (draft.state.fault && (change.order?.size || change.lastGood?.size)) throw refuse(draft.state.fault);
  const before = {
    generations: new Map([...draft.profiles].map(([id, { generation }]) => [id, generation])),
    providers: new Map([...draft.profiles].map(([id, { credential }]) => [id, credential.provider])),
  };
  const record = (id: ProfileId, material: Pick<Written, "generation" | "credential">) =>
    recordWrite(id, material, material.credential?.provider, draft.written.get(id), before, meaning.now);
  for (const [id, credential] of change.profiles ?? []) {
    const old = draft.profiles.get(id);
    if (credential === null) {
      removeProfile(draft, id);
      if (old) draft.written.set(id, record(id, {}));
    } else if (!old || isOther(draft, old, credential)) {
      const generation = meaning.generationOf(credential);
      draft.written.set(id, record(id, { generation, credential }));
      setProfile(draft, { id, credential, generation });
    }
  }
  for (const [provider, ids] of change.order ?? []) setOrder(draft, provider, ids, meaning.now);
  for (const [id, health] of change.health ?? []) setHealth(draft, id, health, meaning.now);
  for (const [provider, id] of change.lastGood ?? [])
    if (id !== (draft.state.lastGood.get(provider) ?? null)) draft.statePatch.lastGood.set(provider, id);
}

/** A credential as a reader saw it that could not open it is no other one. */
function isOther(draft: Draft, old: StoredProfile, credential: Credential): boolean {
  const { sealed } = draft.rows;
  if (!sealed?.isUnopened(old.credential)) return canonicalJson(old.credential) !== canonicalJson(credential);
  const shown = sealed.shown(old);
  if (canonicalJson(shown.credential) === canonicalJson(credential)) return false;
  const fields: Readonly<Record<string, unknown>> = { ...credential };
  if (MATERIAL.some((name) => fields[name] !== undefined)) return true;
  throw new AccessError(
    "store_sealed",
    shown.unopened?.fault ?? `${old.id} is sealed, and cannot be changed without its key.`,
  );
}

const MATERIAL = ["key", "keyRef", "token", "tokenRef", "access", "refresh"];

function setHealth(draft: Draft, id: ProfileId, health: Health, now: number): void {
  const profile = draft.profiles.get(id);
  if (!profile) return;
  draft.health.set(id, { generation: profile.generation, health });
  draft.projected.add(id);
  const shown = projectUsage(draft.state.usage.get(id), health, now);
  if (shown) draft.statePatch.usageStats.set(id, shown);
}

const refuse = (fault: string): AccessError =>
  new AccessError("store_unreadable", `${fault}. It is not written over; repair or delete that row first.`);

function setProfile(draft: Draft, profile: StoredProfile): void {
  const { id, credential, generation } = profile;
  if (draft.profiles.get(id)?.generation !== generation) forgetHealth(draft, id);
  draft.profiles.set(id, profile);
  draft.storePatch.set(id, credential);
}

function removeProfile(draft: Draft, id: ProfileId): void {
  const entries = draft.store.document["profiles"];
  draft.profiles.delete(id);
  if (isObject(entries) && Object.hasOwn(entries, id)) draft.storePatch.set(id, null);
  else draft.storePatch.delete(id);
  forgetHealth(draft, id);
  for (const [provider, good] of draft.state.lastGood)
    if (good === id) draft.statePatch.lastGood.set(provider, null);
}

function forgetHealth(draft: Draft, id: ProfileId): void {
  draft.health.delete(id);
  draft.projected.delete(id);
  if (draft.state.usage.has(id)) draft.statePatch.usageStats.set(id, null);
}

function setOrder(draft: Draft, provider: string, ids: readonly ProfileId[] | null, now: number): void {
  const before = draft.order.get(provider) ?? null;
  if (!sameOrder(ids, before))
    draft.ordersWritten.set(provider, recordOrder(ids, before, draft.ordersWritten.get(provider), now));
  if (ids) draft.order.set(provider, ids);
  else draft.order.delete(provider);
  if (sameOrder(ids, draft.state.order.get(provider) ?? null)) draft.statePatch.order.delete(provider);
  else draft.statePatch.order.set(provider, ids);
}

/** Settles one observation; passed over when it is about a credential that is no longer there. */
export function observe(draft: Draft, change: HealthChange, policy: CooldownPolicy): void {
  const { profileId: id, generation, provider, event } = change;
  const stored = draft.profiles.get(id);
  if (stored ? stored.generation !== generation : !isUnstored(id)) return;
  const row = draft.health.get(id);
  const base = row?.generation === generation ? row.health : HEALTHY;
  const health = settle(base, event, cooldownsFor(provider, policy));
  if (health === base) return;
  draft.health.set(id, { generation, health });
  if (!stored) return;
  draft.projected.add(id);
  if (event.kind === "success" && draft.state.lastGood.get(provider) !== id)
    draft.statePatch.lastGood.set(provider, id);
}
