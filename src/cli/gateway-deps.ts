// What a running gateway needs beyond a command: the store in its own thread, a log, and a way to be stopped.
import { writeSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { journaled } from "../access/journaled.ts";
import type { CommandDeps } from "../access/open-deps.ts";
import { newChangeId } from "../core/history.ts";
import type { GatewayDeps } from "../gateway/deps.ts";
import type { SettingsReader } from "../gateway/settings/reload.ts";
import type { Paths } from "../config/paths.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { StorePaths } from "../store/sqlite.ts";
import { openStoreInWorker } from "../store/worker.ts";
import { tellCrash } from "./crash.ts";
import { gatewayLog } from "./gateway-log.ts";

export function gatewayDeps(deps: CommandDeps, verbose = false): GatewayDeps {
  keepWarm();
  const { latest, use } = changing(deps);
  const store = openedOnce(deps, latest);
  const clientKeys = () => store().clientKeys;
  const { hide, ...logging } = gatewayLog({
    now: deps.now,
    paths: deps.paths,
    file: deps.config().logFile,
    settings: () => latest.config().logging,
    verbose,
    print: (line) => write(process.stderr, line),
  });
  tellCrash(hide, (text, error) => {
    writeSync(process.stderr.fd, `${text}\n`);
    logging.logFile.write("error", "The gateway fell over", error);
    logging.logFile.close();
  });
  return {
    ...deps,
    ...latest,
    ...logging,
    settingsFiles: {
      first: deps,
      reread: deps.reread,
      use,
      onAsked: (look) => void process.on("SIGHUP", look),
    },
    supervised: process.env[SUPERVISED] === "1",
    ...(process.argv[1] === undefined ? {} : { program: process.argv[1] }),
    store,
    receipts: store,
    clientKeys,
    sessions: () => store().sessions,
    commands: (name) => {
      const note = { change: newChangeId(), because: `gateway call ${name}` };
      const journal = () => journaled(store(), () => note);
      return { ...deps, ...latest, store: journal, receipts: store, clientKeys, note: () => note };
    },
    setup: async (current, talk, asked) =>
      await (await import("./gateway-wizard.ts")).onboardElsewhere(current, talk, asked),
    applySecrets: async (plan, options) =>
      await (await import("./gateway-secrets.ts")).applyElsewhere(plan, options),
    say: (text) => write(process.stdout, text),
    stopped: stopSignal(),
  };
}

/** The settings that hold, whenever they are asked for: those of the start, until others are used. */
function changing(first: SettingsReader) {
  let settings = first;
  const latest: SettingsReader = {
    config: () => settings.config(),
    accessConfig: () => settings.accessConfig(),
    env: () => settings.env(),
    paths: () => settings.paths(),
  };
  return { latest, use: (next: SettingsReader) => void (settings = next) };
}

function openedOnce(deps: CommandDeps, latest: SettingsReader) {
  let opened: ReturnType<typeof openStoreInWorker> | undefined;
  return () =>
    (opened ??= openStoreInWorker({
      paths: placesOf(deps, latest.paths),
      now: deps.now,
      cooldowns: () => latest.config().cooldowns,
      seal: deps.seal,
      thread: storeThread(),
    }));
}

/**
 * V8 takes a process that is quiet for a few seconds for one that is done, and shrinks its heap: with the shapes
 * of objects that are not alive just then goes all code that was optimized for them, and the next thousands of
 * calls cost up to twice as much. And beside little that lives long it collects large requests one by one,
 * unless the heap may grow to four times of what lives.
 */
export function keepWarm(): void {
  setFlagsFromString("--memory-reducer-gc-count=0");
  setFlagsFromString("--heap-growing-percent=300");
}

/** What the files of `gateway install` set. */
const SUPERVISED = "OPENCLAW_GATEWAY_SUPERVISED";

/** Databases stay where they are while the gateway runs; those of agents that come later are where they say. */
function placesOf(first: CommandDeps, latest: () => Paths): StorePaths {
  const known = new Set(first.config().agents.map(({ id }) => id)).add(MAIN_AGENT);
  const start = first.paths();
  return {
    globalDir: start.globalDir,
    agentDatabase: (agent) => (known.has(agent) ? start : latest()).agentDatabase(agent),
  };
}

const MOST_UNREAD_BYTES = 1024 * 1024;

/** A reader that went away costs its lines, never the gateway; one that is slow is not waited for. */
function write(stream: NodeJS.WriteStream, text: string): void {
  if (stream.listenerCount("error") === 0) stream.on("error", () => undefined);
  if (stream.writableLength < MOST_UNREAD_BYTES) stream.write(`${text}\n`);
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
