// What the rows of a database go through while it is sealed. Types and one question; all else of it is loaded by
// those who meet a sealed database (src/store/seal/).
import type { DatabaseSync } from "node:sqlite";
import type { Credential } from "../core/credential.ts";
import type { Family } from "../core/family.ts";
import type { ProfileId, ProviderId } from "../core/ids.ts";
import type { Written } from "./echo.ts";
import type { StoreRow } from "./store-row.ts";
import type { HistoryItem, StoredProfile } from "./store.ts";

/**
 * How much of a sealed store a reader wants. `facts`: all but the secrets, which takes no key. `handy`: the secrets
 * too where the key is in memory already. `open`: the key is looked for.
 */
export type Opening = "facts" | "handy" | "open";

/** One sealed value. */
export interface Envelope {
  /** ciphertext, with the id of its key */
  readonly sealed: string;
  /** equal for equal values, so that they can be compared without the key */
  readonly is: string;
  /** fit for people */
  readonly label?: string;
}

/** The rows of one sealed database, to values and back, as of one moment. */
export interface Codec {
  /** The secrets stay sealed: stand-ins, equal for equal secrets, are in their places. */
  readonly locked: boolean;
  readonly written: RowCodec<ProfileId, Written>;
  readonly history: { open(item: HistoryItem): HistoryItem; close(item: HistoryItem): HistoryItem };
  readonly family: RowCodec<ProviderId, Partial<Family>>;
  /** What `access_sealed` has; `before` when that is the same. */
  load(before: SealedRow | undefined): SealedRow;
  /** @throws AccessError `store_sealed` when this cannot be done without the key, which is not there */
  needKey(): void;
}

interface RowCodec<Place, Value> {
  open(place: Place, value: Value): Value;
  close(place: Place, value: Value): Value;
}

/** The store row of a sealed database. */
export interface SealedRow {
  /** moves with every change of what is sealed, and tells readings of different depth apart */
  readonly version: string;
  readonly locked: boolean;
  /** Entries that lie there in plain text: another program put them there since. Known once `row` was asked. */
  readonly plain: ReadonlySet<ProfileId>;
  /** What stays sealed, by what stands for it and its place. */
  readonly standIns: Map<string, Envelope>;
  /** The store row with its secrets, or stand-ins for them. */
  readonly row: (text: string | undefined) => StoreRow;
  /** Stored with the secrets: it cannot be made without them. */
  readonly generationOf: (id: ProfileId) => string | undefined;
  /** The profile without stand-ins. */
  readonly shown: (profile: StoredProfile) => StoredProfile;
  /** Whether there are stand-ins in it. */
  readonly isUnopened: (credential: Credential) => boolean;
  /**
   * Writes what changed, and returns the row's new text. What lies there in plain text is sealed.
   *
   * @throws AccessError `store_sealed`
   */
  readonly save: (
    db: DatabaseSync,
    row: StoreRow,
    patch: ReadonlyMap<ProfileId, Credential | null>,
    now: number,
  ) => string | undefined;
}

/** Thrown where something is to be got first that takes time. The work is then done again from its beginning. */
export class NotReady extends Error {
  readonly prepare: () => Promise<void>;
  constructor(prepare: () => Promise<void>) {
    super("something is to be got first");
    this.prepare = prepare;
  }
}

export async function prepared<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof NotReady)) throw error;
      await error.prepare();
    }
  }
}

/** Stand-ins begin with what no secret begins with, and no header takes. */
const STAND_IN = "\u0000sealed\u0000";
export const isStandIn = (value: unknown): value is string =>
  typeof value === "string" && value.charCodeAt(0) === 0 && value.startsWith(STAND_IN);
export const standInFor = (digest: string): string => STAND_IN + digest;
/** Of a refresh token, its fingerprint. */
export const digestIn = (standIn: string): string => standIn.slice(STAND_IN.length);

export const isSealed = (db: DatabaseSync): boolean =>
  db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'access_sealed'").get() !== undefined;

const CODECS = new WeakMap<DatabaseSync, Codec>();

/** The codec of a database that is sealed: set at the start of each of its transactions, and true until its end. */
export const codecOf = (db: DatabaseSync): Codec | undefined => CODECS.get(db);
export function setCodec(db: DatabaseSync, codec: Codec | undefined): void {
  if (codec) CODECS.set(db, codec);
  else CODECS.delete(db);
}
