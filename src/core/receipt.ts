// What a run leaves behind: enough to say why it picked what it picked, and nothing secret.
import type { AuthProfile } from "./credential.ts";
import type { FailureKind, FailureScope } from "./failure/failure.ts";
import type { Crossing, Funding } from "./funding.ts";
import type { Bar, BarScope } from "./health.ts";
import type { AgentId, ProfileId } from "./ids.ts";
import type { LeftOut } from "./plan/explain.ts";
import type { ReceiptPage, ReceiptQuery } from "./receipt-query.ts";
import type { Recovery } from "./recovery.ts";
import type { UsageWindow } from "./usage-window.ts";

/** One upstream call. Times are ms since the run began. */
export interface AttemptRecord {
  /** `provider/model` */
  readonly model: string;
  readonly profileId: ProfileId;
  readonly startedMs: number;
  readonly endedMs: number;
  /** time to the first content byte */
  readonly firstByteMs?: number;
  readonly outcome: "ok" | "failed" | "aborted" | "cut";
  /** It moved from what is paid for anyway to what costs money for each call. */
  readonly crossed?: true;
  /** A bar of the profile had ended: this call was the test, and others waited for its outcome or went elsewhere. */
  readonly test?: boolean;
  readonly status?: number;
  readonly kind?: FailureKind;
  readonly scope?: FailureScope;
  /** ms since epoch, as the provider gave it */
  readonly retryAt?: number;
  readonly message?: string;
}

/** What is left of its plan, as far as a choice asks. */
export type WindowRecord = Omit<UsageWindow, "unit" | "source">;

/** What the decision saw of one profile: enough to decide again. */
export interface CandidateRecord {
  readonly profileId: ProfileId;
  readonly provider: AuthProfile["provider"];
  readonly type: AuthProfile["type"];
  readonly source: AuthProfile["source"];
  /** where it is not as its type says */
  readonly funding?: Funding;
  /** Those of the asked models. */
  readonly bars: readonly Bar[];
  /** Those of the asked models. */
  readonly windows?: readonly WindowRecord[];
  readonly place?: number;
  // Whether it can be used at all: see `eligibility`.
  readonly expiresAt?: number;
  readonly refreshable?: boolean;
  readonly loginNeeded?: true;
  readonly problem?: NonNullable<AuthProfile["problem"]>;
  /** ms since epoch; of those that an order leaves out, the others have it in the load */
  readonly lastUsed?: number;
}

/** The moving part of what the decision saw, by candidate. */
export interface LoadRecord {
  /** ms since epoch; 0 when never */
  readonly lastUsed: readonly number[];
  readonly inFlight: readonly number[];
  /** ms since epoch, as in `Load`; absent when nothing is ramped */
  readonly rampFrom?: readonly number[];
  /** candidates that another call was testing; absent when there were none */
  readonly testing?: readonly ProfileId[];
  /** what each of them was tested for */
  readonly testingScopes?: readonly (readonly BarScope[])[];
}

export interface Receipt {
  readonly runId: string;
  /** ms since epoch */
  readonly at: number;
  readonly agent: AgentId;
  readonly protocol: string;
  readonly requested: string;
  /** name of the client key that asked */
  readonly clientKey?: string;
  /** whom a trusted proxy vouched for */
  readonly user?: string;
  /** the models of the plan, first choice first */
  readonly models: readonly string[];
  readonly sticky?: ProfileId;
  readonly pin?: ProfileId | undefined;
  /** why it could not move to what costs money for each call, if it could not */
  readonly crossingClosed?: Crossing;
  /** it moved there, be it that the attempt failed */
  readonly crossed?: true;
  /** US dollars that this cost, by the prices of config and catalog; absent where they name none */
  readonly dollars?: number;
  /** the same, where they name none: as it was counted against a budget */
  readonly assumedDollars?: number;
  readonly outcome: "ok" | "failed" | "aborted" | "cut";
  /** HTTP status that the client saw */
  readonly status: number;
  readonly durationMs: number;
  readonly waitedMs?: number;
  readonly attempts: readonly AttemptRecord[];
  /** ms since the run began, of the first choice; the start of the first attempt where it is left out */
  readonly decidedMs?: number;
  /** What the first choice saw, at most 64. */
  readonly candidates: readonly CandidateRecord[];
  /** how many more there were */
  readonly more?: number;
  /** Profiles that an explicit order leaves out; with the candidates at most 64. */
  readonly omitted?: readonly CandidateRecord[];
  /** absent when there was no choice */
  readonly load?: LoadRecord;
  readonly leftOut: readonly LeftOut[];
  /** of a run without an answer: who is free again first */
  readonly recovery?: Recovery;
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number };
}

/** Where receipts are kept: newest 50,000 or 50 MB (DESIGN, "State"). */
export interface ReceiptStore {
  append(receipts: readonly Receipt[]): Promise<void>;
  /** The newest run, or the one with this id; `undefined` when there is none. Creates no file. */
  find(runId: string | "last"): Promise<Receipt | undefined>;
  /** The newest, newest first. Creates no file. */
  page(query: ReceiptQuery): Promise<ReceiptPage>;
}
