// The accounts that the sandbox simulates, and how each one fails. Same calls, same answers: nothing is random.
//
//   provider           account   conduct
//   sandbox-openai     ada       3 calls per model in any 20 seconds, then 429 until the oldest is 20 seconds old
//                      grace     slow to begin; every 4th call meets an overloaded server (503)
//                      linus     its key is revoked after 5 calls (401), until the sandbox starts again
//   sandbox-responses  edsger    every 2nd call fails inside a 200 stream, or with 500 when not streamed
//                      barbara   always answers
//   sandbox-anthropic  mary      out of credit (400)
//                      alan      every 5th call meets an overloaded server (529)
import type { Frame } from "./answer.ts";
import * as anthropic from "./anthropic-errors.ts";
import * as openai from "./openai-errors.ts";

/** Models by provider. */
export const MODELS = {
  "sandbox-openai": ["gpt-sandbox", "gpt-sandbox-mini"],
  "sandbox-responses": ["gpt-sandbox"],
  "sandbox-anthropic": ["claude-sandbox"],
} as const;
export type SandboxProvider = keyof typeof MODELS;

export interface Account {
  readonly name: string;
  readonly provider: SandboxProvider;
  /** before the first byte of an answer */
  readonly delayMs: number;
  readonly conduct: (visit: Visit) => Refusal | undefined;
}

/** One call to an account, with what the account remembers. */
export interface Visit {
  readonly model: string;
  readonly streamed: boolean;
  /** counts all calls to the account, from 1 */
  readonly nth: number;
  /** when it answered calls for this model, ms since epoch, oldest first */
  readonly answeredAt: readonly number[];
  readonly now: number;
}

export type Refusal =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: object }
  /** The failure is an event inside a stream that began well. */
  | { readonly status: 200; readonly frames: readonly Frame[] };

const QUOTA = 3;
const QUOTA_WINDOW_MS = 20_000;
const SLOW_MS = 600;
const PROMPT_MS = 60;

export const ACCOUNTS: readonly Account[] = [
  { name: "ada", provider: "sandbox-openai", delayMs: PROMPT_MS, conduct: smallQuota },
  { name: "grace", provider: "sandbox-openai", delayMs: SLOW_MS, conduct: everyNth(4, openai.overloaded) },
  {
    name: "linus",
    provider: "sandbox-openai",
    delayMs: PROMPT_MS,
    conduct: ({ nth }) => (nth > 5 ? openai.revoked() : undefined),
  },
  { name: "edsger", provider: "sandbox-responses", delayMs: PROMPT_MS, conduct: everyNth(2, openai.broken) },
  { name: "barbara", provider: "sandbox-responses", delayMs: PROMPT_MS, conduct: () => undefined },
  { name: "mary", provider: "sandbox-anthropic", delayMs: PROMPT_MS, conduct: anthropic.outOfCredit },
  {
    name: "alan",
    provider: "sandbox-anthropic",
    delayMs: PROMPT_MS,
    conduct: everyNth(5, anthropic.overloaded),
  },
];

/** Plainly no real key. */
export const keyOf = (account: Account): string => `sandbox-key-${account.name}`;

function everyNth(n: number, refusal: (visit: Visit) => Refusal): Account["conduct"] {
  return (visit) => (visit.nth % n === 0 ? refusal(visit) : undefined);
}

function smallQuota({ model, answeredAt, now }: Visit): Refusal | undefined {
  const recent = answeredAt.filter((at) => at > now - QUOTA_WINDOW_MS);
  if (recent.length < QUOTA) return undefined;
  return openai.rateLimited(model, QUOTA, recent[0]! + QUOTA_WINDOW_MS - now);
}
