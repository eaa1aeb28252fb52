// How calls with a credential are paid for, and whether a call may move from what is paid for anyway to what is paid
// for by use. Pure. Rules: docs/plan.md.
import type { AuthProfile } from "./credential.ts";

export const FUNDINGS = ["subscription", "prepaid", "metered", "free", "local"] as const;
/** `metered`: every call costs money. The others are flat: one more call costs nothing more. */
export type Funding = (typeof FUNDINGS)[number];

/** What a type of credential says where nothing else is known. */
const OF_TYPE = {
  oauth: "subscription",
  token: "subscription",
  api_key: "metered",
  none: "local",
} as const satisfies Record<AuthProfile["type"], Funding>;

export const usualFunding = ({ type }: Pick<AuthProfile, "type">): Funding => OF_TYPE[type];

/** `crossing` of access.json. `maxPerDay`: US dollars, for a day of UTC */
export type CrossingRule = "allow" | "never" | { readonly maxPerDay: number };

/** Why a call may not cross: never, or not until the day is over. */
export type CrossingCode = "crossing_never" | "crossing_budget";

/** Whether calls may cross just now. The engine only reads it; whoever counts the money keeps it current. */
export interface Crossing {
  /** absent while they may */
  readonly closed?: CrossingCode | undefined;
  /** ms since epoch, when they may again; absent when time changes nothing */
  readonly until?: number | undefined;
}

export const CROSSING_WORDS: Readonly<Record<CrossingCode, string>> = {
  crossing_never: 'it costs money for each call, and access.json says crossing: "never"',
  crossing_budget:
    "it costs money for each call, and crossing.maxPerDay of access.json is used up for today, calls under way included",
};

export const isCrossing = (code: string): code is CrossingCode => Object.hasOwn(CROSSING_WORDS, code);
