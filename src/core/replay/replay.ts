// A decision made again from what its receipt holds, never from the present state. Pure.
import type { AuthProfile } from "../credential.ts";
import type { Health } from "../health.ts";
import { HEALTHY, onTrial } from "../health.ts";
import type { ProfileId, ProviderId } from "../ids.ts";
import type { ModelRef } from "../model-ref.ts";
import type { Load, Snapshot } from "../plan/candidate.ts";
import { NO_TESTS } from "../plan/candidate.ts";
import type { PlanRequest } from "../plan/walk.ts";
import type { CandidateRecord, Receipt, WindowRecord } from "../receipt.ts";
import type { UsageReading } from "../usage-window.ts";

/** All that a plan is made of. */
export interface Decision {
  readonly snapshot: Snapshot;
  readonly request: PlanRequest;
  /** ms since epoch */
  readonly now: number;
}

/** The first decision of a run. */
export function decisionOf(receipt: Receipt): Decision {
  const { candidates, omitted = [], at, attempts } = receipt;
  const records = [...candidates, ...omitted];
  const now = at + (receipt.decidedMs ?? attempts[0]?.startedMs ?? 0);
  return {
    snapshot: {
      profiles: records.map((record) => profileOf(record, receipt)),
      order: orderOf(candidates, omitted),
      health: new Map(records.map((record) => [record.profileId, healthOf(record)])),
      funding: new Map(records.flatMap(({ profileId, funding }) => (funding ? [[profileId, funding]] : []))),
      load: loadsOf(receipt),
    },
    request: requestOf(receipt, now),
    now,
  };
}

function requestOf(receipt: Receipt, now: number): PlanRequest {
  const { models, sticky, pin, crossingClosed } = receipt;
  return {
    models: models.map(refOf),
    ...(sticky === undefined ? {} : { sticky }),
    ...(pin === undefined ? {} : { pin }),
    ...(crossingClosed === undefined ? {} : { crossing: crossingClosed }),
    ...(joinedTest(receipt, now) ? { joinsTests: true } : {}),
  };
}

/** Who takes what another call tests has waited for it long enough: nothing else lets a call do that. */
function joinedTest(receipt: Receipt, now: number): boolean {
  const picked = receipt.attempts[0];
  const record = receipt.candidates.find(({ profileId }) => profileId === picked?.profileId);
  const testing = record && loadsOf(receipt).get(record.profileId)?.testing;
  if (!picked || !testing || testing.length === 0) return false;
  const scope = onTrial(healthOf(record), refOf(picked.model).model, now, true)?.scope;
  return scope !== undefined && testing.includes(scope);
}

/** As it was written into the receipt: provider ids hold no slash. */
export function refOf(model: string): ModelRef {
  const slash = model.indexOf("/");
  return { provider: model.slice(0, slash), model: model.slice(slash + 1) };
}

function profileOf(record: CandidateRecord, { agent }: Receipt): AuthProfile {
  const { profileId, provider, type, source, expiresAt, refreshable, loginNeeded, problem } = record;
  return {
    id: profileId,
    provider,
    type,
    source,
    owner: agent,
    generation: "",
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(refreshable === undefined ? {} : { refreshable }),
    ...(loginNeeded === undefined ? {} : { loginNeeded }),
    ...(problem === undefined ? {} : { problem }),
  };
}

const healthOf = ({ bars, windows, lastUsed }: CandidateRecord): Health => ({
  ...HEALTHY,
  bars,
  ...(windows === undefined ? {} : { usage: usageOf(windows) }),
  ...(lastUsed === undefined ? {} : { lastUsed }),
});

const usageOf = (windows: readonly WindowRecord[]): UsageReading => ({
  windows: windows.map((window) => ({ ...window, unit: "", source: "headers" })),
  source: "headers",
  readAt: 0,
});

function loadsOf({ candidates, load }: Receipt): Map<ProfileId, Load> {
  const { lastUsed = [], inFlight = [], rampFrom = [], testing = [], testingScopes = [] } = load ?? {};
  return new Map(
    candidates.map(({ profileId, bars }, i) => {
      const at = testing.indexOf(profileId);
      const scopes = testingScopes[at] ?? bars.map(({ scope }) => scope);
      const entry = {
        inFlight: inFlight[i] ?? 0,
        lastStarted: lastUsed[i] ?? 0,
        rampFrom: rampFrom[i] ?? 0,
        testing: at === -1 ? NO_TESTS : scopes,
      };
      return [profileId, entry];
    }),
  );
}

/** An order of one profile that leaves none out rules nothing: it need not be told from no order. */
function orderOf(
  candidates: readonly CandidateRecord[],
  omitted: readonly CandidateRecord[],
): Map<ProviderId, ProfileId[]> {
  const ordered = [...candidates.filter(({ place }) => place !== undefined), ...omitted];
  const providers = new Set(ordered.map(({ provider }) => provider));
  return new Map(
    [...providers].map((provider) => [
      provider,
      candidates
        .filter((candidate) => candidate.provider === provider)
        .toSorted((a, b) => (a.place ?? 0) - (b.place ?? 0))
        .map(({ profileId }) => profileId),
    ]),
  );
}
