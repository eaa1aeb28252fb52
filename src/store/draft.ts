// What the rows of one agent mean, and how a change alters them. Works on values; no SQL, no files.
// Reading and writing share `interpret`, so a reader sees at once what the next writer will repair.
import type { Credential } from "../core/credential.ts";
import type { CooldownPolicy, Health } from "../core/health.ts";
import { HEALTHY, settle } from "../core/health.ts";
import type { ProfileId } from "../core/ids.ts";
import type { Written } from "./echo.ts";
import { ABSENT, acknowledged, judge, recordWrite, REMOVAL_HOLDS_MS } from "./echo.ts";
import { learn } from "./evidence.ts";
import { AccessError } from "../core/errors.ts";
import { canonicalJson, isObject } from "./json.ts";
import type { StatePatch, StateRow } from "./state-row.ts";
import { parseStateRow } from "./state-row.ts";
import type { StoreRow } from "./store-row.ts";
import { parseStoreRow } from "./store-row.ts";
import type { AgentState, Change, HealthChange, Slice, StoredProfile, Touch } from "./store.ts";
import { parseUsage } from "./usage.ts";

/** Health of one generation, as `access_health` keeps it. */
export interface HealthRow {
  readonly generation: string;
  readonly health: Health;
}

/** The rows of one agent's file. */
export interface AgentRows {
  /** text of OpenClaw's rows, where they are there */
  readonly store: string | undefined;
  readonly state: string | undefined;
  /** hash of the store row and text of the state row as our last write left them; "" for no row */
  readonly storeLeft: string | undefined;
  readonly stateLeft: string | undefined;
  readonly health: ReadonlyMap<ProfileId, HealthRow>;
  readonly written: ReadonlyMap<ProfileId, Written>;
}

export interface Meaning {
  readonly generationOf: (credential: Credential) => string;
  readonly hash: (text: string) => string;
  /** ms since epoch */
  readonly now: number;
}

/** The rows, understood; changes collect here until they are saved. */
export interface Draft {
  readonly rows: AgentRows;
  readonly store: StoreRow;
  readonly state: StateRow;
  /** in row order */
  readonly profiles: Map<ProfileId, StoredProfile>;
  readonly health: Map<ProfileId, HealthRow>;
  readonly written: Map<ProfileId, Written>;
  /** Profiles whose `usageStats` entry is to be written anew. */
  readonly projected: Set<ProfileId>;
  readonly storePatch: Map<ProfileId, Credential | null>;
  readonly statePatch: StatePatch;
  readonly warnings: string[];
}

/** Credentials from elsewhere: they have health, and no row of OpenClaw's. */
export const isUnstored = (id: ProfileId): boolean => /^(env|config):/.test(id);

export function interpret(rows: AgentRows, meaning: Meaning): Draft {
  const store = parseStoreRow(rows.store);
  const state = parseStateRow(rows.state);
  const draft: Draft = {
    rows,
    store,
    state,
    profiles: new Map(),
    health: new Map(),
    written: new Map(rows.written),
    projected: new Set(),
    storePatch: new Map(),
    statePatch: { order: new Map(), lastGood: new Map(), usageStats: new Map() },
    warnings: [...store.warnings, ...state.warnings],
  };
  for (const [id, credential] of store.credentials)
    draft.profiles.set(id, { id, credential, generation: meaning.generationOf(credential) });
  if (!store.fault) undoEchoes(draft, meaning);
  gatherHealth(draft, meaning);
  return draft;
}

/** Shows our newest material where the row shows what it replaced, and plans the repair of the row. */
function undoEchoes(draft: Draft, { hash, now }: Meaning): void {
  const { rows, profiles, written } = draft;
  for (const [id, record] of written)
    if (!record.credential && now - record.writtenAt >= REMOVAL_HOLDS_MS) written.delete(id);
  if (written.size === 0 || rows.storeLeft === (rows.store === undefined ? "" : hash(rows.store))) return;
  const mentioned = mentionsOf(rows.stateLeft);
  const mentionedNow = mentionsOf(rows.state);
  const present = new Set(profiles.keys());
  for (const [id, record] of written) {
    const generation = profiles.get(id)?.generation ?? ABSENT;
    const forgotten = mentioned.has(id) && !mentionedNow.has(id);
    const verdict = judge(record, { generation, present, forgotten });
    if (verdict === "theirs") written.delete(id);
    else if (verdict === "echo") restore(draft, id, record);
    if (verdict !== "theirs" && present.has(id)) written.set(id, acknowledged(record));
  }
}

function restore(draft: Draft, id: ProfileId, { credential, generation }: Written): void {
  draft.storePatch.set(id, credential ?? null);
  if (credential && generation !== undefined) {
    draft.profiles.set(id, { id, credential, generation });
    const remedy = "Ours is used, and the next write repairs the row.";
    draft.warnings.push(`auth_profile_store: another program wrote back an old copy of ${id}. ${remedy}`);
  } else {
    draft.profiles.delete(id);
    const remedy = "It is left out; add it here again to use it.";
    draft.warnings.push(`auth_profile_store: another program wrote back ${id}, removed here. ${remedy}`);
  }
}

function mentionsOf(state: string | undefined): ReadonlySet<ProfileId> {
  const { usage, lastGood } = parseStateRow(state);
  return new Set([...usage.keys(), ...lastGood.values()]);
}

function gatherHealth(draft: Draft, { now }: Meaning): void {
  const { rows, state, profiles, health } = draft;
  const foreign = !state.fault && rows.stateLeft !== (rows.state ?? "");
  const usageBefore = foreign ? parseStateRow(rows.stateLeft || undefined).usage : new Map();
  for (const { id, generation } of profiles.values()) {
    const row = rows.health.get(id);
    const own = row?.generation === generation;
    const base = own ? row.health : HEALTHY;
    const usage = () => learn(base, parseUsage(usageBefore.get(id)), parseUsage(state.usage.get(id)), now);
    const learned = foreign ? usage() : base;
    if (learned !== base) health.set(id, { generation, health: learned });
    else if (own) health.set(id, row);
    if (row && !own) draft.projected.add(id);
  }
  const kept = (id: ProfileId) => isUnstored(id) || draft.store.fault !== undefined;
  for (const [id, row] of rows.health) if (!profiles.has(id) && kept(id)) health.set(id, row);
}

/** Whether credentials or order are to be written, be it a change or the repair of an echo. */
export const isChanged = ({ storePatch, statePatch }: Draft): boolean =>
  storePatch.size > 0 || Object.values(statePatch).some((section) => section.size > 0);

export function stateOf(draft: Draft): AgentState {
  return {
    profiles: [...draft.profiles.values()],
    order: draft.state.order,
    health: new Map([...draft.health].map(([id, row]) => [id, row.health])),
    lastGood: draft.state.lastGood,
    warnings: draft.warnings,
  };
}

export function sliceOf(state: Pick<AgentState, "order" | "profiles">, touch: Touch): Slice {
  const ids = new Set(touch.profiles);
  const providers = new Set(touch.providers);
  return {
    profiles: new Map(state.profiles.filter(({ id }) => ids.has(id)).map((profile) => [profile.id, profile])),
    order: new Map([...state.order].filter(([provider]) => providers.has(provider))),
  };
}

/** A change may name only what its update touches: engines lock no more than that. */
export function assertTouched(touch: Touch, change: Change): void {
  const ids = new Set(touch.profiles);
  const providers = new Set(touch.providers);
  const stray =
    [...(change.profiles?.keys() ?? [])].find((id) => !ids.has(id)) ??
    [...(change.order?.keys() ?? [])].find((provider) => !providers.has(provider));
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
  if (draft.state.fault && change.order?.size) throw refuse(draft.state.fault);
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
    } else if (!old || canonicalJson(old.credential) !== canonicalJson(credential)) {
      const generation = meaning.generationOf(credential);
      draft.written.set(id, record(id, { generation, credential }));
      setProfile(draft, { id, credential, generation });
    }
  }
  for (const [provider, ids] of change.order ?? []) setOrder(draft, provider, ids);
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

function setOrder(draft: Draft, provider: string, ids: readonly ProfileId[] | null): void {
  const stored = draft.state.order.get(provider);
  const same = ids === null ? stored === undefined : stored && ids.join("\n") === stored.join("\n");
  if (!same) draft.statePatch.order.set(provider, ids);
}

/** Settles one observation; passed over when it is about a credential that is no longer there. */
export function observe(draft: Draft, change: HealthChange, policy: CooldownPolicy): void {
  const { profileId: id, generation, provider, event } = change;
  const stored = draft.profiles.get(id);
  if (stored ? stored.generation !== generation : !isUnstored(id)) return;
  const row = draft.health.get(id);
  const base = row?.generation === generation ? row.health : HEALTHY;
  const health = settle(base, event, policy);
  if (health === base) return;
  draft.health.set(id, { generation, health });
  if (!stored) return;
  draft.projected.add(id);
  if (event.kind === "success" && draft.state.lastGood.get(provider) !== id)
    draft.statePatch.lastGood.set(provider, id);
}
