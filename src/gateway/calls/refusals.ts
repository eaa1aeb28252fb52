// What a client is told when there is no answer: status, type and message by the cause.
// Statuses: gateway spec §2, with the decided differences of conformance/README.md.
import type { Failure, FailureKind } from "../../core/failure/failure.ts";
import { CROSSING_WORDS, isCrossing } from "../../core/funding.ts";
import { formatModelRef } from "../../core/model-ref.ts";
import type { Recovery } from "../../core/recovery.ts";
import { firstRecovery, freeAgainAt } from "../../core/recovery.ts";
import type { LeftOut } from "../../core/plan/explain.ts";
import type { AttemptRecord } from "../../core/receipt.ts";
import type { Refusal } from "../../wire/wire.ts";
import { attemptsWords, leftOutWords, named, recoveryWords, secondsUntil } from "./failure-words.ts";

/** Status and type by what the last attempt failed of. */
const STATUS_OF_KIND = {
  auth: [401, "authentication_error"],
  auth_permanent: [403, "permission_error"],
  billing: [402, "insufficient_quota"],
  rate_limit: [429, "rate_limit_error"],
  model_not_found: [404, "invalid_request_error"],
  format: [400, "invalid_request_error"],
  context_overflow: [400, "invalid_request_error"],
  overloaded: [503, "api_error"],
  timeout: [503, "api_error"],
  server_error: [503, "api_error"],
  unknown: [503, "api_error"],
} as const satisfies Record<FailureKind, readonly [number, string]>;

/** A refusal with the seconds after which a client may try again. */
export interface TimedRefusal extends Refusal {
  readonly retryAfterSeconds?: number;
  /** No wait will help: SDKs must not repeat the call by themselves. */
  readonly final?: boolean;
}

/** A client with more fallbacks than that has enough to read. */
const MOST_LISTED = 64;

/** A run without an answer, for the words about it. */
export interface FailedRun {
  readonly runId: string;
  /** of the plan */
  readonly models: readonly string[];
  readonly attempts: readonly AttemptRecord[];
  /** at its end */
  readonly leftOut: readonly LeftOut[];
}

/** After real attempts: status and words of the last one, then all of them and who is free again first. */
export function refusalAfter(failure: Failure, run: FailedRun, now: number): TimedRefusal {
  const [usual, type] = STATUS_OF_KIND[failure.kind];
  const status = faultOfRequest(failure) ?? usual;
  const recovers = status === 429 || status === 503;
  const upstream = failure.status && status < 500 ? `${failure.status} ` : "";
  const first = firstRecovery(run.leftOut);
  const more = [
    ...(run.attempts.length > 1 ? [attemptsWords(run.attempts)] : []),
    ...(recovers && first ? [recoveryWords(first, now)] : []),
  ];
  return {
    status,
    type,
    message: sentences(`${upstream}${failure.message}`, ...more, ...crossingWords(run.leftOut)),
    details: {
      attempts: run.attempts.slice(0, MOST_LISTED).map(publicAttempt),
      ...leftOutDetails(untried(run), first),
    },
    tried: true,
    ...(recovers ? { retryAfterSeconds: secondsUntil(first?.at, now) } : {}),
  };
}

/** What was left out for its own reasons, not for an attempt of this run. */
const untried = ({ attempts, leftOut }: FailedRun): readonly LeftOut[] =>
  leftOut.filter(
    ({ ref, profileId }) =>
      !attempts.some((attempt) => attempt.profileId === profileId && attempt.model === formatModelRef(ref)),
  );

/** A client that could have been served for money is told why it was not. */
function crossingWords(leftOut: readonly LeftOut[]): string[] {
  const unpaid = leftOut.filter(({ code }) => isCrossing(code));
  const [first] = unpaid;
  if (!first || !isCrossing(first.code)) return [];
  const ids = [...new Set(unpaid.map(({ profileId }) => profileId))].join(", ");
  return [`Not asked: ${ids}, since ${CROSSING_WORDS[first.code]}`];
}

/** A refused payload keeps upstream's own status: 413, 422 and the like say more than 400. */
function faultOfRequest({ scope, status }: Failure): number | undefined {
  return scope === "request" && status !== undefined && status >= 400 && status < 500 ? status : undefined;
}

/** Nothing could be tried: every profile is left out, and this says why. */
export function refusalWithoutAttempt({ runId, models, leftOut }: FailedRun, now: number): TimedRefusal {
  if (leftOut.length === 0) return noCredential(models);
  const first = firstRecovery(leftOut);
  const next = leftOut.find((entry) => freeAgainAt(entry) === first?.at);
  const limited = first !== undefined && next?.bar?.reason === "rate_limit";
  return {
    status: limited ? 429 : 503,
    type: limited ? "rate_limit_error" : "api_error",
    message: sentences(
      `No credential can serve ${models.join(", ")} now. ${named(leftOut.map((entry) => leftOutWords(entry, now)))}`,
      ...(first ? [recoveryWords(first, now)] : []),
      `Details: openclaw models why ${runId}`,
    ),
    details: leftOutDetails(leftOut, first),
    ...(isHopeless(leftOut, first) ? { final: true } : { retryAfterSeconds: secondsUntil(first?.at, now) }),
  };
}

const isHopeless = (leftOut: readonly LeftOut[], first: Recovery | undefined): boolean =>
  first === undefined && !leftOut.some(({ code }) => code === "testing");

function noCredential(models: readonly string[]): TimedRefusal {
  const provider = models[0]?.split("/")[0] ?? "the provider";
  return {
    status: 503,
    type: "api_error",
    message: `There is no credential for ${provider}. Add one: openclaw models auth paste-api-key --provider ${provider}`,
    details: { left_out: [] },
    final: true,
  };
}

/** One sentence after the other, whatever upstream's words end with. */
const sentences = (...parts: readonly string[]): string =>
  parts.map((part, i) => (i === parts.length - 1 || /[.!?]$/.test(part) ? part : `${part}.`)).join(" ");

const leftOutDetails = (leftOut: readonly LeftOut[], first: Recovery | undefined) => ({
  ...(leftOut.length === 0 ? {} : { left_out: leftOut.slice(0, MOST_LISTED).map(publicLeftOut) }),
  ...(first ? { soonest_recovery: publicRecovery(first) } : {}),
});

const publicLeftOut = (entry: LeftOut) => {
  const { ref, profileId, code, bar } = entry;
  const until = freeAgainAt(entry);
  return {
    model: formatModelRef(ref),
    profile: profileId,
    code,
    ...(bar ? { reason: bar.reason } : {}),
    ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
  };
};

const publicRecovery = ({ at, model, profileId }: Recovery) => ({
  at: new Date(at).toISOString(),
  model,
  profile: profileId,
});

/** `reason` is what OpenClaw calls the code of an attempt. */
const publicAttempt = ({ model, profileId, kind, status, message }: AttemptRecord) => ({
  model,
  profile: profileId,
  ...(kind ? { code: kind, reason: kind } : {}),
  ...(status ? { status } : {}),
  ...(message ? { message } : {}),
});
