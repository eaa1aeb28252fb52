// Metrics of client keys: what each has used since the gateway began, what its limits kept away, and how much of its
// budgets is gone.
import type client from "prom-client";
import type { LiveKey, LiveUsage } from "../../access/live-key.ts";
import type { KeyLimits } from "../../core/client-key.ts";
import { addUse, NANO, NO_USE, tokensOf } from "../../core/key-use.ts";
import type { Gateway } from "../gateway.ts";
import type { Labels, Sample } from "./samples.ts";
import { counter, gauge } from "./samples.ts";

/** Keys that are named; what further ones use is summed up. */
const MOST_KEYS = 500;
const OTHER: Labels = { key: "other", id: "other" };

interface Row {
  readonly labels: Labels;
  readonly limits: KeyLimits;
  readonly usage: LiveUsage;
}

export function addKeys(page: client.Registry, { keys, now }: Gateway): void {
  const rows = rowsOf(keys.all(), now());
  const each = (samples: (row: Row) => readonly (readonly [Labels, number])[]): Sample[] =>
    rows.flatMap((row) => samples(row).map(([more, value]): Sample => [{ ...row.labels, ...more }, value]));
  counter(
    page,
    "openclaw_client_key_requests_total",
    "Model calls of a client key that were let in",
    each(({ usage: { seen } }) => [[{}, seen.requests]]),
  );
  counter(
    page,
    "openclaw_client_key_refused_total",
    "Calls of a client key that one of its limits kept away",
    each(({ usage: { refused } }) => Object.entries(refused).map(([limit, count]) => [{ limit }, count])),
  );
  counter(
    page,
    "openclaw_client_key_tokens_total",
    "Tokens of a client key, estimated where nobody told them",
    each(({ usage: { seen } }) => [
      [{ token_type: "input" }, seen.inputTokens],
      [{ token_type: "output" }, seen.outputTokens],
    ]),
  );
  counter(
    page,
    "openclaw_client_key_dollars_total",
    "Money of a client key by catalog prices",
    each(({ usage: { seen } }) => [[{}, seen.nanoDollars / NANO]]),
  );
  counter(
    page,
    "openclaw_client_key_unpriced_total",
    "Calls of a client key whose price is not known",
    each(({ usage: { seen } }) => [[{}, seen.unpriced]]),
  );
  gauge(
    page,
    "openclaw_client_key_budget_used_ratio",
    "Part of a budget that is used; above 1 when calls under way went beyond it",
    each(({ limits, usage }) => budgetsOf(limits, usage)),
  );
}

/** Keys that nobody used since the start, and whose budgets are whole, take no line. */
function rowsOf(keys: Iterable<LiveKey>, now: number): Row[] {
  const rows: Row[] = [];
  let rest: LiveUsage | undefined;
  for (const live of keys) {
    const { name, id, limits } = live.key;
    const usage = live.usage(now);
    if (usage.seen === NO_USE && usage.month.requests === 0 && !wasRefused(usage)) continue;
    if (rows.length < MOST_KEYS) rows.push({ labels: { key: name, id }, limits, usage });
    else rest = sumOf(rest, usage);
  }
  return rest ? [...rows, { labels: OTHER, limits: {}, usage: rest }] : rows;
}

const wasRefused = ({ refused }: LiveUsage): boolean => refused.rate + refused.budget > 0;

const sumOf = (a: LiveUsage | undefined, b: LiveUsage): LiveUsage =>
  a
    ? {
        ...a,
        seen: addUse(a.seen, b.seen),
        refused: { rate: a.refused.rate + b.refused.rate, budget: a.refused.budget + b.refused.budget },
      }
    : b;

function budgetsOf(limits: KeyLimits, { day, month }: LiveUsage): (readonly [Labels, number])[] {
  const parts = [
    ["dollars_per_day", day.nanoDollars / NANO, limits.dollarsPerDay],
    ["dollars_per_month", month.nanoDollars / NANO, limits.dollarsPerMonth],
    ["tokens_per_day", tokensOf(day), limits.tokensPerDay],
    ["tokens_per_month", tokensOf(month), limits.tokensPerMonth],
  ] as const;
  return parts.flatMap(([budget, used, most]) =>
    most === undefined ? [] : [[{ budget }, used / most] as const],
  );
}
