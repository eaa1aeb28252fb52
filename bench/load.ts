// The load generator as the measures use it: jobs go in, times come out.
import type { ChildProcess } from "node:child_process";
import { nextMessage, startHelper } from "./processes.ts";

/** Where and what to ask. */
export interface Target {
  readonly origin: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly streams: boolean;
}

export type Job =
  /** `clients` at once, each asking again as soon as it has its answer. */
  | { readonly kind: "saturate"; readonly target: Target; readonly clients: number; readonly forMs: number }
  /** One client asks all targets in turn. */
  | { readonly kind: "turns"; readonly targets: readonly Target[]; readonly turns: number }
  /** Parallel paced streams. */
  | {
      readonly kind: "streams";
      readonly target: Target;
      readonly streams: number;
      readonly openingMs: number;
    };

export interface Saturation {
  readonly requests: number;
  readonly seconds: number;
}
/** By target, then by turn. */
export interface Turns {
  readonly firstByteMs: readonly Float64Array[];
  readonly totalMs: readonly Float64Array[];
}
export interface Streams {
  /** by stream */
  readonly firstByteMs: Float64Array;
  /** From the upstream's write to the client's read, of every frame sent while all streams were open. */
  readonly delayMs: Float64Array;
  /** all frames, of the opening too */
  readonly frames: number;
}

export class Load {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async start(): Promise<Load> {
    return new Load((await startHelper("load-generator.ts")).child);
  }

  saturate = (target: Target, clients: number, forMs: number) =>
    this.#perform<Saturation>({ kind: "saturate", target, clients, forMs });
  takeTurns = (targets: readonly Target[], turns: number) =>
    this.#perform<Turns>({ kind: "turns", targets, turns });
  holdStreams = (target: Target, streams: number, openingMs: number) =>
    this.#perform<Streams>({ kind: "streams", target, streams, openingMs });

  #perform<T>(job: Job): Promise<T> {
    this.#child.send(job);
    return nextMessage<T>(this.#child);
  }
}
