// Metrics of calls that move from what is paid for anyway to what costs money for each call.
import type client from "prom-client";
import { NANO } from "../../core/key-use.ts";
import type { Gateway } from "../gateway.ts";
import { counter, gauge } from "./samples.ts";

export function addCrossings(page: client.Registry, { crossings, accessConfig }: Gateway): void {
  const { seen, refused } = crossings.counts;
  const { crossing } = accessConfig();
  counter(
    page,
    "openclaw_crossing_calls_total",
    "Calls that crossed to a metered credential and were answered",
    [[{}, seen.requests]],
  );
  counter(
    page,
    "openclaw_crossing_dollars_total",
    "What they cost, by the prices of config and catalog, else by assumed ones",
    [[{}, seen.nanoDollars / NANO]],
  );
  counter(page, "openclaw_crossing_unpriced_total", "Those of them whose price is assumed", [
    [{}, seen.unpriced],
  ]);
  counter(page, "openclaw_crossing_refused_total", "Calls without answer that were not allowed to cross", [
    [{}, refused],
  ]);
  gauge(
    page,
    "openclaw_crossing_dollars_today",
    "What crossing has cost today, in all processes; a day of UTC",
    [[{}, crossings.today().nanoDollars / NANO]],
  );
  if (typeof crossing === "object")
    gauge(page, "openclaw_crossing_dollars_limit", "crossing.maxPerDay of access.json", [
      [{}, crossing.maxPerDay],
    ]);
}
