// Opens the doors of an assembled gateway: its port, its control plane, its workers, and the lock that names them.
import type { Deps } from "../../access/deps.ts";
import { AccessError } from "../../core/errors.ts";
import type { Assembly } from "./assemble.ts";
import { ControlDoor } from "../control-plane/control-door.ts";
import { requestListener } from "../http.ts";
import type { Listening } from "../sockets/listen.ts";
import { listen } from "../sockets/listen.ts";
import { handOver } from "./hand-over.ts";
import type { HeldLock } from "./lock.ts";
import { holdLock, readLock } from "./lock.ts";
import type { ReloadReport } from "../settings/reload.ts";
import { followPair } from "../sockets/tls.ts";

export interface Opened {
  /** where it can be reached */
  readonly at: { readonly host: string; readonly port: number; readonly certPath?: string };
  /** who listens: this process, or its workers */
  readonly serving: Listening;
  readonly control: ControlDoor | undefined;
  readonly lock: HeldLock;
  stopTls(): void;
}

/**
 * @param reload reads the settings' files now
 * @throws AccessError `port_taken`, `gateway_running`, `config_invalid`
 */
export async function open(made: Assembly, reload: () => Promise<ReloadReport>): Promise<Opened> {
  const { deps, settings, current, faults, tls, pair, late } = made;
  const control = (late.control = controlDoor(made, reload));
  const { hosts, port } = settings;
  const listenHere = () =>
    listen(hosts, port, requestListener(current), pair, control).catch((error) => {
      throw explained(error, deps, port);
    });
  const workers = (late.workers = await workersInstead(made, listenHere));
  const serving = workers ?? (await listenHere());
  const at = { host: hosts[0]!, port: serving.port, ...(tls && { certPath: tls.certPath }) };
  const lock = holdLock(deps, at);
  workers?.follow((rows) => lock.noteWorkers(rows));
  const stopFollowing = tls && followPair(tls, serving.secure, { faults, log: deps.log });
  return { at, serving, control, lock, stopTls: () => stopFollowing?.() };
}

function controlDoor(made: Assembly, reload: () => Promise<ReloadReport>): ControlDoor | undefined {
  const { current, secrets, parts } = made;
  const { version = "", logFile, setup, applySecrets, commands: services } = made.deps;
  if (!services) return undefined;
  return new ControlDoor({
    current,
    version,
    services,
    talks: parts.talks,
    reload,
    reloadSecrets: () => secrets.again(),
    secrets: () => secrets.state(),
    logPath: () => logFile?.path,
    ...(setup ? { setup } : {}),
    ...(applySecrets ? { applySecrets } : {}),
  });
}

/** Where there are to be any, they listen in the place of this process. */
async function workersInstead(made: Assembly, listenHere: () => Promise<Listening>) {
  const { hub, settings, workerCount, late } = made;
  if (!hub) return undefined;
  const { startWorkers } = await import("../workers/primary.ts");
  return await handOver(settings.port, listenHere, (port) =>
    startWorkers({ ...made, hub, control: late.control, count: workerCount, port }),
  );
}

/** Of a port that is taken by a gateway of this state dir: which one. */
function explained(error: unknown, deps: Deps, port: number): unknown {
  const lock = readLock(deps.paths());
  if (!(error instanceof AccessError) || error.code !== "port_taken" || lock?.port !== port) return error;
  return new AccessError(
    "gateway_running",
    `A gateway is already running (pid ${lock.pid}) on port ${lock.port}. Stop it with: kill ${lock.pid}`,
    { cause: error },
  );
}
