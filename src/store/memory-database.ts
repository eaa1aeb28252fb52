// What the store in memory holds, and how a change comes to it, in one step each.
import type { Credential } from "../core/credential.ts";
import type { Family, FamilyChange, MachineTime } from "../core/family.ts";
import { changedFamily } from "../core/family.ts";
import type { CooldownPolicy } from "../core/health.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import { factsOf, newestOf, renewedProfiles, tokenOf } from "./families.ts";
import { fingerprintOf, GenerationKey, generationOf } from "./generation.ts";
import type { MemoryRecord } from "./memory-record.ts";
import { applyChange, emptyRecord, settleHealth } from "./memory-record.ts";
import type { AgentState, Change, HealthChange, HistoryEntry, LoginFacts, RefreshToken } from "./store.ts";

interface Clock {
  /** ms since epoch */
  readonly now: number;
  readonly machine: MachineTime;
}

export class MemoryDatabase {
  readonly #key = new GenerationKey();
  readonly #agents = new Map<AgentId, MemoryRecord>();
  /** by id */
  readonly #families = new Map<string, Omit<Family, "id" | "spent"> & { readonly provider: ProviderId }>();
  /** by fingerprint */
  readonly #refreshTokens = new Map<string, Pick<Family, "id" | "spent">>();
  /** called with an agent whenever something of it was committed */
  readonly watchers = new Set<(agent: AgentId) => void>();

  versionOf(agent: AgentId): number {
    return this.#agents.get(agent)?.version ?? 0;
  }

  historyOf(agent: AgentId): readonly HistoryEntry[] {
    return this.#agents.get(agent)?.history ?? [];
  }

  record(agent: AgentId): MemoryRecord {
    const record = this.#agents.get(agent) ?? emptyRecord();
    this.#agents.set(agent, record);
    return record;
  }

  stateOf(agent: AgentId, { now, machine }: Clock): AgentState {
    const record = this.#agents.get(agent) ?? emptyRecord();
    const logins = new Map<ProfileId, LoginFacts>();
    const profiles = [...record.profiles].map(([id, stored]) => {
      const { credential, family } = this.#newest(stored);
      const profile = { id, credential, generation: this.#generation(credential) };
      const facts = family && factsOf(profile, family, now, machine);
      if (facts) logins.set(id, facts);
      return profile;
    });
    const health = new Map([...record.health].map(([id, row]) => [id, row.health]));
    const { order, lastGood } = record;
    return { profiles, order, health, lastGood, ...(logins.size > 0 && { logins }), warnings: [] };
  }

  /** Returns whether anything is another than before. */
  apply(agent: AgentId, change: Change): boolean {
    const changed = applyChange(this.record(agent), change, this.#generation);
    if (changed) this.#commit(agent);
    return changed;
  }

  settle(agent: AgentId, changes: readonly HealthChange[], cooldowns: CooldownPolicy): void {
    const record = this.record(agent);
    const news = changes.filter((change) => settleHealth(record, change, cooldowns, this.#generation));
    if (news.length > 0) this.#commit(agent);
  }

  familyOf(token: RefreshToken): Family {
    const asked = fingerprintOf(this.#key, token);
    const known = this.#refreshTokens.get(asked) ?? { id: asked, spent: false };
    const { provider: _provider, ...family } = this.#families.get(known.id) ?? { provider: "" };
    return { ...family, ...known };
  }

  /** @param main the state of main's store, whose copies of the token are renewed */
  changeFamily(token: RefreshToken, family: Family, change: FamilyChange, main: AgentState): Family {
    const changed = changedFamily(family, change);
    const { id, spent, ...known } = changed;
    if (change.newest) this.apply(MAIN_AGENT, renewedProfiles(main, token, change.newest));
    const asked = fingerprintOf(this.#key, token);
    const refresh = change.newest?.refresh ?? token.refresh;
    const newest = fingerprintOf(this.#key, { provider: token.provider, refresh });
    this.#families.set(id, { ...known, provider: token.provider });
    this.#refreshTokens.set(asked, { id, spent: spent || newest !== asked });
    if (newest !== asked) this.#refreshTokens.set(newest, { id, spent: false });
    // Any agent may hold a copy that reads otherwise now.
    for (const agent of this.#agents.keys()) this.#commit(agent);
    return changed;
  }

  /** Forgets the newest material of families that no profile holds any more. */
  forgetMaterial(provider: ProviderId): void {
    const credentials = [...this.#agents.values()].flatMap(({ profiles }) => [...profiles.values()]);
    const tokens = credentials.map(tokenOf).filter((token) => token !== undefined);
    const held = new Set(tokens.map((token) => this.familyOf(token).id));
    for (const [id, { newest, ...family }] of this.#families)
      if (family.provider === provider && newest && !held.has(id)) this.#families.set(id, family);
  }

  #commit(agent: AgentId): void {
    this.record(agent).version++;
    for (const notice of this.watchers) notice(agent);
  }

  readonly #generation = (credential: Credential): string => generationOf(this.#key, credential);

  #newest(credential: Credential): { credential: Credential; family?: Family } {
    const token = tokenOf(credential);
    if (!token || credential.type !== "oauth") return { credential };
    const family = this.familyOf(token);
    return { credential: newestOf(credential, family) ?? credential, family };
  }
}
