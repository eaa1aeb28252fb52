// One agent of the store in memory, and what changes do to it.
import { createHash } from "node:crypto";
import type { Credential } from "../core/credential.ts";
import type { CooldownPolicy } from "../core/health.ts";
import { cooldownsFor, HEALTHY, settle } from "../core/health.ts";
import type { ChangeNote } from "../core/history.ts";
import { changedAt } from "../core/history.ts";
import type { ProfileId, ProviderId } from "../core/ids.ts";
import type { HealthRow } from "./draft.ts";
import { isUnstored } from "./draft.ts";
import { entriesOf, forgettable, itemsOf, purgedItems } from "./history.ts";
import { canonicalJson } from "./json.ts";
import type { Change, HealthChange, HistoryEntry, Lease, Slice } from "./store.ts";

export interface MemoryRecord {
  /** counts commits */
  version: number;
  readonly profiles: Map<ProfileId, Credential>;
  readonly order: Map<ProviderId, readonly ProfileId[]>;
  readonly lastGood: Map<ProviderId, ProfileId>;
  readonly health: Map<ProfileId, HealthRow>;
  /** writer → the last of its changes that was applied */
  readonly applied: Map<string, number>;
  readonly leases: Map<string, { readonly owner: string | undefined; readonly fence: number }>;
  history: readonly HistoryEntry[];
}

type GenerationOf = (credential: Credential) => string;

export const emptyRecord = (): MemoryRecord => ({
  version: 0,
  profiles: new Map(),
  order: new Map(),
  lastGood: new Map(),
  health: new Map(),
  applied: new Map(),
  leases: new Map(),
  history: [],
});

/** Returns whether anything is another than before. */
export function applyChange(record: MemoryRecord, change: Change, generationOf: GenerationOf): boolean {
  const before = fingerprint(record);
  for (const [id, credential] of change.profiles ?? []) setProfile(record, id, credential, generationOf);
  for (const [provider, ids] of change.order ?? []) setOrDelete(record.order, provider, ids);
  for (const [id, health] of change.health ?? []) {
    const credential = record.profiles.get(id);
    if (credential) record.health.set(id, { generation: generationOf(credential), health });
  }
  for (const [provider, id] of change.lastGood ?? []) setOrDelete(record.lastGood, provider, id);
  return fingerprint(record) !== before;
}

function setProfile(
  record: MemoryRecord,
  id: ProfileId,
  credential: Credential | null,
  generationOf: GenerationOf,
): void {
  const old = record.profiles.get(id);
  const same = old && credential && generationOf(old) === generationOf(credential);
  if (!same) record.health.delete(id);
  setOrDelete(record.profiles, id, credential);
  for (const [provider, good] of record.lastGood)
    if (!credential && good === id) record.lastGood.delete(provider);
}

function setOrDelete<K, V>(map: Map<K, V>, key: K, value: V | null): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}

/** Returns whether the change was news, that is, not applied before. */
export function settleHealth(
  record: MemoryRecord,
  { profileId: id, generation, provider, event, writer, seq }: HealthChange,
  cooldowns: CooldownPolicy,
  generationOf: GenerationOf,
): boolean {
  if (seq <= (record.applied.get(writer) ?? 0)) return false;
  record.applied.set(writer, seq);
  const stored = record.profiles.get(id);
  if (stored ? generationOf(stored) !== generation : !isUnstored(id)) return true;
  const row = record.health.get(id);
  const base = row?.generation === generation ? row.health : HEALTHY;
  const health = settle(base, event, cooldownsFor(provider, cooldowns));
  if (health !== base) record.health.set(id, { generation, health });
  if (stored && event.kind === "success") record.lastGood.set(provider, id);
  return true;
}

interface Applied {
  readonly change: Change;
  readonly note: ChangeNote | null | undefined;
  readonly before: Slice;
  readonly after: Slice;
}

/** Writes a change down, and forgets what is old or to be purged. Returns whether anything was purged. */
export function remember(
  record: MemoryRecord,
  { change, note, before, after }: Applied,
  now: number,
): boolean {
  const kept = record.history.map(({ item }) => item);
  const left = change.purge ? purgedItems(kept, change.purge, before.profiles) : kept;
  const entries = record.history.map((entry, index) => ({ ...entry, item: left[index]! }));
  const at = changedAt(now, entries.at(-1)?.at);
  if (note) entries.push(...structuredClone(entriesOf(note, itemsOf(change, before, after), at)));
  const old = forgettable(entries, now);
  record.history = entries.filter(({ change: id }) => !old.has(id));
  return left.some((item, index) => item !== kept[index]);
}

export function takeLease(
  { leases }: MemoryRecord,
  name: string,
  owner: string,
): Lease | { readonly heldBy: string } {
  const held = leases.get(name);
  if (held?.owner !== undefined && held.owner !== owner) return { heldBy: held.owner };
  const fence = held?.owner === owner ? held.fence : (held?.fence ?? 0) + 1;
  leases.set(name, { owner, fence });
  return { name, owner, fence };
}

/** A lease that somebody else has by now stays theirs. */
export function giveBack({ leases }: MemoryRecord, { name, owner, fence }: Lease): void {
  const held = leases.get(name);
  if (held?.owner === owner && held.fence === fence) leases.set(name, { owner: undefined, fence });
}

/** Equal when all that an update may change is. */
function fingerprint({ profiles, order, health, lastGood }: MemoryRecord): string {
  return createHash("sha256")
    .update(canonicalJson([[...profiles], [...order], [...health], [...lastGood]]))
    .digest("base64url");
}
