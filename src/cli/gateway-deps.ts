// What a running gateway needs beyond a command: the store in its own thread, a log, and a way to be stopped.
import { join } from "node:path";
import type { CommandDeps } from "../access/open-deps.ts";
import type { GatewayDeps } from "../gateway/run.ts";
import { messageOf } from "../core/errors.ts";
import { openStoreInWorker } from "../store/worker.ts";
import type { Io } from "./io.ts";

export function gatewayDeps(deps: CommandDeps, io: Io): GatewayDeps {
  let opened: ReturnType<typeof openStoreInWorker> | undefined;
  const store = () =>
    (opened ??= openStoreInWorker({
      paths: deps.paths(),
      now: deps.now,
      cooldowns: deps.config().cooldowns,
      thread: storeThread(),
    }));
  const line = (level: string, message: string) =>
    io.say(`${new Date(deps.now()).toISOString()} ${level} ${message}`);
  return {
    ...deps,
    store,
    receipts: store,
    log: {
      info: (message) => line("info", message),
      warn: (message) => line("warn", message),
      error: (error, message) => line("error", `${message}: ${messageOf(error)}`),
    },
    say: (text) => io.out(text),
    stopped: stopSignal(),
  };
}

/** In its room in the sources, beside the bundle in dist/. */
const storeThread = (): string =>
  join(
    import.meta.dirname,
    import.meta.filename.endsWith(".ts") ? "../store/store-thread.ts" : "store-thread.js",
  );

/** The first SIGINT or SIGTERM asks for a graceful end; a second one ends at once. */
function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(signal));
  });
}
