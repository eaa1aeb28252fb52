// Logins by a device code: the person types a short code into a browser anywhere, and this program asks until
// that is done. RFC 8628; the providers that have a form of their own are in the files beside this one.
import { setTimeout as pause } from "node:timers/promises";
import type { JsonObject } from "../core/json.ts";

export interface DeviceSettings {
  /** how the provider speaks; RFC 8628 when absent */
  readonly form?: "openai" | "minimax";
  readonly deviceUrl: string;
  readonly tokenUrl: string;
  /** where an `openai` form asks whether the person is done */
  readonly pollUrl?: string;
  /** shown when the answer names none */
  readonly verificationUrl?: string;
  /** of the code that an `openai` form brings */
  readonly redirectUri?: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly scopes?: readonly string[];
  /** between two questions, when the answer does not say */
  readonly intervalSeconds?: number;
  /** how long a code is good for, when the answer does not say */
  readonly lifetimeSeconds?: number;
}

/** What the person is shown, and how to ask whether they are done. */
export interface DeviceOffer {
  readonly userCode: string;
  /** http or https */
  readonly verificationUri: string;
  /** the same with the code in it */
  readonly completeUri?: string;
  readonly intervalMs: number;
  readonly lifetimeMs: number;
  /** Never rejects. */
  readonly poll: (limits: CallLimits) => Promise<DevicePoll>;
}

export interface CallLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Messages complete "The login server …". */
export type DevicePoll =
  /** The answer as it came, with an access token in it. */
  | { readonly kind: "tokens"; readonly answer: JsonObject }
  | { readonly kind: "pending" }
  /** `intervalMs`: the least that the server wants, where it says so */
  | { readonly kind: "slow_down"; readonly intervalMs?: number }
  | { readonly kind: "denied" }
  | { readonly kind: "expired" }
  | { readonly kind: "refused"; readonly message: string }
  /** Nobody is there, or has no time: it is asked again. */
  | { readonly kind: "unreachable"; readonly message: string }
  /** An answer that means nothing: asked again a few times. */
  | { readonly kind: "senseless"; readonly message: string };

export type DeviceStart = { readonly offer: DeviceOffer } | { readonly failed: string };

/** Never rejects. */
export async function startDeviceLogin(settings: DeviceSettings, limits: CallLimits): Promise<DeviceStart> {
  return await (
    await formOf(settings)
  )(settings, limits);
}

type Form = (settings: DeviceSettings, limits: CallLimits) => Promise<DeviceStart>;

async function formOf({ form }: DeviceSettings): Promise<Form> {
  if (form === "openai") return (await import("./device-openai.ts")).startOpenAi;
  if (form === "minimax") return (await import("./device-minimax.ts")).startMiniMax;
  return (await import("./device-standard.ts")).startStandard;
}

export type DeviceEnd = Extract<DevicePoll, { kind: "tokens" | "denied" | "expired" | "refused" }>;

export interface Waiting {
  readonly signal?: AbortSignal | undefined;
  /** Told when the server begins to be in trouble; completes "The login server …". */
  readonly onTrouble?: (message: string) => void;
  /** ms, of a clock that only goes forward */
  readonly now?: () => number;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<unknown>;
}

const SLOW_DOWN_MS = 5000;
const LONGEST_INTERVAL_MS = 60_000;
const POLL_TIMEOUT_MS = 15_000;
/** Answers in a row that mean nothing: a portal of a hotel, say, or a server that is broken. */
const MOST_SENSELESS = 3;

/**
 * Asks until the person is done, the code has expired, or the server refuses. Troubles of the network are
 * survived, more and more patiently (RFC 8628 §3.5).
 *
 * @throws when the signal is raised
 */
export async function awaitApproval(offer: DeviceOffer, waiting: Waiting = {}): Promise<DeviceEnd> {
  const { signal, now = () => performance.now(), sleep = sleepUntilLeft } = waiting;
  const deadline = now() + offer.lifetimeMs;
  let pace: Pace = { intervalMs: offer.intervalMs, waitMs: offer.intervalMs, senseless: 0 };
  for (;;) {
    const left = deadline - now();
    if (left <= 0) return pace.trouble === undefined ? { kind: "expired" } : lost(pace.trouble);
    await sleep(Math.min(pace.waitMs, left), signal);
    // The last question comes at the very end: whoever was done just in time is not turned away.
    const timeoutMs = Math.min(POLL_TIMEOUT_MS, wholeSeconds(deadline - now()));
    const poll = await offer.poll({ timeoutMs, signal });
    signal?.throwIfAborted();
    if (isEnd(poll)) return poll;
    const before = pace;
    pace = nextPace(pace, poll);
    if (pace.senseless >= MOST_SENSELESS) return { kind: "refused", message: pace.trouble! };
    if (pace.trouble !== undefined && before.trouble === undefined) waiting.onTrouble?.(pace.trouble);
  }
}

/** At least one: timers take no fractions. */
const wholeSeconds = (ms: number): number => 1000 * Math.max(1, Math.ceil(ms / 1000));

const sleepUntilLeft = (ms: number, signal?: AbortSignal) => pause(ms, undefined, signal ? { signal } : {});

const lost = (message: string): DeviceEnd => ({ kind: "refused", message });

const isEnd = (poll: DevicePoll): poll is DeviceEnd =>
  poll.kind === "tokens" || poll.kind === "denied" || poll.kind === "expired" || poll.kind === "refused";

export interface Pace {
  /** what the server wants */
  readonly intervalMs: number;
  /** until the next question */
  readonly waitMs: number;
  /** answers in a row that meant nothing */
  readonly senseless: number;
  /** of the last question */
  readonly trouble?: string;
}

/** How fast to go on after an answer that ends nothing. Pure. */
function nextPace(pace: Pace, poll: Exclude<DevicePoll, DeviceEnd>): Pace {
  if (poll.kind === "pending") return steady(pace.intervalMs);
  if (poll.kind === "slow_down")
    return steady(
      Math.min(LONGEST_INTERVAL_MS, Math.max(pace.intervalMs + SLOW_DOWN_MS, poll.intervalMs ?? 0)),
    );
  return {
    intervalMs: pace.intervalMs,
    waitMs: Math.min(LONGEST_INTERVAL_MS, pace.waitMs * 2),
    senseless: poll.kind === "senseless" ? pace.senseless + 1 : 0,
    trouble: poll.message,
  };
}

const steady = (intervalMs: number): Pace => ({ intervalMs, waitMs: intervalMs, senseless: 0 });
