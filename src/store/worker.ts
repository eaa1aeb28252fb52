// The store for the gateway: the same contract, all SQLite work in one other thread, so that a contended
// write never stops the event loop (dependencies.md, trap 10). `decide` stays on this side: an update reads
// the slice, decides, and commits only if the slice is still the same.
import { Worker } from "node:worker_threads";
import { AccessError, messageOf } from "../core/errors.ts";
import type { Family, FamilyChange } from "../core/family.ts";
import type { CooldownPolicy } from "../core/health.ts";
import type { ChangeNote } from "../core/history.ts";
import type { AgentId } from "../core/ids.ts";
import { MAIN_AGENT } from "../core/ids.ts";
import type { Receipt, ReceiptStore } from "../core/receipt.ts";
import type { ReceiptPage, ReceiptQuery } from "../core/receipt-query.ts";
import { assertTouched } from "./change.ts";
import type { ClientKeyStore } from "./client-keys.ts";
import type { ReceiptText } from "./receipt-text.ts";
import { textOf } from "./receipt-text.ts";
import type { SealPlaces } from "./seal/places.ts";
import type { SessionStore } from "./sessions.ts";
import { sessionFile } from "./sessions.ts";
import type { StorePaths } from "./sqlite.ts";
import { keysThrough } from "./worker-keys.ts";
import { sessionsThrough } from "./worker-sessions.ts";
import type {
  Change,
  Depth,
  HealthChange,
  HistoryEntry,
  Lease,
  Reading,
  RefreshToken,
  Slice,
  Store,
  Touch,
} from "./store.ts";
import type { OperationName, Operations, Place, Reply, Request, ThreadData } from "./thread-protocol.ts";
import { basisOf, basisOfFamily, fromThreadError } from "./thread-protocol.ts";

export interface WorkerOptions {
  readonly paths: StorePaths;
  /** ms since epoch */
  readonly now: () => number;
  /** asked at every write: the gateway's settings may change */
  readonly cooldowns?: () => CooldownPolicy;
  /** `store-thread.ts` in the sources, `store-thread.js` beside the bundle */
  readonly thread: string | URL;
  /** where the key of a sealed store is; nobody can be asked in a thread */
  readonly seal?: () => SealPlaces;
}

/** Health and receipts are written behind, together; a kill may lose this much. */
const WRITE_BEHIND_MS = 100;
/** More than this many observations and receipts do not wait for the timer. */
const MOST_WAITING = 500;
const MEMORY = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8, stackSizeMb: 2 };

/** One thread serves them all. */
export interface WorkerServices extends Store, ReceiptStore {
  readonly clientKeys: ClientKeyStore;
  readonly sessions: SessionStore;
}

export function openStoreInWorker(options: WorkerOptions): WorkerServices {
  return new WorkerStore(options);
}

interface Waiting {
  resolve(answer: never): void;
  reject(error: Error): void;
}

/** What is to be recorded with the next message, and who waits for it. */
interface Batch {
  readonly changes: HealthChange[];
  readonly receipts: ReceiptText[];
  readonly done: Promise<Operations["record"]["answer"]>;
  send(): void;
}

interface Watch {
  /** absent: the client keys */
  readonly agents?: readonly AgentId[];
  /** `undefined`: the client keys */
  readonly onChange: (agent: AgentId | undefined) => void;
}

class WorkerStore implements WorkerServices {
  readonly clientKeys = keysThrough(
    (op, ask) => this.#ask(op, ask),
    (onChange) => this.#watch({ onChange }),
  );
  readonly sessions = sessionsThrough(
    (op, ask) => this.#ask(op, ask),
    (agent) => sessionFile(this.#options.paths.agentDatabase(agent)),
  );
  readonly #options: WorkerOptions;
  readonly #waiting = new Map<number, Waiting>();
  readonly #watches = new Map<number, Watch>();
  #thread: Worker | undefined;
  #batch: Batch | undefined;
  #lastId = 0;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  async read(agent: AgentId, depth?: Depth): Promise<Reading> {
    return this.#ask("read", { place: this.#place(agent), depth });
  }

  async history(agent: AgentId): Promise<readonly HistoryEntry[]> {
    return this.#ask("history", { place: this.#place(agent) });
  }

  async update(
    agent: AgentId,
    touch: Touch,
    decide: (slice: Slice) => Change | undefined,
    note?: ChangeNote | null,
  ): Promise<boolean> {
    const place = this.#place(agent);
    let slice = await this.#ask("slice", { place, touch });
    for (;;) {
      const change = decide(slice);
      if (!change) return false;
      assertTouched(touch, change);
      const outcome = await this.#ask("commit", { place, touch, change, basis: basisOf(slice), note });
      if ("wrote" in outcome) return outcome.wrote;
      slice = outcome.moved;
    }
  }

  async family(token: RefreshToken): Promise<Family> {
    return this.#ask("family", { token });
  }

  async updateFamily(
    token: RefreshToken,
    decide: (family: Family) => FamilyChange | undefined,
  ): Promise<Family> {
    let family = await this.#ask("family", { token });
    for (;;) {
      const change = decide(family);
      if (!change) return family;
      const outcome = await this.#ask("commitFamily", { token, change, basis: basisOfFamily(family) });
      if ("changed" in outcome) return outcome.changed;
      family = outcome.moved;
    }
  }

  async applyHealth(changes: readonly HealthChange[]): Promise<void> {
    if (changes.length === 0) return;
    const { health } = await this.#collect({ changes });
    if (health) throw fromThreadError(health);
  }

  async append(receipts: readonly Receipt[]): Promise<void> {
    if (receipts.length === 0) return;
    const { receipts: fault } = await this.#collect({ receipts: receipts.map(textOf) });
    if (fault) throw fromThreadError(fault);
  }

  async find(runId: string | "last"): Promise<Receipt | undefined> {
    this.#batch?.send();
    return this.#ask("find", { runId });
  }

  async page(query: ReceiptQuery): Promise<ReceiptPage> {
    this.#batch?.send();
    return this.#ask("receipts", { query });
  }

  async lease(agent: AgentId, name: string, owner: string): Promise<Lease | { readonly heldBy: string }> {
    return this.#ask("lease", { place: this.#place(agent), name, owner });
  }

  async release(agent: AgentId, lease: Lease): Promise<void> {
    await this.#ask("release", { place: this.#place(agent), lease });
  }

  watch(agents: readonly AgentId[], onChange: (agent: AgentId) => void): () => void {
    return this.#watch({ agents, onChange: (agent) => onChange(agent!) });
  }

  #watch(watched: Watch): () => void {
    const watch = ++this.#lastId;
    this.#watches.set(watch, watched);
    if (this.#thread) this.#startWatch(watch, watched);
    else this.#start();
    return () => {
      if (this.#watches.delete(watch) && this.#thread) this.#ask("unwatch", { watch }).catch(ignore);
    };
  }

  async close(): Promise<void> {
    this.#batch?.send();
    this.#watches.clear();
    const thread = this.#thread;
    if (!thread) return;
    const ended = new Promise<void>((resolve) => thread.once("exit", () => resolve()));
    await this.#ask("close", {}).catch(ignore);
    // The answer let go of the thread; its end is still awaited.
    thread.ref();
    await ended;
  }

  #place(agent: AgentId): Place {
    return { agent, file: this.#options.paths.agentDatabase(agent) };
  }

  #collect(items: { changes?: readonly HealthChange[]; receipts?: readonly ReceiptText[] }): Batch["done"] {
    const batch = (this.#batch ??= this.#newBatch());
    batch.changes.push(...(items.changes ?? []));
    batch.receipts.push(...(items.receipts ?? []));
    if (batch.changes.length + batch.receipts.length >= MOST_WAITING) batch.send();
    return batch.done;
  }

  #newBatch(): Batch {
    const { promise, resolve, reject } = Promise.withResolvers<Operations["record"]["answer"]>();
    const [changes, receipts]: [HealthChange[], ReceiptText[]] = [[], []];
    const send = () => {
      clearTimeout(timer);
      this.#batch = undefined;
      const agents = new Set(changes.map(({ agent }) => agent));
      const places = [...agents].map((agent) => this.#place(agent));
      const cooldowns = this.#options.cooldowns?.();
      this.#ask("record", { places, changes, receipts, cooldowns }).then(resolve, reject);
    };
    const timer = setTimeout(send, WRITE_BEHIND_MS);
    return { changes, receipts, done: promise, send };
  }

  #ask<Name extends OperationName>(
    op: Name,
    ask: Operations[Name]["ask"],
  ): Promise<Operations[Name]["answer"]> {
    const thread = this.#thread ?? this.#start();
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<Operations[Name]["answer"]>();
    this.#waiting.set(id, { resolve, reject });
    thread.ref();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
    thread.postMessage({ id, now: this.#options.now(), op, ...ask } as unknown as Request);
    return promise;
  }

  #start(): Worker {
    const { paths, thread: entry } = this.#options;
    const main = paths.agentDatabase(MAIN_AGENT);
    const { keyFile, passphraseFile } = this.#options.seal?.() ?? {};
    const seal = { keyFile, passphraseFile };
    const workerData: ThreadData = { globalDir: paths.globalDir, main, seal };
    const thread = new Worker(entry, { workerData, resourceLimits: MEMORY, execArgv: [], name: "store" });
    thread.on("message", (reply: Reply) => this.#hear(reply));
    thread.on("error", (error) => this.#lost(thread, error));
    thread.on("exit", () => this.#lost(thread, new Error("it ended")));
    this.#thread = thread;
    for (const [watch, watched] of this.#watches) this.#startWatch(watch, watched);
    return thread;
  }

  #startWatch(watch: number, { agents }: Watch): void {
    const asked = agents
      ? this.#ask("watch", { watch, places: agents.map((agent) => this.#place(agent)) })
      : this.#ask("watchKeys", { watch });
    asked.catch(ignore);
  }

  #hear(reply: Reply): void {
    if ("changed" in reply) return this.#watches.get(reply.watch)?.onChange(reply.changed);
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    // Only a question that is open keeps the process alive.
    if (this.#waiting.size === 0) this.#thread?.unref();
    if ("error" in reply) waiting?.reject(fromThreadError(reply.error));
    else waiting?.resolve(reply.answer as never);
  }

  /** Fails what was asked of the thread; the next question starts another one, with the same watches. */
  #lost(thread: Worker, cause: unknown): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    const message = `The store's thread stopped (${messageOf(cause)}). Try again.`;
    for (const { reject } of this.#waiting.values()) reject(new AccessError("internal", message, { cause }));
    this.#waiting.clear();
  }
}

/** The thread died: whoever waits for it learns so, and watches are set again with the next one. */
const ignore = (): void => {};
