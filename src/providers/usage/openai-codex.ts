// ChatGPT plans, as Codex uses them. Percent used, resets in epoch seconds; credits are not money.
import type { JsonObject } from "../../core/json.ts";
import type { FoundWindow } from "../../core/usage-window.ts";
import { amountAt, epochMs, numberAt, objectAt, textAt } from "./fields.ts";
import type { UsageSurface } from "./surface.ts";
import { bearer, MALFORMED } from "./surface.ts";

const URL = "https://chatgpt.com/backend-api/wham/usage";

export const openaiCodex: UsageSurface = {
  id: "openai-codex",
  displayName: "OpenAI",
  providers: ["openai", "openai-codex"],
  types: ["oauth", "token"],
  request: {
    urls: { "https://api.openai.com": URL, "https://chatgpt.com": URL },
    headers: (key) => ({
      ...bearer(key),
      ...(key.accountId === undefined ? {} : { "chatgpt-account-id": key.accountId }),
    }),
    meanings: { 401: "says: Token expired", 403: "says: Token expired" },
  },
  parse(body, now) {
    const limits = objectAt(body, "rate_limit");
    const plan = textAt(body, "plan_type");
    const balances = creditsOf(objectAt(body, "credits"));
    if (!limits && plan === undefined && balances.length === 0) return MALFORMED;
    return { windows: limits ? windowsOf(limits, now) : [], plan, balances };
  },
};

/** Lengths of the windows where none is told, s. */
const USUAL = { primary: 10_800, secondary: 86_400 };
const DAYS_3_MS = 3 * 24 * 60 * 60_000;

export interface CodexWindow {
  readonly used: number | undefined;
  /** length, s */
  readonly seconds: number | undefined;
  readonly resetsAt: number | undefined;
}

/** The two windows of the answer; headers of ordinary answers have the same. */
export function codexWindows(primary: CodexWindow, secondary: CodexWindow): FoundWindow[] {
  const first = found(primary, `${Math.round((primary.seconds || USUAL.primary) / 3600)}h`);
  return [...first, ...found(secondary, secondaryLabel(primary, secondary))];
}

const found = ({ used, resetsAt }: CodexWindow, label: string): FoundWindow[] =>
  used === undefined ? [] : [{ label, used, resetsAt }];

function secondaryLabel(primary: CodexWindow, { seconds, resetsAt }: CodexWindow): string {
  const hours = Math.round((seconds || USUAL.secondary) / 3600);
  if (hours >= 168) return "Week";
  if (hours < 24) return `${hours}h`;
  const apart = resetsAt !== undefined && primary.resetsAt !== undefined && resetsAt - primary.resetsAt;
  return apart !== false && apart >= DAYS_3_MS ? "Week" : "Day";
}

function windowsOf(limits: JsonObject, now: number): FoundWindow[] {
  const windows = codexWindows(
    windowIn(objectAt(limits, "primary_window"), now),
    windowIn(objectAt(limits, "secondary_window"), now),
  );
  const { allowed, limit_reached: reached } = limits;
  // It says itself whether calls are taken; credits may carry a plan beyond its windows.
  if (reached === false && allowed !== false)
    return windows.map((window) => ({ ...window, exhausted: false }));
  const fullest = Math.max(...windows.map(({ used }) => used));
  return reached === true || allowed === false
    ? windows.map((window) => (window.used === fullest ? { ...window, exhausted: true } : window))
    : windows;
}

function windowIn(window: JsonObject | undefined, now: number): CodexWindow {
  const after = numberAt(window, "reset_after_seconds");
  return {
    used: numberAt(window, "used_percent"),
    seconds: numberAt(window, "limit_window_seconds"),
    resetsAt: epochMs(numberAt(window, "reset_at")) ?? (after === undefined ? undefined : now + after * 1000),
  };
}

function creditsOf(credits: JsonObject | undefined) {
  const amount = amountAt(credits, "balance");
  if (credits?.["has_credits"] === false || amount === undefined || amount < 0) return [];
  return [{ label: "Balance", amount, unit: "credits" }];
}
