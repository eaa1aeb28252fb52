// One model call while it is being served.
import type { LiveAgent } from "../access/live-agent.ts";
import type { AuthProfile } from "../core/credential.ts";
import type { Crossing } from "../core/funding.ts";
import type { ProfileId } from "../core/ids.ts";
import type { ModelRef } from "../core/model-ref.ts";
import type { Snapshot } from "../core/plan/candidate.ts";
import type { Prepared } from "../core/plan/prepare.ts";
import type { PlanRequest } from "../core/plan/walk.ts";
import type { LoadRecord } from "../core/receipt.ts";
import type { Wire } from "../wire/wire.ts";
import { testedAtFirst } from "./choice.ts";
import type { CallEstimate } from "./call-estimate.ts";
import type { Caller } from "./caller.ts";
import type { Gateway } from "./gateway.ts";
import type { CrossingMeter } from "./crossing-meter.ts";
import type { CallMeter } from "./key-meter.ts";
import { newRunId } from "./run-id.ts";

export interface Served {
  readonly runId: string;
  readonly startedAt: number;
  readonly caller: Caller;
  /** of a call by a client key */
  readonly meter: CallMeter | undefined;
  /** of a call that begins on what is paid for anyway, and so may cross: see docs/plan.md */
  readonly flatEstimate: CallEstimate | undefined;
  /** from the first attempt that crosses on */
  crossing: CrossingMeter | undefined;
  /** why it could not when it began */
  readonly crossingClosed: Crossing | undefined;
  readonly gateway: Gateway;
  readonly live: LiveAgent;
  /** when the run began */
  readonly begun: Prepared;
  /** profiles that other calls were testing then */
  readonly tested: readonly ProfileId[];
  // What the first choice saw: see `choice.ts`.
  seen: Prepared;
  /** what it was prepared from */
  from: Snapshot;
  load: LoadRecord | undefined;
  chosen: boolean;
  /** ms since the run began; where it is not the start of the first attempt */
  decidedMs: number | undefined;
  readonly wire: Wire;
  readonly requested: string;
  /** other protocols that take the request as it is */
  readonly asIs: readonly string[];
  readonly plan: PlanRequest;
  readonly session: string | undefined;
  /** where the run is when its first byte goes out */
  readonly place: {
    ref?: ModelRef;
    profile?: AuthProfile;
    attempts: number;
    dropped?: readonly string[] | undefined;
  };
}

type Given = Pick<
  Served,
  | "startedAt"
  | "caller"
  | "flatEstimate"
  | "gateway"
  | "live"
  | "wire"
  | "requested"
  | "asIs"
  | "plan"
  | "session"
> &
  Partial<Pick<Served, "runId" | "meter" | "crossingClosed">>;

/** A call of which nothing has been tried yet. */
export const newServed = (given: Given): Served => ({
  ...given,
  runId: given.runId ?? newRunId(given.startedAt),
  meter: given.meter,
  crossingClosed: given.crossingClosed,
  crossing: undefined,
  begun: given.live.prepared,
  seen: given.live.prepared,
  from: given.live.view.snapshot,
  load: undefined,
  chosen: false,
  decidedMs: undefined,
  tested: testedAtFirst(given.live.prepared, given.plan),
  place: { attempts: 0 },
});

/** It uses a stored credential of a provider that has none any more. Where another is left, a call ends as it began. */
export const hasLostProvider = ({ place: { profile }, live: { view } }: Served): boolean =>
  profile?.source === "store" &&
  !view.damaged &&
  !view.stored.some(({ credential }) => credential.provider === profile.provider);
