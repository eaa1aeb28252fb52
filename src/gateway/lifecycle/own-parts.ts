// What each process of a gateway has for itself, one that serves alone and a worker alike.
import { Agent } from "undici";
import { CliBackends } from "../../access/cli-backends/cli-backends.ts";
import { ExchangedTokens } from "../../access/exchanged.ts";
import { Prices } from "../../access/prices.ts";
import { ServedModels } from "../../access/served-models.ts";
import { Targets } from "../calls/target.ts";
import type { Gateway, Log } from "../gateway.ts";
import { Counts } from "../metrics/counts.ts";
import { FailedRuns } from "../runs/failed-runs.ts";
import type { SettingsReader } from "../settings/reload.ts";

/** What the time at which a request comes decides. */
type OfTheTime = "config" | "accessConfig" | "env" | "rotations" | "latest" | "reloaded";

/** All that requests are handed, whatever the settings are. */
export type SharedParts = Omit<Gateway, OfTheTime>;

/** @param settings those that hold at any time: they may be others from call to call */
export function ownParts(
  settings: Pick<SettingsReader, "config" | "accessConfig" | "paths">,
  now: () => number,
  log: Log,
) {
  return {
    exchanged: new ExchangedTokens({
      config: settings.config,
      settings: () => settings.accessConfig().oauth,
      now,
      report: ({ id }, { message }) => log.warn(`${id}: ${message}`),
    }),
    targets: new Targets(),
    models: new ServedModels(settings),
    prices: new Prices(),
    upstream: new Agent({ keepAliveTimeout: 30_000, connect: { timeout: 10_000 } }),
    programs: new CliBackends(settings),
    now,
    startedAt: now(),
    counts: new Counts(),
    failedRuns: new FailedRuns(log),
    log,
  } satisfies Partial<SharedParts>;
}
