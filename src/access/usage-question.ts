// One question what is left of a plan, and what came of it. Bounded in time and size; never rejects.
import { isObject } from "../core/json.ts";
import type { Secret } from "../core/secret.ts";
import type { FoundUsage, UsageReading } from "../core/usage-window.ts";
import { readingOf } from "../core/usage-window.ts";
import type { UsageFault } from "../providers/usage/surface.ts";
import { MALFORMED } from "../providers/usage/surface.ts";
import { fetchJson } from "./fetch-json.ts";
import type { UsageTarget } from "./usage-targets.ts";

/** OpenClaw's own limit for these questions. */
const TIMEOUT_MS = 5000;
const MOST_BYTES = 256 * 1024;
/** Names of windows and plans are short; the rest of a longer text is not looked at. */
const LONGEST = 1000;

export interface UsageFailure extends UsageFault {
  /** HTTP status, where there was an answer */
  readonly status?: number | undefined;
}

export type UsageAnswer = { readonly reading: UsageReading } | UsageFailure;

export interface AskOptions {
  /** ms since epoch */
  readonly now: () => number;
  readonly signal?: AbortSignal | undefined;
}

export async function askForUsage(target: UsageTarget, options: AskOptions): Promise<UsageAnswer> {
  const { surface, question } = target;
  const read = (found: FoundUsage) => ({
    reading: readingOf(question ? without(question.secret, found) : found, "endpoint", options.now()),
  });
  if (!question) return read({ windows: [] });
  if (surface.plugin) {
    const { pluginUsage } = await import("./plugins/calls.ts");
    const answer = await pluginUsage(surface.plugin, question.secret, options.signal);
    return "failed" in answer ? answer : read(answer);
  }
  const answers = await Promise.all(question.urls.map((url) => askWherever(target, url, options)));
  const found = answers.flatMap((answer) => ("windows" in answer ? [answer] : []));
  if (found.length > 0) return read(joined(found));
  const [fault] = answers as UsageFailure[];
  const meaning = surface.request?.meanings?.[fault!.status ?? 0];
  return meaning === undefined ? fault! : { ...fault!, failed: meaning };
}

async function askWherever(
  target: UsageTarget,
  url: string,
  options: AskOptions,
): Promise<FoundUsage | UsageFailure> {
  const answer = await askOne(target, url, options);
  const formerly = target.surface.request?.formerly;
  if (formerly === undefined || !("failed" in answer) || answer.status !== 404) return answer;
  return await askOne(target, new URL(formerly, url).href, options);
}

async function askOne(
  { surface, question }: UsageTarget,
  url: string,
  { now, signal }: AskOptions,
): Promise<FoundUsage | UsageFailure> {
  const { headers, body } = surface.request!;
  const key = { ...question!.key, secret: question!.secret.reveal() };
  const sent = body && JSON.stringify(body(key));
  const type = sent === undefined ? [] : ["content-type", "application/json"];
  const answer = await fetchJson({
    url,
    headers: [...Object.entries(headers(key)).flat(), ...type],
    body: sent,
    timeoutMs: TIMEOUT_MS,
    mostBytes: MOST_BYTES,
    signal,
  });
  if ("failed" in answer) return { failed: answer.failed, status: answer.status };
  if (!isObject(answer.value)) return MALFORMED;
  const found = surface.parse(answer.value, now());
  // The provider's words may hold what was sent.
  return "failed" in found ? { failed: question!.secret.hideIn(found.failed) } : found;
}

/** An answer may repeat what was sent with the question. */
function without(secret: Secret, { windows, plan, balances = [] }: FoundUsage): FoundUsage {
  return {
    windows: windows.map((window) => ({ ...window, label: secret.hideIn(window.label.slice(0, LONGEST)) })),
    plan: plan && secret.hideIn(plan.slice(0, LONGEST)),
    balances: balances.map((each) => ({ ...each, unit: secret.hideIn(each.unit.slice(0, LONGEST)) })),
  };
}

function joined(found: readonly FoundUsage[]): FoundUsage {
  return {
    windows: found.flatMap(({ windows }) => windows),
    plan: found.find(({ plan }) => plan !== undefined)?.plan,
    balances: found.flatMap(({ balances }) => balances ?? []),
  };
}
