// What every route is handed: the running gateway's parts. Built in lifecycle/build.ts.
import type { Agent } from "undici";
import type { FailedAttempts } from "../core/failed-attempts.ts";
import type { CliBackends } from "../access/cli-backends/cli-backends.ts";
import type { Crossings } from "../access/crossings.ts";
import type { Prices } from "../access/prices.ts";
import type { ExchangedTokens } from "../access/exchanged.ts";
import type { LiveAgents } from "../access/live-agents.ts";
import type { Logins } from "../access/logins.ts";
import type { ReceiptWriter } from "../access/receipt-writer.ts";
import type { ServedModels } from "../access/served-models.ts";
import type { StickyProfiles } from "../access/sticky.ts";
import type { KnownKeys } from "./guard/caller.ts";
import type { Environment } from "../secrets/env.ts";
import type { FailedRuns } from "./runs/failed-runs.ts";
import type { Conversations } from "./chat/conversations.ts";
import type { Runs } from "./runs/runs.ts";
import type { Counts } from "./metrics/counts.ts";
import type { ReloadReport } from "./settings/reload.ts";
import type { Attempt } from "../core/plan/walk.ts";
import type { Page } from "./reply.ts";
import type { PageName } from "./workers/protocol.ts";
import type { Targets } from "./calls/target.ts";
import type { RotationBudget } from "../core/failover.ts";
import type { AccessConfig, Config } from "../config/config.ts";

/** The settings in it never change: a request keeps the gateway that it began with. */
export interface Gateway {
  readonly config: () => Config;
  readonly accessConfig: () => AccessConfig;
  readonly env: () => Environment;
  readonly agents: LiveAgents;
  readonly logins: Logins;
  readonly exchanged: ExchangedTokens;
  readonly targets: Targets;
  readonly models: ServedModels;
  readonly sticky: StickyProfiles;
  readonly receipts: ReceiptWriter;
  /** keys that were given to clients */
  readonly keys: KnownKeys;
  /** to prove to be who may call */
  readonly attempts: FailedAttempts;
  readonly prices: Prices;
  /** what calls spend that move from flat classes to metered ones */
  readonly crossings: Crossings;
  readonly upstream: Agent;
  /** that make calls themselves */
  readonly programs: CliBackends;
  readonly rotations: () => RotationBudget;
  readonly now: () => number;
  /** ms since epoch */
  readonly startedAt: number;
  /** Parts that keep calls from being served, in words. */
  readonly failing: () => readonly string[];
  readonly counts: Counts;
  readonly failedRuns: FailedRuns;
  /** Conversations; absent where calls are stateless. */
  readonly talks?: () => Promise<Conversations>;
  /** what is under way */
  readonly runs: Runs;
  readonly log: Log;
  /** Tells conversations apart that name themselves by how they begin. */
  readonly digestKey: string;
  /** In a worker: leave to test a credential that others may be testing; see `Run.ready`. */
  readonly readyToTest?: (attempt: Attempt) => Promise<undefined> | undefined;
  /** In a worker: a page about all of them. */
  readonly pageOf?: (name: PageName) => Promise<Page>;
  /** The gateway as requests get it now, which may have other settings. */
  readonly latest: () => Gateway;
  /** how the last change of the settings' files went */
  readonly reloaded: () => ReloadReport | undefined;
}

/** What the gateway tells its operator. Errors go with their cause. */
export interface Log {
  /** absent unless somebody wants to see it: nothing is put into words for nobody */
  readonly debug?: ((message: string) => void) | undefined;
  info(message: string): void;
  warn(message: string): void;
  error(error: unknown, message: string): void;
}
