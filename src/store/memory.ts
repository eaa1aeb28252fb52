// The store in memory. Plain, it is for tests; "remote", it behaves as a database on another machine would:
// conflicts make `decide` run again, answers take time, notices of changes get lost.
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Credential } from "../core/credential.ts";
import type { Family, FamilyChange, MachineTime } from "../core/family.ts";
import { changedFamily } from "../core/family.ts";
import type { CooldownPolicy } from "../core/health.ts";
import { cooldownsFor, DEFAULT_COOLDOWNS, HEALTHY, settle } from "../core/health.ts";
import type { ChangeNote } from "../core/history.ts";
import { changedAt } from "../core/history.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import { assertTouched } from "./change.ts";
import type { HealthRow } from "./draft.ts";
import { isUnstored, sliceOf } from "./draft.ts";
import { factsOf, newestOf, providersOfRemoved, renewedProfiles, tokenOf } from "./families.ts";
import { fingerprintOf, GenerationKey, generationOf } from "./generation.ts";
import { entriesOf, forgettable, itemsOf, purgedItems } from "./history.ts";
import { canonicalJson } from "./json.ts";
import { machineTime } from "./machine-clock.ts";
import type {
  AgentState,
  Change,
  HealthChange,
  HistoryEntry,
  Lease,
  LoginFacts,
  Reading,
  RefreshToken,
  Slice,
  Store,
  Touch,
} from "./store.ts";
import { Turns } from "./turns.ts";

/** How a remote database misbehaves. Rates are probabilities. */
export interface Remote {
  /** 0 ≤ r < 1, seeded by the caller */
  readonly random: () => number;
  readonly conflictRate: number;
  /** longest delay of one round trip */
  readonly delayMs: number;
  readonly lostNoticeRate: number;
}

export interface MemoryOptions {
  /** ms since epoch */
  readonly now: () => number;
  readonly cooldowns?: CooldownPolicy;
  readonly remote?: Remote;
  /** Stores opened on the same database see each other's writes. */
  readonly database?: MemoryDatabase;
  readonly machine?: () => MachineTime;
}

interface AgentRecord {
  /** counts commits */
  version: number;
  readonly profiles: Map<ProfileId, Credential>;
  readonly order: Map<ProviderId, readonly ProfileId[]>;
  readonly lastGood: Map<ProviderId, ProfileId>;
  readonly health: Map<ProfileId, HealthRow>;
  readonly applied: Map<string, number>;
  readonly leases: Map<string, { readonly owner: string | undefined; readonly fence: number }>;
  history: readonly HistoryEntry[];
}

export class MemoryDatabase {
  readonly key = new GenerationKey();
  readonly agents = new Map<AgentId, AgentRecord>();
  /** by id */
  readonly families = new Map<string, Omit<Family, "id" | "spent"> & { readonly provider: ProviderId }>();
  /** by fingerprint */
  readonly refreshTokens = new Map<string, Pick<Family, "id" | "spent">>();
  readonly watchers = new Set<(agent: AgentId) => void>();
}

/** Watchers must not rely on notices: versions are compared this often as well. */
const LOOK_EVERY_MS = 200;

export function openMemoryStore(options: MemoryOptions): Store {
  return new MemoryStore(options);
}

class MemoryStore implements Store {
  readonly #options: MemoryOptions;
  readonly #database: MemoryDatabase;
  readonly #turns = new Turns();
  readonly #watches = new Set<() => void>();

  constructor(options: MemoryOptions) {
    this.#options = options;
    this.#database = options.database ?? new MemoryDatabase();
  }

  async read(agent: AgentId): Promise<Reading> {
    await this.#trip();
    const record = this.#database.agents.get(agent);
    return { version: String(record?.version ?? 0), state: structuredClone(this.#stateOf(record)) };
  }

  update(
    agent: AgentId,
    touch: Touch,
    decide: (slice: Slice) => Change | undefined,
    note?: ChangeNote | null,
  ): Promise<boolean> {
    return this.#turns.take(agent, async () => {
      for (;;) {
        await this.#trip();
        const record = this.#database.agents.get(agent);
        const slice = structuredClone(sliceOf(this.#stateOf(record), touch));
        const change = decide(slice);
        if (!change) return false;
        assertTouched(touch, change);
        if (this.#conflicts()) continue;
        const wrote = this.#apply(agent, structuredClone(change));
        for (const provider of providersOfRemoved(change, slice)) this.#forgetMaterial(provider);
        const purged = this.#remember(agent, slice, change, wrote ? note : null);
        return wrote || purged;
      }
    });
  }

  async history(agent: AgentId): Promise<readonly HistoryEntry[]> {
    await this.#trip();
    const entries = this.#database.agents.get(agent)?.history ?? [];
    const old = forgettable(entries, this.#options.now());
    return structuredClone(entries.filter(({ change }) => !old.has(change)));
  }

  /** Returns whether anything was purged. */
  #remember(agent: AgentId, before: Slice, change: Change, note: ChangeNote | null | undefined): boolean {
    const record = this.#record(agent);
    const touch = { profiles: [...before.profiles.keys(), ...(change.profiles?.keys() ?? [])] };
    const providers = [...(change.order?.keys() ?? [])];
    const after = sliceOf(this.#stateOf(record), { ...touch, providers });
    const kept = record.history.map(({ item }) => item);
    const left = change.purge ? purgedItems(kept, change.purge, before.profiles) : kept;
    const entries = record.history.map((entry, index) => ({ ...entry, item: left[index]! }));
    const now = this.#options.now();
    const at = changedAt(now, entries.at(-1)?.at);
    if (note) entries.push(...structuredClone(entriesOf(note, itemsOf(change, before, after), at)));
    const old = forgettable(entries, now);
    record.history = entries.filter(({ change: id }) => !old.has(id));
    return left.some((item, index) => item !== kept[index]);
  }

  async family(token: RefreshToken): Promise<Family> {
    await this.#trip();
    return structuredClone(this.#familyOf(token));
  }

  updateFamily(token: RefreshToken, decide: (family: Family) => FamilyChange | undefined): Promise<Family> {
    return this.#turns.take(MAIN_AGENT, async () => {
      for (;;) {
        await this.#trip();
        const family = this.#familyOf(token);
        const change = decide(structuredClone(family));
        if (!change) return family;
        if (this.#conflicts()) continue;
        return structuredClone(this.#changeFamily(token, family, structuredClone(change)));
      }
    });
  }

  #forgetMaterial(provider: ProviderId): void {
    const { families, agents } = this.#database;
    const tokens = [...agents.values()].flatMap(({ profiles }) => [...profiles.values()].map(tokenOf));
    const held = new Set(tokens.flatMap((token) => (token ? [this.#familyOf(token).id] : [])));
    for (const [id, { newest, ...family }] of families)
      if (family.provider === provider && newest && !held.has(id)) families.set(id, family);
  }

  #familyOf(token: RefreshToken): Family {
    const asked = fingerprintOf(this.#database.key, token);
    const known = this.#database.refreshTokens.get(asked) ?? { id: asked, spent: false };
    const { provider: _provider, ...family } = this.#database.families.get(known.id) ?? { provider: "" };
    return { ...family, ...known };
  }

  #changeFamily(token: RefreshToken, family: Family, change: FamilyChange): Family {
    const { families, refreshTokens, key, agents } = this.#database;
    const changed = changedFamily(family, change);
    const { id, spent, ...known } = changed;
    if (change.newest) {
      const main = this.#stateOf(agents.get(MAIN_AGENT));
      this.#apply(MAIN_AGENT, renewedProfiles(main, token, change.newest));
    }
    const asked = fingerprintOf(key, token);
    const refresh = change.newest?.refresh ?? token.refresh;
    const newest = fingerprintOf(key, { provider: token.provider, refresh });
    families.set(id, { ...known, provider: token.provider });
    refreshTokens.set(asked, { id, spent: spent || newest !== asked });
    if (newest !== asked) refreshTokens.set(newest, { id, spent: false });
    // Any agent may hold a copy that reads otherwise now.
    for (const [agent, record] of agents) this.#commit(agent, record);
    return changed;
  }

  async applyHealth(changes: readonly HealthChange[]): Promise<void> {
    const byAgent = Map.groupBy(changes, (change) => change.agent);
    await Promise.all(
      [...byAgent].map(([agent, own]) =>
        this.#turns.take(agent, async () => {
          await this.#trip();
          const record = this.#record(agent);
          if (own.filter((change) => this.#settle(record, change)).length > 0) this.#commit(agent, record);
        }),
      ),
    );
  }

  async lease(agent: AgentId, name: string, owner: string): Promise<Lease | { readonly heldBy: string }> {
    await this.#trip();
    const { leases } = this.#record(agent);
    const held = leases.get(name);
    if (held?.owner !== undefined && held.owner !== owner) return { heldBy: held.owner };
    const fence = held?.owner === owner ? held.fence : (held?.fence ?? 0) + 1;
    leases.set(name, { owner, fence });
    return { name, owner, fence };
  }

  async release(agent: AgentId, lease: Lease): Promise<void> {
    await this.#trip();
    const { leases } = this.#record(agent);
    const held = leases.get(lease.name);
    if (held?.owner === lease.owner && held.fence === lease.fence)
      leases.set(lease.name, { owner: undefined, fence: held.fence });
  }

  watch(agents: readonly AgentId[], onChange: (agent: AgentId) => void): () => void {
    const versions = new Map(agents.map((agent) => [agent, this.#versionOf(agent)]));
    const look = (agent: AgentId) => {
      const version = this.#versionOf(agent);
      if (!versions.has(agent) || versions.get(agent) === version) return;
      versions.set(agent, version);
      queueMicrotask(() => onChange(agent));
    };
    const notice = (agent: AgentId) => {
      const { remote } = this.#options;
      if (!remote || remote.random() >= remote.lostNoticeRate) look(agent);
    };
    const timer = setInterval(() => agents.forEach(look), LOOK_EVERY_MS).unref();
    this.#database.watchers.add(notice);
    const stop = () => {
      clearInterval(timer);
      this.#database.watchers.delete(notice);
      this.#watches.delete(stop);
    };
    this.#watches.add(stop);
    return stop;
  }

  async close(): Promise<void> {
    for (const stop of this.#watches) stop();
    await this.#turns.end();
  }

  async #trip(): Promise<void> {
    const { remote } = this.#options;
    if (remote) await sleep(remote.random() * remote.delayMs);
  }

  #conflicts(): boolean {
    const { remote } = this.#options;
    return remote !== undefined && remote.random() < remote.conflictRate;
  }

  #versionOf(agent: AgentId): number {
    return this.#database.agents.get(agent)?.version ?? 0;
  }

  #record(agent: AgentId): AgentRecord {
    const known = this.#database.agents.get(agent);
    if (known) return known;
    const [profiles, order, lastGood] = [new Map(), new Map(), new Map()];
    const [health, applied, leases] = [new Map(), new Map(), new Map()];
    const row = { version: 0, profiles, order, lastGood, health, applied, leases };
    const record: AgentRecord = { ...row, history: [] };
    this.#database.agents.set(agent, record);
    return record;
  }

  #commit(agent: AgentId, record: AgentRecord): void {
    record.version++;
    for (const notice of this.#database.watchers) notice(agent);
  }

  #generation(credential: Credential): string {
    return generationOf(this.#database.key, credential);
  }

  #stateOf(record: AgentRecord | undefined): AgentState {
    const logins = new Map<ProfileId, LoginFacts>();
    const profiles = [...(record?.profiles ?? [])].map(([id, stored]) => {
      const { credential, family } = this.#newest(stored);
      const profile = { id, credential, generation: this.#generation(credential) };
      const machine = (this.#options.machine ?? machineTime)();
      const facts = family && factsOf(profile, family, this.#options.now(), machine);
      if (facts) logins.set(id, facts);
      return profile;
    });
    const health = new Map([...(record?.health ?? [])].map(([id, row]) => [id, row.health]));
    const order = record?.order ?? new Map();
    const lastGood = record?.lastGood ?? new Map();
    return { profiles, order, health, lastGood, ...(logins.size > 0 && { logins }), warnings: [] };
  }

  #newest(credential: Credential): { credential: Credential; family?: Family } {
    const token = tokenOf(credential);
    if (!token || credential.type !== "oauth") return { credential };
    const family = this.#familyOf(token);
    return { credential: newestOf(credential, family) ?? credential, family };
  }

  #apply(agent: AgentId, change: Change): boolean {
    const record = this.#record(agent);
    const before = fingerprint(record);
    for (const [id, credential] of change.profiles ?? []) this.#setProfile(record, id, credential);
    for (const [provider, ids] of change.order ?? []) {
      if (ids === null) record.order.delete(provider);
      else record.order.set(provider, ids);
    }
    for (const [id, health] of change.health ?? []) {
      const credential = record.profiles.get(id);
      if (credential) record.health.set(id, { generation: this.#generation(credential), health });
    }
    for (const [provider, id] of change.lastGood ?? []) {
      if (id === null) record.lastGood.delete(provider);
      else record.lastGood.set(provider, id);
    }
    const changed = fingerprint(record) !== before;
    if (changed) this.#commit(agent, record);
    return changed;
  }

  #setProfile(record: AgentRecord, id: ProfileId, credential: Credential | null): void {
    const old = record.profiles.get(id);
    const same = old && credential && this.#generation(old) === this.#generation(credential);
    if (!same) record.health.delete(id);
    if (credential) record.profiles.set(id, credential);
    else record.profiles.delete(id);
    for (const [provider, good] of record.lastGood)
      if (!credential && good === id) record.lastGood.delete(provider);
  }

  /** Returns whether the change was news, that is, not applied before. */
  #settle(record: AgentRecord, change: HealthChange): boolean {
    const { profileId: id, generation, provider, event, writer, seq } = change;
    if (seq <= (record.applied.get(writer) ?? 0)) return false;
    record.applied.set(writer, seq);
    const stored = record.profiles.get(id);
    if (stored ? this.#generation(stored) !== generation : !isUnstored(id)) return true;
    const row = record.health.get(id);
    const base = row?.generation === generation ? row.health : HEALTHY;
    const policy = cooldownsFor(provider, this.#options.cooldowns ?? DEFAULT_COOLDOWNS);
    const health = settle(base, event, policy);
    if (health !== base) record.health.set(id, { generation, health });
    if (stored && event.kind === "success") record.lastGood.set(provider, id);
    return true;
  }
}

/** Equal when all that an update may change is. */
function fingerprint({ profiles, order, health, lastGood }: AgentRecord): string {
  return createHash("sha256")
    .update(canonicalJson([[...profiles], [...order], [...health], [...lastGood]]))
    .digest("base64url");
}
