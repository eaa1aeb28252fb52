// What the rows of one agent mean. Works on values; no SQL, no files.
// Reading and writing share `interpret`, so a reader sees at once what the next writer will repair.
import type { Credential } from "../core/credential.ts";
import type { Family, MachineTime } from "../core/family.ts";
import type { Health } from "../core/health.ts";
import { HEALTHY } from "../core/health.ts";
import type { ProfileId, ProviderId } from "../core/ids.ts";
import { healthAfterRefresh } from "../core/refresh.ts";
import type { SealedRow } from "./codec.ts";
import type { Written } from "./echo.ts";
import { ABSENT, acknowledged, judge, REMOVAL_HOLDS_MS } from "./echo.ts";
import { learn } from "./evidence.ts";
import { factsOf, newestOf, tokenOf } from "./families.ts";
import { withGeneration } from "./generation.ts";
import type { OrderWritten } from "./order-echo.ts";
import { acknowledgedOrder, judgeOrder } from "./order-echo.ts";
import type { Renewal } from "./renewed-elsewhere.ts";
import { renewalOf, sighted, takenOver } from "./renewed-elsewhere.ts";
import type { StatePatch, StateRow } from "./state-row.ts";
import { parseStateRow } from "./state-row.ts";
import type { StoreRow } from "./store-row.ts";
import { parseStoreRow } from "./store-row.ts";
import type { AgentState, LoginFacts, RefreshToken, Slice, StoredProfile, Touch } from "./store.ts";
import { parseUsage } from "./usage.ts";

/** Health of one generation, as `access_health` keeps it. */
export interface HealthRow {
  readonly generation: string;
  readonly health: Health;
}

/** Stands for the text of a row without showing it; "" for no row. */
export const hashRow = (text: string | undefined): string =>
  text === undefined ? "" : process.getBuiltinModule("node:crypto").hash("sha256", text, "base64url");

/** The rows of one agent's file. */
export interface AgentRows {
  /** text of OpenClaw's rows, where they are there */
  readonly store: string | undefined;
  readonly state: string | undefined;
  /** what a sealed database keeps apart from the store row */
  readonly sealed?: SealedRow | undefined;
  /** hash of the store row and text of the state row as our last write left them; "" for no row */
  readonly storeLeft: string | undefined;
  readonly stateLeft: string | undefined;
  readonly health: ReadonlyMap<ProfileId, HealthRow>;
  /** all of them, or those asked for while the store row is as we left it: then none is an echo */
  readonly written: ReadonlyMap<ProfileId, Written>;
  readonly ordersWritten: ReadonlyMap<ProviderId, OrderWritten>;
  /** of the refresh tokens in the store row, by fingerprint; from main's file */
  readonly families: ReadonlyMap<string, Family>;
}

/** The store row, understood. */
export interface Credentials {
  readonly row: StoreRow;
  /** in row order */
  readonly profiles: ReadonlyMap<ProfileId, StoredProfile>;
}

export interface Meaning {
  readonly generationOf: (credential: Credential) => string;
  readonly credentialsIn: (rows: Pick<AgentRows, "store" | "sealed">) => Credentials;
  readonly fingerprintOf: (token: RefreshToken) => string;
  readonly machine: () => MachineTime;
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
  readonly order: Map<ProviderId, readonly ProfileId[]>;
  readonly ordersWritten: Map<ProviderId, OrderWritten>;
  /** Profiles whose `usageStats` entry is to be written anew. */
  readonly projected: Set<ProfileId>;
  readonly storePatch: Map<ProfileId, Credential | null>;
  readonly statePatch: StatePatch;
  readonly logins: Map<ProfileId, LoginFacts>;
  /** Generations that the row shows and newer tokens replaced: their quota lasts. */
  readonly outdated: Map<ProfileId, string>;
  /** What other programs did to logins since we last wrote. */
  readonly renewals: Renewal[];
  readonly warnings: string[];
}

/** Credentials from elsewhere: they have health, and no row of OpenClaw's. */
export const isUnstored = (id: ProfileId): boolean => /^(env|config):/.test(id);

/** Costly for many profiles; the same text means the same, so callers may remember it. */
export function readCredentials(
  { store, sealed }: Pick<AgentRows, "store" | "sealed">,
  generationOf: Meaning["generationOf"],
): Credentials {
  const row = sealed ? sealed.row(store) : parseStoreRow(store);
  const profiles = new Map<ProfileId, StoredProfile>();
  for (const [id, credential] of row.credentials)
    profiles.set(
      id,
      withGeneration({ id, credential }, () => sealed?.generationOf(id) ?? generationOf(credential)),
    );
  return { row, profiles };
}

export function interpret(rows: AgentRows, meaning: Meaning): Draft {
  const { row: store, profiles } = meaning.credentialsIn(rows);
  const state = parseStateRow(rows.state);
  const draft: Draft = {
    rows,
    store,
    state,
    profiles: new Map(profiles),
    health: new Map(),
    written: new Map(rows.written),
    order: new Map(state.order),
    ordersWritten: new Map(rows.ordersWritten),
    projected: new Set(),
    storePatch: new Map(),
    statePatch: { order: new Map(), lastGood: new Map(), usageStats: new Map() },
    logins: new Map(),
    outdated: new Map(),
    renewals: [],
    warnings: [...store.warnings, ...state.warnings],
  };
  // Without the secrets it cannot be told who renewed what.
  if (!store.fault && !rows.sealed?.locked) undoEchoes(draft, meaning);
  followFamilies(draft, meaning);
  if (!state.fault) undoOrderEchoes(draft, meaning);
  gatherHealth(draft, meaning);
  return draft;
}

/** Shows our newest material where the row shows what it replaced, and plans the repair of the row. */
function undoEchoes(draft: Draft, { now }: Meaning): void {
  const { rows, profiles, written } = draft;
  for (const [id, record] of written)
    if (!record.credential && now - record.writtenAt >= REMOVAL_HOLDS_MS) written.delete(id);
  if (rows.storeLeft === hashRow(rows.store)) return;
  const mentioned = mentionsOf(rows.stateLeft);
  const mentionedNow = mentionsOf(rows.state);
  const present = new Set(profiles.keys());
  for (const [id, record] of written) {
    const generation = profiles.get(id)?.generation ?? ABSENT;
    const forgotten = mentioned.has(id) && !mentionedNow.has(id);
    const verdict = judge(record, { generation, present, forgotten });
    if (verdict === "theirs") giveWay(draft, id, record, now);
    else if (verdict === "echo") restore(draft, id, record);
    if (verdict !== "theirs" && present.has(id)) written.set(id, acknowledged(record));
  }
  for (const [id, profile] of profiles)
    if (!written.has(id) && tokenOf(profile.credential)) written.set(id, sighted(profile, now));
}

/** Theirs wins. A login that they renewed is remembered in the place of ours, so that ours does not come back. */
function giveWay({ profiles, written, renewals }: Draft, id: ProfileId, record: Written, now: number): void {
  const theirs = profiles.get(id);
  const renewal = renewalOf(record, theirs);
  if (!renewal || !theirs) return void written.delete(id);
  renewals.push(renewal);
  written.set(id, acknowledged(takenOver(record, theirs, now)));
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

/** A refresh token is good once: whoever wrote a spent one into the row, the newest of its family is meant. */
function followFamilies(draft: Draft, meaning: Meaning): void {
  const { families } = draft.rows;
  if (families.size === 0) return;
  for (const profile of draft.profiles.values()) {
    const { id, credential } = profile;
    const token = tokenOf(credential);
    const family = token && families.get(meaning.fingerprintOf(token));
    if (!family || credential.type !== "oauth") continue;
    const newest = newestOf(credential, family);
    if (newest && !draft.rows.sealed?.isUnopened(newest)) {
      draft.outdated.set(id, profile.generation);
      draft.storePatch.set(id, newest);
      draft.profiles.set(
        id,
        withGeneration({ id, credential: newest }, () => meaning.generationOf(newest)),
      );
      const remedy = "The newest is used, and the next write repairs the row.";
      draft.warnings.push(`auth_profile_store: ${id} is an old copy of a login refreshed since. ${remedy}`);
    }
    const facts = factsOf(draft.profiles.get(id)!, family, meaning.now, meaning.machine());
    if (facts) draft.logins.set(id, facts);
  }
}

/** The same for orders. */
function undoOrderEchoes(draft: Draft, { now }: Meaning): void {
  const { rows, order, ordersWritten, statePatch } = draft;
  if (rows.stateLeft === (rows.state ?? "")) return;
  for (const [provider, record] of ordersWritten) {
    const verdict = judgeOrder(record, order.get(provider) ?? null, now);
    if (verdict === "theirs") ordersWritten.delete(provider);
    else if (verdict === "ours") ordersWritten.set(provider, acknowledgedOrder(record));
    else {
      statePatch.order.set(provider, record.ids);
      if (record.ids) order.set(provider, record.ids);
      else order.delete(provider);
      const remedy = "Ours is used, and the next write repairs the row.";
      draft.warnings.push(
        `auth_profile_state: another program wrote back an old order of ${provider}. ${remedy}`,
      );
    }
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
  for (const profile of profiles.values()) {
    const { id } = profile;
    const row = healthRowOf(draft, profile);
    const own = row !== undefined && row.generation === profile.generation;
    const base = own ? row.health : HEALTHY;
    const usage = () => learn(base, parseUsage(usageBefore.get(id)), parseUsage(state.usage.get(id)), now);
    const learned = foreign ? usage() : base;
    if (learned !== base) health.set(id, { generation: profile.generation, health: learned });
    else if (own) health.set(id, row);
    if (row && !own) draft.projected.add(id);
  }
  const kept = (id: ProfileId) => isUnstored(id) || draft.store.fault !== undefined;
  for (const [id, row] of rows.health) if (!profiles.has(id) && kept(id)) health.set(id, row);
}

function healthRowOf({ rows, outdated }: Draft, { id, generation }: StoredProfile): HealthRow | undefined {
  const row = rows.health.get(id);
  if (!row || outdated.get(id) !== row.generation) return row;
  const health = healthAfterRefresh(row.health);
  return health ? { generation, health } : row;
}

/** Whether credentials or order are to be written, be it a change or the repair of an echo. */
export const isChanged = ({ storePatch, statePatch }: Draft): boolean =>
  storePatch.size > 0 || Object.values(statePatch).some((section) => section.size > 0);

export function stateOf(draft: Draft): AgentState {
  const profiles = [...draft.profiles.values()];
  const { sealed } = draft.rows;
  return {
    profiles: sealed ? profiles.map(sealed.shown) : profiles,
    order: draft.order,
    health: new Map([...draft.health].map(([id, row]) => [id, row.health])),
    lastGood: draft.state.lastGood,
    ...(draft.logins.size > 0 && { logins: draft.logins }),
    warnings: draft.warnings,
    ...(draft.store.fault || draft.state.fault ? { damaged: true } : {}),
  };
}

export function sliceOf(
  state: Pick<AgentState, "order" | "profiles" | "health" | "lastGood">,
  touch: Touch,
): Slice {
  const ids = new Set(touch.profiles);
  const providers = new Set(touch.providers);
  return {
    profiles: new Map(state.profiles.filter(({ id }) => ids.has(id)).map((profile) => [profile.id, profile])),
    order: new Map([...state.order].filter(([provider]) => providers.has(provider))),
    health: new Map([...state.health].filter(([id]) => ids.has(id))),
    lastGood: new Map([...state.lastGood].filter(([provider]) => providers.has(provider))),
  };
}
