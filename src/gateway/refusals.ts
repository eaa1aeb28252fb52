// What a client is told when there is no answer: status, type and message by the cause.
// Statuses: gateway spec §2, with the decided differences of conformance/README.md.
import type { Failure, FailureKind } from "../core/failure/failure.ts";
import { CROSSING_WORDS, isCrossing } from "../core/funding.ts";
import { formatModelRef } from "../core/model-ref.ts";
import type { LeftOut } from "../core/plan/explain.ts";
import type { AttemptRecord } from "../core/receipt.ts";
import type { Refusal } from "../wire/wire.ts";

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
  /** At least one provider was asked. */
  readonly tried?: boolean;
}

/** After real attempts: status and words of the last one, with every attempt beside it, and what would have cost money. */
export function refusalAfter(
  failure: Failure,
  attempts: readonly AttemptRecord[],
  soonest: number | undefined,
  now: number,
  leftOut: readonly LeftOut[] = [],
): TimedRefusal {
  const [usual, type] = STATUS_OF_KIND[failure.kind];
  const status = faultOfRequest(failure) ?? usual;
  const recovers = status === 429 || status === 503;
  const unpaid = leftOut.filter(({ code }) => isCrossing(code));
  const upstream = failure.status && status < 500 ? `${failure.status} ` : "";
  return {
    status,
    type,
    message: `${upstream}${failure.message}${crossingWords(unpaid)}`,
    details: {
      attempts: attempts.map(publicAttempt),
      ...(unpaid.length === 0 ? {} : { left_out: unpaid.map(publicLeftOut) }),
    },
    tried: true,
    ...(recovers ? { retryAfterSeconds: secondsUntil(soonest, now) } : {}),
  };
}

/** A client that could have been served for money is told why it was not. */
function crossingWords(unpaid: readonly LeftOut[]): string {
  const [first] = unpaid;
  if (!first || !isCrossing(first.code)) return "";
  const ids = [...new Set(unpaid.map(({ profileId }) => profileId))].join(", ");
  return ` Not asked: ${ids}, since ${CROSSING_WORDS[first.code]}.`;
}

/** A refused payload keeps upstream's own status: 413, 422 and the like say more than 400. */
function faultOfRequest({ scope, status }: Failure): number | undefined {
  return scope === "request" && status !== undefined && status >= 400 && status < 500 ? status : undefined;
}

/** Nothing could be tried: every profile is left out, and this says why. */
export function refusalWithoutAttempt(
  models: readonly string[],
  leftOut: readonly LeftOut[],
  soonest: number | undefined,
  now: number,
): TimedRefusal {
  const details = { left_out: leftOut.map(publicLeftOut) };
  if (leftOut.length === 0) return noCredential(models, details);
  const next = leftOut.find(({ bar }) => bar && bar.until === soonest);
  const limited = next?.bar?.reason === "rate_limit";
  const reasons = leftOut.map((entry) => `${entry.profileId}: ${reasonOf(entry, now)}`).join("; ");
  return {
    status: limited ? 429 : 503,
    type: limited ? "rate_limit_error" : "api_error",
    message: `No credential can serve ${models.join(", ")} now. ${reasons}. Details: openclaw models why last.`,
    details,
    ...(isHopeless(leftOut, soonest) ? { final: true } : { retryAfterSeconds: secondsUntil(soonest, now) }),
  };
}

const isHopeless = (leftOut: readonly LeftOut[], soonest: number | undefined): boolean =>
  soonest === undefined && !leftOut.some(({ code }) => code === "testing");

function noCredential(models: readonly string[], details: Refusal["details"]): TimedRefusal {
  const provider = models[0]?.split("/")[0] ?? "the provider";
  return {
    status: 503,
    type: "api_error",
    message: `There is no credential for ${provider}. Add one: openclaw models auth paste-api-key --provider ${provider}`,
    ...(details ? { details } : {}),
    final: true,
  };
}

function reasonOf({ code, bar }: LeftOut, now: number): string {
  if (isCrossing(code)) return `${code}: ${CROSSING_WORDS[code]}`;
  return bar ? `${code} (${bar.reason}) for ${secondsUntil(bar.until, now)} s` : code;
}

const publicLeftOut = ({ ref, profileId, code, bar, until }: LeftOut) => ({
  model: formatModelRef(ref),
  profile: profileId,
  code,
  ...(bar ? { reason: bar.reason, until: new Date(bar.until).toISOString() } : {}),
  ...(until === undefined ? {} : { until: new Date(until).toISOString() }),
});

const publicAttempt = ({ model, profileId, kind, status, message }: AttemptRecord) => ({
  model,
  profile: profileId,
  ...(kind ? { reason: kind } : {}),
  ...(status ? { status } : {}),
  ...(message ? { message } : {}),
});

/** Whole seconds, at least one; our first back-off when nobody named a time. */
const secondsUntil = (at: number | undefined, now: number): number =>
  at === undefined ? 30 : Math.max(1, Math.ceil((at - now) / 1000));
