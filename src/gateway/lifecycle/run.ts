// `openclaw gateway run`: builds the gateway, says where it is, serves until it is told to stop.
import { setTimeout as pause } from "node:timers/promises";
import { announce } from "./announce.ts";
import type { Assembly } from "./assemble.ts";
import { assemble } from "./assemble.ts";
import { usageReaderOf } from "./build.ts";
import type { GatewayDeps } from "../deps.ts";
import type { Following } from "../settings/follow.ts";
import { followFiles } from "../settings/follow.ts";
import type { Opened } from "./open.ts";
import { open } from "./open.ts";
import { SHUTDOWN } from "../runs/runs.ts";
import type { ReloadReport } from "../settings/reload.ts";
import type { GatewayOptions } from "../settings/settings.ts";
import { GRACE_MS } from "../sockets/listen.ts";

/** The gateway ends to be started again, with settings that a running one cannot take over. */
const EXIT_AGAIN = 75;

/**
 * Runs until stopped.
 *
 * @returns exit code
 * @throws AccessError `config_invalid`, `port_taken`, `gateway_running`, `store_unwritable`
 */
export async function runGateway(given: GatewayDeps, options: GatewayOptions): Promise<number> {
  const made = await assemble(given, options);
  const { deps, parts, current } = made;
  const opened = await open(made, () => following.reload());
  void parts.keepWarm.run();
  const again = Promise.withResolvers<string>();
  const { following, stopUsage } = follow(made, opened, () =>
    again.resolve("the new settings need a new start"),
  );
  const { at, lock, control } = opened;
  announce(deps, current.gateway, { ...at, proxied: current.guard.proxy !== undefined }, made.clientSecret);
  deps.logFile?.write("info", `Gateway ${deps.version ?? ""} serves on ${at.host}, port ${at.port}`);
  void deps.logFile?.open();

  const signal = await Promise.race([deps.stopped, again.promise]);
  following.stop();
  const told = control?.stop();
  made.secrets.stop();
  made.stopKeys();
  opened.stopTls();
  stopUsage();
  deps.say(`Stopping (${signal}): running calls may end first.`);
  deps.logFile?.write("info", `Stopping (${signal})`);
  await told;
  await stop(made, opened);
  lock.release();
  deps.logFile?.close();
  return (await Promise.race([again.promise, undefined])) === undefined ? 0 : EXIT_AGAIN;
}

interface Followed {
  readonly following: Following;
  stopUsage(): void;
}

/** Its files, from now on. @param startAgain called when only a new start can take them over */
function follow(made: Assembly, { lock, control }: Opened, startAgain: () => void): Followed {
  const { deps, parts } = made;
  let usage = usageReaderOf(deps, parts.agents);
  const onReport = (report: ReloadReport) => {
    lock.note(report);
    control?.reloaded(report);
    if (report.outcome === "rejected") return;
    usage.stop();
    usage = usageReaderOf(deps, parts.agents);
    parts.keepWarm.wake();
    if (mustStartAgain(deps, report)) startAgain();
  };
  return { following: followFiles({ ...made, onReport }), stopUsage: () => usage.stop() };
}

/** Without a supervisor nobody would bring it back: what cannot be used is told instead. */
function mustStartAgain({ config, supervised }: GatewayDeps, report: ReloadReport): boolean {
  const { mode } = config().gateway.reload;
  if (!supervised || report.outcome !== "applied") return false;
  return mode === "restart" || (mode === "hybrid" && report.restart.length > 0);
}

const REFRESHES_END_WITHIN_MS = 5000;

async function stop({ deps, parts }: Assembly, { serving }: Opened): Promise<void> {
  parts.keepWarm.stop();
  await serving.close(GRACE_MS, () => parts.runs.abortAll(SHUTDOWN));
  await parts.programs.close();
  // The answer to a token that was sent is nowhere else.
  await Promise.race([parts.refresher.settled(), pause(REFRESHES_END_WITHIN_MS, undefined, { ref: false })]);
  await parts.receipts.flush();
  await parts.keys.flush();
  await parts.crossings.flush();
  await parts.writerFlush();
  await Promise.all([parts.upstream.destroy(), deps.store().close()]);
}
