// Names a failure: the vendor's own table first, then the rules for everybody, then the bare status.
// Classes, precedence: OpenClaw docs, "Model failover", and the error samples.
import type { Evidence } from "./evidence.ts";
import { evidenceOf, messageLine } from "./evidence.ts";
import type { Failure, FailureKind, FailureScope, UpstreamAnswer } from "./failure.ts";
import { GENERIC_RULES, STATUS_RULES } from "./generic-rules.ts";
import { resetTime } from "./reset-time.ts";
import type { Rule, RuleTable } from "./rule.ts";
import { matches } from "./rule.ts";
import { tableOf } from "./tables/all.ts";
import { CLI_RULES } from "./tables/cli.ts";

/**
 * What a failed answer means. Pure; never throws, and its work is bounded whatever the body holds. A
 * client's disconnect is not an answer and does not belong here.
 *
 * @param provider id or alias; an unknown one gets the general rules
 * @param now ms since epoch, from which relative reset times count
 * @param vendor of a provider that is not built in
 */
export function classify(
  provider: string,
  answer: UpstreamAnswer,
  now: number,
  vendor = tableOf(provider),
): Failure {
  const seen = evidenceOf(answer);
  const rule = ruleFor(answer, seen, vendor);
  const { kind } = rule;
  const retryAt = isWaitable(kind) ? resetTime(seen, vendor, now) : undefined;
  return {
    kind,
    scope: rule.scope ?? usualScope(kind, seen, vendor),
    rotateKey: rotatesKey(kind, seen),
    message: messageLine(seen, answer.status),
    ...(retryAt === undefined ? {} : { retryAt }),
    ...(answer.status === undefined ? {} : { status: answer.status }),
    ...(/^\s*false\s*$/i.test(seen.headers["x-should-retry"] ?? "") ? { noRetry: true } : {}),
  };
}

const NO_ANSWER: Rule = { kind: "timeout", scope: "provider" };
const SERVER_FAULT: Rule = { kind: "server_error" };
const NOTHING_FITS: Rule = { kind: "unknown", scope: "provider" };

function ruleFor(answer: UpstreamAnswer, seen: Evidence, vendor: RuleTable | undefined): Rule {
  if (answer.transport === "network") return NO_ANSWER;
  for (const rules of [CLI_RULES, vendor?.rules ?? [], GENERIC_RULES, STATUS_RULES]) {
    const rule = rules.find((candidate) => matches(candidate, seen));
    if (rule) return rule;
  }
  return seen.status !== undefined && seen.status >= 500 ? SERVER_FAULT : NOTHING_FITS;
}

/** Every 429, every rate limit, and a quota that ran out where no status says otherwise. */
const rotatesKey = (kind: FailureKind, seen: Evidence): boolean =>
  kind === "rate_limit" ||
  seen.status === 429 ||
  (kind === "billing" && seen.status === undefined && /quota/i.test(seen.text));

const isWaitable = (kind: FailureKind): boolean =>
  kind === "rate_limit" ||
  kind === "billing" ||
  kind === "overloaded" ||
  kind === "timeout" ||
  kind === "server_error";

const USUAL_SCOPE = {
  rate_limit: "model",
  overloaded: "provider",
  timeout: "provider",
  server_error: "provider",
  auth: "account",
  auth_permanent: "account",
  billing: "account",
  model_not_found: "model",
  context_overflow: "request",
  format: "request",
  unknown: "provider",
} as const satisfies Record<FailureKind, FailureScope>;

/** Windows and concurrency count for the whole account, whatever the vendor's other limits do. */
const OF_ACCOUNT =
  /concurren|parallel|usage[ _-]?limit|(?:hourly|daily|weekly|monthly|session|\d+[- ]?hour)\b[^.\n]{0,30}\b(?:limit|quota|allocation)|account|\bplan\b/i;
const OF_MODEL =
  /\b(?:this|selected|requested) model\b|\bmodels?_|_model_|\bfor model\b|\bmodel [`'"]?[\w./:-]*\d/i;
const BUSY_MODEL = /\bmodels?\b|deployment|instances?|no capacity/i;

function usualScope(kind: FailureKind, seen: Evidence, vendor: RuleTable | undefined): FailureScope {
  const ofVendor = vendor?.scopes?.[kind];
  if (kind === "rate_limit") {
    if (ofVendor !== "model" && OF_ACCOUNT.test(seen.text)) return "account";
    if (OF_MODEL.test(seen.text)) return "model";
  }
  if (kind === "overloaded" && !ofVendor && BUSY_MODEL.test(seen.text)) return "model";
  return ofVendor ?? USUAL_SCOPE[kind];
}
