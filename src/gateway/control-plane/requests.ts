// What a client asks, in the order in which it asks: so much is done at once. What waits for a run, as `agent` does, takes
// no place; what ends something, and all that was asked before it, is not held up by what is under way.
import type { ErrorShape, RequestFrame } from "./protocol.ts";

const MOST_AT_ONCE = 32;
/** with what is let through for something that is to end */
const MOST_IN_HASTE = 256;
/** of what waits for runs */
const MOST_PENDING = 1000;
/** Beyond this the client is not listened to. */
const MOST_QUEUED = 64;
const MOST_QUEUED_BYTES = 1024 * 1024;

const ENDING: ReadonlySet<string> = new Set([
  "chat.abort",
  "sessions.abort",
  "models.auth.login.cancel",
  "models.auth.logout",
  "models.authLogout",
  "runs.abort",
  "gateway.keys.revoke",
  "wizard.cancel",
]);

/** A request, or what is to be said of a frame that is none. */
export type Heard = RequestFrame | { readonly id: string; readonly method: ""; readonly fault: ErrorShape };

/** A request whose turn it is. */
export interface Seat {
  /** It waits for a run from now on. @returns `false` when too many do */
  pend(): boolean;
}

interface Queued {
  readonly heard: Heard;
  readonly bytes: number;
}

export class Requests {
  readonly #serve: (heard: Heard, seat: Seat) => Promise<void>;
  readonly #onFree: () => void;
  readonly #queue: Queued[] = [];
  #queuedBytes = 0;
  /** of those in the queue, how many end something */
  #ending = 0;
  #running = 0;
  #pending = 0;

  /**
   * @param serve never rejects
   * @param onFree told whenever there may be room for more
   */
  constructor(serve: (heard: Heard, seat: Seat) => Promise<void>, onFree: () => void) {
    this.#serve = serve;
    this.#onFree = onFree;
  }

  /** Nothing more is to be listened to. */
  get isFull(): boolean {
    return this.#queue.length >= MOST_QUEUED || this.#queuedBytes >= MOST_QUEUED_BYTES;
  }

  /** @param bytes of the frame as it came */
  add(heard: Heard, bytes: number): void {
    this.#queue.push({ heard, bytes });
    this.#queuedBytes += bytes;
    if (ENDING.has(heard.method)) this.#ending++;
  }

  /** @param isBehind The client lets so much wait unread that it is not answered more. */
  begin(isBehind: boolean): void {
    while (this.#queue.length > 0 && this.#mayBegin(isBehind)) {
      const { heard, bytes } = this.#queue.shift()!;
      this.#queuedBytes -= bytes;
      if (ENDING.has(heard.method)) this.#ending--;
      this.#begin(heard);
    }
  }

  clear(): void {
    this.#queue.length = 0;
    [this.#queuedBytes, this.#ending] = [0, 0];
  }

  #mayBegin(isBehind: boolean): boolean {
    if (this.#ending > 0) return this.#running < MOST_IN_HASTE;
    return !isBehind && this.#running < MOST_AT_ONCE;
  }

  #begin(heard: Heard): void {
    let isPending = false;
    this.#running++;
    const pend = (): boolean => {
      if (isPending) return true;
      if (this.#pending >= MOST_PENDING) return false;
      isPending = true;
      this.#pending++;
      this.#running--;
      this.#onFree();
      return true;
    };
    void this.#serve(heard, { pend }).then(() => {
      if (isPending) this.#pending--;
      else this.#running--;
      this.#onFree();
    });
  }
}
