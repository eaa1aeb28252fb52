// One model call while it is being served.
import type { LiveAgent } from "../../access/live-agent.ts";
import type { AuthProfile } from "../../core/credential.ts";
import type { Crossing } from "../../core/funding.ts";
import type { ProfileId, ProviderId } from "../../core/ids.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import type { Snapshot } from "../../core/plan/candidate.ts";
import type { Prepared } from "../../core/plan/prepare.ts";
import type { PlanRequest } from "../../core/plan/walk.ts";
import type { LoadRecord } from "../../core/receipt.ts";
import type { Wire } from "../../wire/wire.ts";
import { testedAtFirst } from "./choice.ts";
import type { CallEstimate } from "./call-estimate.ts";
import type { Caller } from "../guard/caller.ts";
import type { Gateway } from "../gateway.ts";
import type { CrossingMeter } from "./crossing-meter.ts";
import type { CallMeter } from "./key-meter.ts";
import { newRunId } from "../runs/run-id.ts";
import type { Gone } from "../runs/runs.ts";

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

/**
 * It uses a stored credential of a provider that has none any more, or waits for one. Where another is left, a call ends
 * as it began.
 */
export function hasLostProvider(served: Served, gone?: Gone): boolean {
  const { view } = served.live;
  const provider = storedProvider(served);
  if (provider === undefined || view.damaged) return false;
  return !view.stored.some(
    ({ credential, id, owner }) =>
      credential.provider === provider && !(gone?.owner === owner && gone.ids.has(id)),
  );
}

/** The provider of the stored credential that it uses; of those that it waits for while it has none. */
function storedProvider({ place: { profile, ref }, plan, from }: Served): ProviderId | undefined {
  if (profile) return profile.source === "store" ? profile.provider : undefined;
  const { provider } = ref ?? plan.models[0]!;
  const had = from.profiles.some((one) => one.source === "store" && one.provider === provider);
  return had ? provider : undefined;
}
