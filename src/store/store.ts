// The contract between the program and the place where credentials, order and health are kept.
// SQLite here, a memory engine in tests, PostgreSQL later; one suite for all
// (test/contract/store-suite.ts).
// Rules: DESIGN, "State" and "Never broken" 3-6.
import type { Credential, CredentialType } from "../core/credential.ts";
import type { Family, FamilyChange, Refusal } from "../core/family.ts";
import type { Health, HealthEvent } from "../core/health.ts";
import type { ChangeNote } from "../core/history.ts";
import type { AgentId, ProfileId, ProviderId } from "../core/ids.ts";

/** A stored credential with its generation, or an entry of the store that cannot be read as one. */
export interface StoredProfile {
  readonly id: ProfileId;
  readonly credential: Credential;
  /** HMAC of the credential material under the install key: changes when the material changes. */
  readonly generation: string;
  /** Its secrets are sealed, and were not opened: they are left out of the credential. */
  readonly unopened?: Unopened;
}

/** What is known of secrets that stayed sealed. */
export interface Unopened {
  /** names of the fields that have one */
  readonly fields: readonly string[];
  /** of the key or token, fit for people */
  readonly label?: string;
  /** Why they could not be opened; absent when nobody asked for them. */
  readonly fault?: string;
}

/** Whether the secrets of a sealed store are wanted; `facts` are all the rest, and take no key. */
export type Depth = "facts" | "secrets";

/** Everything one agent's own store holds. Inheritance is joined above the store. */
export interface AgentState {
  /** in the order of OpenClaw's row */
  readonly profiles: readonly StoredProfile[];
  /** stored order by provider */
  readonly order: ReadonlyMap<ProviderId, readonly ProfileId[]>;
  /** health of the current generation of each profile, also of `env:` and `config:` ids */
  readonly health: ReadonlyMap<ProfileId, Health>;
  readonly lastGood: ReadonlyMap<ProviderId, ProfileId>;
  /** What the families of OAuth logins say of them; those of which nothing is known are left out. */
  readonly logins?: ReadonlyMap<ProfileId, LoginFacts>;
  /** Faults found on reading, one sentence each with the place: garbage entries, unknown versions. */
  readonly warnings: readonly string[];
  /** A whole row cannot be read: it must not look like a store without credentials. */
  readonly damaged?: true;
}

/** What is known of a login besides its row. */
export interface LoginFacts {
  /** ms since epoch, by the reader's clock; the row has it by the writer's */
  readonly expiresAt?: number;
  readonly lifetimeMs?: number;
  /** Its refresh token is of no use any more. */
  readonly needed?: Pick<Refusal, "code" | "at">;
}

/** The refresh token of a login. Another provider's, be it the same text, is another one. */
export interface RefreshToken {
  readonly provider: ProviderId;
  readonly refresh: string;
}

export interface Reading {
  /** Opaque; equal means nothing changed. */
  readonly version: string;
  readonly state: AgentState;
}

/** What an update may look at: the named profiles, and the order and last good profile of the named providers. */
export interface Slice {
  readonly profiles: ReadonlyMap<ProfileId, StoredProfile>;
  readonly order: ReadonlyMap<ProviderId, readonly ProfileId[]>;
  readonly health: ReadonlyMap<ProfileId, Health>;
  readonly lastGood: ReadonlyMap<ProviderId, ProfileId>;
}

/** What an update wants. `null` removes. What is not named stays as it is. */
export interface Change {
  readonly profiles?: ReadonlyMap<ProfileId, Credential | null>;
  readonly order?: ReadonlyMap<ProviderId, readonly ProfileId[] | null>;
  /** Health that a credential brings along from elsewhere, or under another id. */
  readonly health?: ReadonlyMap<ProfileId, Health>;
  readonly lastGood?: ReadonlyMap<ProviderId, ProfileId | null>;
  /** Profiles whose former material leaves the history, with what this change itself would add to it. */
  readonly purge?: readonly ProfileId[];
}

export interface Touch {
  /** Secrets are of no matter: no key of a sealed store is needed, and what is sealed is not shown. */
  readonly facts?: true;
  readonly profiles?: readonly ProfileId[];
  readonly providers?: readonly ProviderId[];
}

/** One thing that a noted change altered: what stood there before, and what the change left. `null`: nothing. */
export type HistoryItem =
  | {
      readonly kind: "profile";
      readonly id: ProfileId;
      readonly before: FormerProfile | null;
      readonly after: LeftProfile | null;
    }
  | {
      readonly kind: "order";
      readonly provider: ProviderId;
      readonly before: readonly ProfileId[] | null;
      readonly after: readonly ProfileId[] | null;
    };

export interface FormerProfile {
  readonly type: CredentialType;
  readonly generation: string;
  /** absent once it was purged */
  readonly credential?: Credential;
}

/** Enough to recognize it, and no secret. */
export interface LeftProfile {
  readonly type: CredentialType;
  readonly generation: string;
  /** stands for all of the credential that is no material */
  readonly rest: string;
}

export interface HistoryEntry extends ChangeNote {
  /** ms since epoch */
  readonly at: number;
  readonly item: HistoryItem;
}

/**
 * One observation of a profile's health. `(writer, seq)` makes it count once: a writer numbers its changes
 * upwards from 1, and a change that was applied before is passed over.
 */
export interface HealthChange {
  readonly agent: AgentId;
  readonly profileId: ProfileId;
  readonly provider: ProviderId;
  /** The generation that was used. A change about another generation than the stored one is dropped. */
  readonly generation: string;
  readonly event: HealthEvent;
  readonly writer: string;
  readonly seq: number;
}

export interface Lease {
  readonly name: string;
  readonly owner: string;
  /** Rises with every new owner; a stale owner is told apart by it. */
  readonly fence: number;
}

export interface Store {
  /**
   * Never creates or changes a file. An agent without a store reads as empty.
   *
   * @param depth `secrets` when left out
   * @throws AccessError `store_unreadable` when there is a file and it is no readable database
   */
  read(agent: AgentId, depth?: Depth): Promise<Reading>;

  /**
   * Changes credentials and order in one transaction, durable when the promise resolves. `decide` sees the
   * stored values of `touch`, is synchronous and pure, may run again, and returns `undefined` to leave all
   * as it is. A replaced or removed profile starts with clean health; of the families of a removed login's provider
   * only those keep tokens that main holds. A change may name only what `touch`
   * names: anything else is a fault of the caller, `internal`. With `note`, the values as they were go into
   * the history in the same transaction. A refresh of a login has none: what it replaced is spent.
   *
   * @returns whether anything was written
   * @throws AccessError `store_unwritable`, `store_unreadable`; or whatever `decide` throws, with nothing written
   */
  update(
    agent: AgentId,
    touch: Touch,
    decide: (slice: Slice) => Change | undefined,
    note?: ChangeNote | null,
  ): Promise<boolean>;

  /**
   * What noted changes altered, oldest first; bounded in number and age (core/history.ts). Creates nothing.
   *
   * @throws AccessError `store_unreadable`
   */
  history(agent: AgentId): Promise<readonly HistoryEntry[]>;

  /**
   * The family of a refresh token; an unknown token is a family of its own. Creates nothing.
   *
   * @throws AccessError `store_unreadable`
   */
  family(token: RefreshToken): Promise<Family>;

  /**
   * Changes what is known of a family, in one transaction, durable when the promise resolves. All families of the
   * installation are kept in main's store: every agent reads through it, and most logins lie in it. Profiles of
   * main that hold the token get the newest in the same transaction; a row of any agent that shows a spent token
   * reads as the newest from then on, and is repaired by the next write of that agent. `decide` as in `update`.
   *
   * @returns the family as it is then
   * @throws AccessError `store_unwritable`, `store_unreadable`
   */
  updateFamily(token: RefreshToken, decide: (family: Family) => FamilyChange | undefined): Promise<Family>;

  /** Applies observations to the stored values, in order. A kill may lose those of the last 250 ms. */
  applyHealth(changes: readonly HealthChange[]): Promise<void>;

  /**
   * Takes a named lease, or says who holds it. A lease is taken over only when its owner is proven dead.
   * The same owner gets its own lease again.
   */
  lease(agent: AgentId, name: string, owner: string): Promise<Lease | { readonly heldBy: string }>;
  /** Gives a lease back. A lease that somebody took over since is left alone. */
  release(agent: AgentId, lease: Lease): Promise<void>;

  /**
   * Calls back, soon, after anyone changed an agent's store; health that this store object applied itself is
   * no news. Returns the way to stop.
   */
  watch(agents: readonly AgentId[], onChange: (agent: AgentId) => void): () => void;

  close(): Promise<void>;
}
