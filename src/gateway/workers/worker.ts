// A worker of `gateway run --workers`: it serves HTTP, plans and calls. Store, refresh, health and keys are the
// primary's; when that ends, so does the worker.
import { usePlugins } from "../../access/plugins/use.ts";
import { defaultAgent } from "../../access/read-view.ts";
import { MAIN_AGENT } from "../../core/ids.ts";
import type { Secret } from "../../core/secret.ts";
import type { Gateway, Log } from "../gateway.ts";
import type { Current } from "../http.ts";
import { requestListener } from "../http.ts";
import { SHUTDOWN } from "../runs/runs.ts";
import type { Listening } from "../sockets/listen.ts";
import { knownSecrets } from "../secrets/known-secrets.ts";
import { listen } from "../sockets/listen.ts";
import { handingOver } from "./handed-socket.ts";
import { figures } from "../metrics/figures.ts";
import type { SettingsReader } from "../settings/reload.ts";
import { gatewaySettings, guardOf } from "../settings/settings.ts";
import { readPair } from "../sockets/tls.ts";
import { Channel } from "./channel.ts";
import type { SettingsData, Start, ToPrimary, ToWorker } from "./protocol.ts";
import { readerOf } from "./settings-data.ts";
import type { WorkerParts } from "./worker-parts.ts";
import { buildWorkerParts, joinBy } from "./worker-parts.ts";

/** Never resolves: the process ends with its primary, or when that says so. */
export function runWorker(hides: (secrets: () => Iterable<Secret>) => void): Promise<never> {
  // A signal to the whole group is for the primary to answer.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);
  const worker = new GatewayWorker();
  hides(() => worker.secrets());
  process.on("message", (message) => worker.hear(message));
  return new Promise(() => undefined);
}

class GatewayWorker {
  #start!: Start;
  #settings!: SettingsReader;
  #debug = false;
  #parts!: WorkerParts;
  #current!: Current;
  #listening: Listening | undefined;

  readonly primary: Channel<ToPrimary, ToWorker> = new Channel(
    // A primary that is gone takes this process with it.
    (message) => void process.send!(message, undefined, undefined, () => undefined),
    {
      asks: {
        start: (start) => this.#begin(start),
        settings: (data) => this.#use(data),
        figures: () => figures(this.#parts.shared.counts),
        end: (ending) => this.#parts.runs.asks.end(ending),
        runs: () => this.#parts.runs.asks.runs(),
        abortRuns: (asked) => this.#parts.runs.asks.abortRuns(asked),
        news: (agent) => this.#parts.shared.agents.refresh(agent),
        keys: (keys) => this.#parts.keys.set(keys),
        alive: () => null,
        stop: (graceMs) => this.#stop(graceMs),
      },
      tells: {
        taken: (seq) => this.#parts.health.taken(seq),
        health: ({ agent, profile, health }) => {
          const { shared, health: own } = this.#parts;
          const policy = this.#settings.config().cooldowns;
          shared.agents.know(agent, profile, own.over(agent, profile, health, policy));
        },
        loads: (loads) => {
          for (const load of loads) if (this.#parts.loads.hear(load)) this.#parts.shared.agents.wake(load);
        },
        crossed: (crossed) => this.#parts.crossings.hear(crossed),
        memory: (memory) => this.#parts.memory.hear(memory),
        abortCall: (call) => this.#parts.talks.hear(call),
        watchRuns: (isWatched) => this.#parts.runs.watch(isWatched),
        // One that only begins reads it when it listens.
        certificate: () => this.#listening?.secure(readPair(this.#start.tls!)),
        bye: () => process.exit(),
      },
    },
  );

  /** None before it serves. */
  secrets(): Iterable<Secret> {
    return this.#current === undefined ? [] : knownSecrets(this.#parts.shared, this.#current);
  }

  /** What was told before there was anybody to hear it, in that order. */
  #early: unknown[] | undefined;

  hear(message: unknown): void {
    if (this.#early) this.#early.push(message);
    else this.primary.take(message);
  }

  async #begin(start: Start): Promise<void> {
    this.#early = [];
    this.#start = start;
    this.#settings = readerOf(start.settings);
    this.#debug = start.settings.debug;
    const accessConfig = () => ({ ...this.#settings.accessConfig(), plugins: start.plugins });
    await usePlugins({ accessConfig, paths: this.#settings.paths });
    this.#parts = buildWorkerParts(this.primary, start, () => this.#settings, this.#log);
    this.#parts.memory.take(start.remembered);
    this.#parts.runs.watch(start.watchesRuns);
    for (const load of start.loads) this.#parts.loads.hear(load);
    this.#current = { gateway: this.#gateway(), guard: this.#guard() };
    const early = this.#early;
    this.#early = undefined;
    for (const message of early) this.primary.take(message);
    const { agents } = this.#parts.shared;
    await agents.load(defaultAgent(this.#settings.config()));
    await agents.load(MAIN_AGENT).catch(() => undefined);
    const pair = start.tls && readPair(start.tls);
    this.#listening = await listen(
      start.hosts,
      start.port,
      requestListener(this.#current),
      pair,
      handingOver,
    );
  }

  /** Other settings, for calls that come from now on. */
  async #use(data: SettingsData): Promise<void> {
    const next = readerOf(data);
    const config = next.config();
    const ids = new Set(config.agents.map(({ id }) => id)).add(defaultAgent(config)).add(MAIN_AGENT);
    const guard = this.#guard(next);
    await this.#parts.shared.agents.renew(
      joinBy(next),
      (id) => ids.has(id),
      () => {
        [this.#settings, this.#debug] = [next, data.debug];
        this.#current.gateway = this.#gateway();
        this.#current.guard = guard;
      },
    );
  }

  #guard(settings = this.#settings): Current["guard"] {
    const { options } = this.#start;
    const { paths, env, config } = settings;
    return guardOf({ paths, env, config }, gatewaySettings(config().gateway, options), options).guard;
  }

  /** Its settings never change. */
  #gateway(): Gateway {
    const { config, accessConfig, env } = this.#settings;
    const latest = () => this.#current.gateway;
    const rotations = () => config().rotations;
    return { ...this.#parts.shared, config, accessConfig, env, rotations, latest, reloaded: () => undefined };
  }

  /** Tells all before it answers: what is told first is heard first. */
  async #stop(graceMs: number): Promise<void> {
    const { shared, health } = this.#parts;
    await this.#listening?.close(graceMs, () => shared.runs.abortAll(SHUTDOWN));
    await shared.programs.close();
    await health.flush();
    await shared.receipts.flush();
  }

  readonly #log: Log = this.#logTo();

  #logTo(): Log {
    const tell = (level: "debug" | "info" | "warn") => (message: string) =>
      this.primary.tell("log", { level, message });
    const debug = tell("debug");
    const isVerbose = () => this.#debug;
    return {
      get debug() {
        return isVerbose() ? debug : undefined;
      },
      info: tell("info"),
      warn: tell("warn"),
      error: (error, message) => this.primary.tell("log", { level: "error", message, error }),
    };
  }
}
