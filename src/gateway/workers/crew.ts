// The processes of the workers: started, and started again when one dies.
import type { Worker } from "node:cluster";
import cluster from "node:cluster";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { ControlDoor } from "../control-plane/control-door.ts";
import type { Log } from "../gateway.ts";
import { Channel } from "./channel.ts";
import { takeHanded } from "./handed-socket.ts";
import { followPulse } from "./pulse.ts";
import type { ToPrimary, ToWorker } from "./protocol.ts";
import { followUntaken } from "./untaken.ts";

export type WorkerChannel = Channel<ToWorker, ToPrimary>;

export interface Member {
  /** from 1: the place that it and those before it have */
  readonly place: number;
  readonly pid: number;
  /** ms since epoch */
  readonly startedAt: number;
  readonly channel: WorkerChannel;
}

/** What there is for one worker. */
export interface Seat {
  readonly hearers: ConstructorParameters<typeof Channel<ToWorker, ToPrimary>>[1];
  /** Resolves once the worker serves. */
  readonly begin: () => Promise<void>;
  /** It has ended: gives back what it had taken. */
  readonly leave: () => void;
}

export interface CrewOptions {
  readonly count: number;
  /** the program, as it was started */
  readonly program: string;
  readonly seat: (channel: () => WorkerChannel) => Seat;
  /** where the WebSockets go that workers are asked for */
  readonly control?: Pick<ControlDoor, "upgrade"> | undefined;
  /** Told whenever one came or went. */
  readonly onChange: () => void;
  readonly now: () => number;
  readonly log: Log;
}

/** What tells a process that it is a worker. */
const WORKER_VARIABLE = "OPENCLAW_GATEWAY_WORKER";

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 30_000;
/** One that lived longer did not die of its start. */
const LIVES_MS = 10_000;
const LAST_WORD_MS = 2000;
/** A machine may be very busy when all of them start. */
const SERVES_WITHIN_MS = 120_000;

export class Crew {
  readonly #options: CrewOptions;
  readonly #members = new Map<number, Member>();
  readonly #processes = new Map<Member, Worker>();
  /** how often in a row the one at a place has died young */
  readonly #deaths = new Map<number, number>();
  #restarts = 0;
  #ending = false;

  constructor(options: CrewOptions) {
    this.#options = options;
    const args = ["gateway", "run"];
    cluster.setupPrimary({ exec: options.program, args, serialization: "advanced" });
    cluster.schedulingPolicy = cluster.SCHED_RR;
  }

  /** @throws what keeps the first of them from serving */
  async start(): Promise<void> {
    const places = Array.from({ length: this.#options.count }, (_, i) => i + 1);
    const started = await Promise.allSettled(places.map((place) => this.#start(place)));
    const failed = started.find((one) => one.status === "rejected");
    if (!failed) return;
    await this.end(0);
    throw failed.reason;
  }

  /** Those that serve, by place. */
  members(): readonly Member[] {
    return [...this.#members.values()].toSorted((a, b) => a.place - b.place);
  }

  /** Those that begin are to hear what the others hear. */
  everyone(): readonly { channel: WorkerChannel; serves: boolean }[] {
    const serving = new Set(this.#members.values());
    return [...this.#processes.keys()].map((one) => ({ channel: one.channel, serves: serving.has(one) }));
  }

  get restarts(): number {
    return this.#restarts;
  }

  tell: WorkerChannel["tell"] = (name, value) => {
    for (const member of this.#processes.keys()) member.channel.tell(name, value);
  };

  /** All but one. */
  tellOthers(but: WorkerChannel, ...[name, value]: Parameters<WorkerChannel["tell"]>): void {
    for (const { channel } of this.#processes.keys()) if (channel !== but) channel.tell(name, value);
  }

  async #start(place: number): Promise<void> {
    const { now, seat, onChange } = this.#options;
    const worker = cluster.fork({ [WORKER_VARIABLE]: "1" });
    const { hearers, begin, leave } = seat(() => channel);
    const channel: WorkerChannel = new Channel((message) => {
      if (worker.isConnected()) worker.process.send(message as object, () => undefined);
    }, hearers);
    const member: Member = { place, pid: worker.process.pid!, startedAt: now(), channel };
    this.#processes.set(member, worker);
    const giveUp = followUntaken(worker);
    let stopPulse: (() => void) | undefined;
    worker.on("message", (message, handle) => {
      if (!takeHanded(message, handle, this.#options.control)) channel.take(message);
    });
    worker.on("error", () => undefined);
    worker.once("exit", (code, signal) => {
      this.#processes.delete(member);
      stopPulse?.();
      giveUp([...this.#members.values()].some((other) => other !== member));
      channel.lost(`Worker ${place} ended (${signal ?? code}).`);
      leave();
      if (this.#members.delete(place)) {
        onChange();
        this.#replace(member, `ended (${signal ?? `exit code ${code}`})`);
      }
    });
    const late = setTimeout(() => worker.process.kill("SIGKILL"), SERVES_WITHIN_MS).unref();
    try {
      await begin().finally(() => clearTimeout(late));
      if (!this.#processes.has(member)) return;
      this.#members.set(place, member);
      stopPulse = this.#followPulse(member);
      onChange();
    } catch (error) {
      worker.process.kill("SIGKILL");
      throw error;
    }
  }

  #followPulse(member: Member): () => void {
    return followPulse(
      () => member.channel.ask("alive", null),
      (silentMs) => {
        const who = `Worker ${member.place} (pid ${member.pid})`;
        this.#options.log.warn(`${who} has not answered for ${silentMs / 1000} s and is ended`);
        this.replace(member);
      },
    );
  }

  #replace(member: Pick<Member, "place" | "pid" | "startedAt">, why: string): void {
    if (this.#ending) return;
    const { place, pid, startedAt } = member;
    const lived = this.#options.now() - startedAt > LIVES_MS;
    const deaths = lived ? 0 : (this.#deaths.get(place) ?? 0) + 1;
    this.#deaths.set(place, deaths);
    // The first time at once: its clients are waiting.
    const ms = deaths === 0 ? 0 : Math.min(FIRST_PAUSE_MS * 2 ** (deaths - 1), LONGEST_PAUSE_MS);
    this.#options.log.warn(`Worker ${place} (pid ${pid}) ${why}; another one is started in ${ms} ms`);
    setTimeout(() => void this.#startAgain(place), ms).unref();
  }

  async #startAgain(place: number): Promise<void> {
    if (this.#ending) return;
    this.#restarts++;
    const startedAt = this.#options.now();
    try {
      await this.#start(place);
      const { pid } = this.#members.get(place) ?? {};
      if (pid !== undefined) this.#options.log.info(`Worker ${place} serves again (pid ${pid})`);
    } catch (error) {
      this.#options.log.error(error, `Worker ${place} could not be started`);
      this.#replace({ place, pid: 0, startedAt }, "did not start");
    }
  }

  /** One that cannot go on is ended, and another one comes in its place. */
  replace(member: Member): void {
    this.#processes.get(member)?.process.kill("SIGKILL");
  }

  /** Lets their calls end, for so long, then them. */
  async end(graceMs: number): Promise<void> {
    this.#ending = true;
    await Promise.all([...this.#processes].map(([member, worker]) => endOne(member, worker, graceMs)));
  }
}

async function endOne({ channel }: Member, worker: Worker, graceMs: number): Promise<void> {
  const ended = once(worker, "exit");
  const late = pause(graceMs + LAST_WORD_MS, undefined, { ref: false });
  await Promise.race([channel.ask("stop", graceMs).catch(() => undefined), late]);
  channel.tell("bye", null);
  const leaves = await Promise.race([ended, pause(LAST_WORD_MS, undefined, { ref: false })]);
  if (!leaves) worker.process.kill("SIGKILL");
  await ended;
}
