// Usage windows in the headers of ordinary answers: the same as the usage endpoint tells, for nothing. Every answer
// passes here, so an answer without them costs a look-up or two and allocates nothing.
import type { FoundUsage, FoundWindow } from "../../core/usage-window.ts";
import type { ProviderId } from "../../core/ids.ts";
import { epochMs, isoIn, numberIn } from "./fields.ts";
import { codexWindows } from "./openai-codex.ts";

/** Lower-case names. */
export type HeaderFields = Readonly<Record<string, string | string[] | undefined>>;

/** @returns nothing when the answer tells no windows */
export type HeaderReader = (headers: HeaderFields, now: number) => FoundUsage | undefined;

const textIn = (headers: HeaderFields, name: string): string | undefined => {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
};

const numberOf = (headers: HeaderFields, name: string): number | undefined => numberIn(textIn(headers, name));

/** Fractions used, resets in epoch seconds or ISO text; statuses say whether calls are taken. */
function anthropic(headers: HeaderFields): FoundUsage | undefined {
  const whole = headers["anthropic-ratelimit-unified-status"];
  if (
    whole === undefined &&
    headers["anthropic-ratelimit-unified-5h-utilization"] === undefined &&
    headers["anthropic-ratelimit-unified-7d-utilization"] === undefined
  )
    return undefined;
  const plain = [
    ...unified(headers, "5h", "five_hour", "5h"),
    ...unified(headers, "7d", "seven_day", "Week"),
  ];
  const windows = [...plain, ...familyRefused(headers)];
  return windows.length === 0 ? undefined : { windows };
}

function unified(headers: HeaderFields, part: string, claim: string, label: string): FoundWindow[] {
  const prefix = `anthropic-ratelimit-unified-${part}`;
  const fraction = numberOf(headers, `${prefix}-utilization`);
  if (fraction === undefined) return [];
  const said = exhaustedBy(headers, textIn(headers, `${prefix}-status`), claim);
  return [{ label, used: fraction * 100, resetsAt: momentIn(headers, `${prefix}-reset`), ...said }];
}

/** Calls may go on although a window is full: what is beyond the plan is paid for. */
function exhaustedBy(headers: HeaderFields, own: string | undefined, claim: string): { exhausted?: boolean } {
  const whole = textIn(headers, "anthropic-ratelimit-unified-status");
  if (whole?.startsWith("allowed") || own?.startsWith("allowed")) return { exhausted: false };
  if (own === "rejected" || (whole === "rejected" && claimIn(headers) === claim)) return { exhausted: true };
  return {};
}

const claimIn = (headers: HeaderFields): string | undefined =>
  textIn(headers, "anthropic-ratelimit-unified-representative-claim");

/** A family of models has a window of its own, which is named only when it refuses. */
function familyRefused(headers: HeaderFields): FoundWindow[] {
  const [, family] = /^seven_day_(opus|sonnet)$/.exec(claimIn(headers) ?? "") ?? [];
  const refused = textIn(headers, "anthropic-ratelimit-unified-status") === "rejected";
  if (family === undefined || !refused) return [];
  const label = family === "opus" ? "Opus" : "Sonnet";
  const resetsAt = momentIn(headers, "anthropic-ratelimit-unified-reset");
  return [{ label, used: 100, scope: `*${family}*`, resetsAt, exhausted: true }];
}

function momentIn(headers: HeaderFields, name: string): number | undefined {
  const told = textIn(headers, name);
  return epochMs(numberIn(told)) ?? isoIn(told);
}

/** Percent used, minutes, epoch seconds. */
function codex(headers: HeaderFields, now: number): FoundUsage | undefined {
  if (
    headers["x-codex-primary-used-percent"] === undefined &&
    headers["x-codex-secondary-used-percent"] === undefined
  )
    return undefined;
  const windows = codexWindows(codexWindow(headers, "primary", now), codexWindow(headers, "secondary", now));
  return { windows };
}

function codexWindow(headers: HeaderFields, which: string, now: number) {
  const prefix = `x-codex-${which}`;
  const minutes = numberOf(headers, `${prefix}-window-minutes`);
  const after = numberOf(headers, `${prefix}-reset-after-seconds`);
  return {
    used: numberOf(headers, `${prefix}-used-percent`),
    seconds: minutes === undefined ? undefined : minutes * 60,
    resetsAt:
      epochMs(numberOf(headers, `${prefix}-reset-at`)) ??
      (after === undefined ? undefined : now + after * 1000),
  };
}

/** Of an answer without them, the cost is the look-ups in the headers. */
const READERS: ReadonlyMap<ProviderId, HeaderReader> = new Map<ProviderId, HeaderReader>([
  ["anthropic", anthropic],
  ["claude", anthropic],
  ["openai", codex],
  ["openai-codex", codex],
]);

export const usageHeadersOf = (provider: ProviderId): HeaderReader | undefined => READERS.get(provider);
