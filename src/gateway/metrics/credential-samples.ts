// Metrics of credentials: how many there are, how many are barred, what is left of their plans.
import { setImmediate } from "node:timers/promises";
import type client from "prom-client";
import type { Candidate, Load } from "../../core/plan/candidate.ts";
import type { Gateway } from "../gateway.ts";
import type { Sample } from "./samples.ts";
import { counter, gauge } from "./samples.ts";

/** What is counted of one provider. */
class ProviderSums {
  readonly types = new Map<string, number>();
  readonly bars = new Map<string, number>();
  inFlight = 0;
}

const MOST_WINDOWS = 2000;
/** Between them calls go on: hundreds of agents with dozens of profiles each are no work of a moment. */
const AGENTS_AT_ONCE = 10;

export async function addCredentials(page: client.Registry, { agents, now, counts }: Gateway): Promise<void> {
  const sums = new Map<string, ProviderSums>();
  const windows: Sample[] = [];
  // Agents that share a credential share its load.
  const seen = new Map<string, Set<Load>>();
  const at = now();
  let looked = 0;
  for (const { prepared } of agents.all()) {
    if (++looked % AGENTS_AT_ONCE === 0) await setImmediate();
    for (const [provider, list] of prepared.candidates) {
      const loads = seen.get(provider) ?? new Set<Load>();
      seen.set(provider, loads);
      const sum = sums.get(provider) ?? new ProviderSums();
      sums.set(provider, sum);
      for (const one of list) {
        if (loads.has(one.load)) continue;
        loads.add(one.load);
        addTo(sum, one, at);
        if (windows.length < MOST_WINDOWS) windows.push(...windowsOf(one));
      }
    }
  }
  addSums(page, sums);
  gauge(page, "openclaw_usage_window_used_ratio", "Part of a plan's window that is used, 0 to 1", windows);
  counter(
    page,
    "openclaw_login_refresh_total",
    "Refreshes of logins, by outcome",
    counts.refreshes().map(({ provider, outcome, count }) => [{ provider, outcome }, count]),
  );
}

function addTo(sum: ProviderSums, { profile, health, load }: Candidate, at: number): void {
  step(sum.types, profile.type);
  sum.inFlight += load.inFlight;
  if (health.bars.length === 0) return;
  const reasons = new Set(health.bars.filter(({ until }) => until > at).map(({ reason }) => reason));
  for (const reason of reasons) step(sum.bars, reason);
}

function step(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

const windowsOf = ({ profile, health }: Candidate): Sample[] =>
  (health.usage?.windows ?? []).map(({ label, scope, used, limit }) => [
    { provider: profile.provider, profile: profile.id, window: label, scope },
    used / limit,
  ]);

function addSums(page: client.Registry, sums: ReadonlyMap<string, ProviderSums>): void {
  const each = (label: string, of: (sum: ProviderSums) => ReadonlyMap<string, number>): Sample[] =>
    [...sums].flatMap(([provider, sum]) =>
      [...of(sum)].map(([name, count]): Sample => [{ provider, [label]: name }, count]),
    );
  const types = each("type", (sum) => sum.types);
  const bars = each("reason", (sum) => sum.bars);
  const inFlight = [...sums].map(([provider, sum]): Sample => [{ provider }, sum.inFlight]);
  gauge(page, "openclaw_profiles", "Credentials in use, by provider and type", types);
  gauge(page, "openclaw_profiles_barred", "Credentials that are left out just now, by reason", bars);
  gauge(page, "openclaw_model_calls_in_flight", "Upstream calls under way", inFlight);
}
