// What the main thread and the store's thread say to each other. Everything here can be cloned.
import type { ErrorCode } from "../core/errors.ts";
import { AccessError, messageOf } from "../core/errors.ts";
import type { Family, FamilyChange } from "../core/family.ts";
import type { CooldownPolicy } from "../core/health.ts";
import type { ChangeNote } from "../core/history.ts";
import type { AgentId } from "../core/ids.ts";
import type { Receipt } from "../core/receipt.ts";
import type { ReceiptPage, ReceiptQuery } from "../core/receipt-query.ts";
import type { ChatMessage, Session } from "../core/session.ts";
import type { ClientKey } from "../core/client-key.ts";
import type { KeyUsage, KeyUseChange } from "./client-keys.ts";
import type { ReceiptText } from "./receipt-text.ts";
import { canonicalJson } from "./json.ts";
import type { SealPlaces } from "./seal/places.ts";
import type { CommitOutcome, SessionCommit } from "./sessions.ts";
import type {
  Change,
  Depth,
  HealthChange,
  HistoryEntry,
  Lease,
  Reading,
  RefreshToken,
  Slice,
  Touch,
} from "./store.ts";

export interface ThreadData {
  readonly globalDir: string;
  /** the database of main: families are kept there, whatever agent is asked about */
  readonly main: string;
  readonly seal: SealPlaces;
}

/** An agent with the path of its database: only the main thread knows the configuration. */
export interface Place {
  readonly agent: AgentId;
  readonly file: string;
}

/** Request and answer of every operation. */
export interface Operations {
  read: { ask: { place: Place; depth: Depth | undefined }; answer: Reading };
  slice: { ask: { place: Place; touch: Touch }; answer: Slice };
  /** Applied only while the slice is still `basis`; otherwise the answer is the slice as it is now. */
  commit: {
    ask: { place: Place; touch: Touch; change: Change; basis: string; note: ChangeNote | null | undefined };
    answer: { readonly wrote: boolean } | { readonly moved: Slice };
  };
  history: { ask: { place: Place }; answer: readonly HistoryEntry[] };
  family: { ask: { token: RefreshToken }; answer: Family };
  /** Applied only while the family is still `basis`; otherwise the answer is the family as it is now. */
  commitFamily: {
    ask: { token: RefreshToken; change: FamilyChange; basis: string };
    answer: { readonly changed: Family } | { readonly moved: Family };
  };
  record: {
    ask: {
      places: readonly Place[];
      changes: readonly HealthChange[];
      receipts: readonly ReceiptText[];
      /** how long failures bar; the usual times when left out */
      cooldowns: CooldownPolicy | undefined;
    };
    answer: { readonly health?: ThreadError; readonly receipts?: ThreadError };
  };
  lease: {
    ask: { place: Place; name: string; owner: string };
    answer: Lease | { readonly heldBy: string };
  };
  release: { ask: { place: Place; lease: Lease }; answer: undefined };
  find: { ask: { runId: string }; answer: Receipt | undefined };
  receipts: { ask: { query: ReceiptQuery }; answer: ReceiptPage };
  session: { ask: { place: Place; key: string }; answer: Session | undefined };
  sessions: { ask: { place: Place }; answer: readonly Session[] };
  messages: { ask: { place: Place; sessionId: string; limit: number }; answer: readonly ChatMessage[] };
  commitSession: { ask: { place: Place; commit: SessionCommit }; answer: CommitOutcome };
  watch: { ask: { watch: number; places: readonly Place[] }; answer: undefined };
  unwatch: { ask: { watch: number }; answer: undefined };
  clientKeys: { ask: object; answer: readonly ClientKey[] };
  keyUsage: { ask: object; answer: ReadonlyMap<string, KeyUsage> };
  /** Applied only while the keys are still `basis`; otherwise the answer is the keys as they are now. */
  commitKeys: {
    ask: { put: readonly ClientKey[]; basis: string };
    answer: { readonly moved?: readonly ClientKey[] };
  };
  addKeyUse: { ask: { uses: readonly KeyUseChange[] }; answer: ReadonlyMap<string, KeyUsage> };
  watchKeys: { ask: { watch: number }; answer: undefined };
  close: { ask: object; answer: undefined };
}
export type OperationName = keyof Operations;
export type AskThread = <Name extends OperationName>(
  op: Name,
  ask: Operations[Name]["ask"],
) => Promise<Operations[Name]["answer"]>;

export type Request = {
  [Name in OperationName]: { readonly id: number; readonly now: number; readonly op: Name } & Readonly<
    Operations[Name]["ask"]
  >;
}[OperationName];

export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: ThreadError }
  | { readonly watch: number; readonly changed: AgentId | undefined };

export interface ThreadError {
  readonly code: ErrorCode;
  readonly message: string;
}

export const toThreadError = (error: unknown): ThreadError => ({
  code: error instanceof AccessError ? error.code : "internal",
  message: messageOf(error),
});
export const fromThreadError = ({ code, message }: ThreadError): AccessError =>
  new AccessError(code, message);

/** Equal for equal slices. Generations are left out: the first write may give them their lasting key. */
export const basisOf = ({ profiles, order }: Slice): string =>
  canonicalJson([[...profiles.values()].map(({ id, credential }) => [id, credential]), [...order]]);

export const basisOfFamily = (family: Family): string => canonicalJson(family);
