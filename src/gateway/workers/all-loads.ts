// The primary's record of what each worker has under way, and of who may test what.
import { loadKey, without } from "../../access/loads.ts";
import { NO_TESTS } from "../../core/plan/candidate.ts";
import type { SharedLoad, Test } from "./protocol.ts";

type Load = SharedLoad & Required<Pick<SharedLoad, "testing">>;

/** Those that nobody uses just now are forgotten beyond this many. */
const MOST_KNOWN = 10_000;

/** Where a worker is told what the others do. */
export type TellLoads = (loads: readonly SharedLoad[]) => void;

export class AllLoads {
  readonly #workers = new Map<TellLoads, Map<string, Load>>();
  readonly #tellPrimary: TellLoads;

  /** @param tellPrimary told what all workers do */
  constructor(tellPrimary: TellLoads) {
    this.#tellPrimary = tellPrimary;
  }

  /** From now on `worker` counts, and is told. @returns what the others do now */
  add(worker: TellLoads): readonly SharedLoad[] {
    const names = new Set([...this.#workers.values()].flatMap((loads) => [...loads.keys()]));
    this.#workers.set(worker, new Map());
    return [...names].map((name) => this.#sum(name, worker)!);
  }

  /** It has died, with all its calls and tests. */
  remove(worker: TellLoads): void {
    const names = [...(this.#workers.get(worker)?.keys() ?? [])];
    const gone = names.map((name) => this.#workers.get(worker)!.get(name)!);
    this.#workers.delete(worker);
    this.#tell(gone.map(({ owner, id }) => ({ owner, id })));
  }

  set(worker: TellLoads, loads: readonly SharedLoad[]): void {
    for (const load of loads) this.#put(worker, { ...load, testing: this.#of(worker, load).testing });
    this.#tell(loads, worker);
  }

  /** `false` while another one is testing it. */
  grants(worker: TellLoads, test: Test): boolean {
    const name = loadKey(test);
    for (const loads of this.#workers.values())
      if (loads.get(name)?.testing.includes(test.scope)) return false;
    this.joins(worker, test);
    return true;
  }

  /** One more test of the same, by a call that has waited long enough. */
  joins(worker: TellLoads, test: Test): void {
    const load = this.#of(worker, test);
    this.#put(worker, { ...load, testing: [...load.testing, test.scope] });
    this.#tell([test], worker);
  }

  testEnds(worker: TellLoads, test: Test): void {
    const load = this.#of(worker, test);
    this.#put(worker, { ...load, testing: without(load.testing, test.scope) });
    this.#tell([test], worker);
  }

  #of(worker: TellLoads, credential: Pick<Load, "owner" | "id">): Load {
    return this.#workers.get(worker)?.get(loadKey(credential)) ?? idle(credential);
  }

  #put(worker: TellLoads, load: Load): void {
    const loads = this.#workers.get(worker);
    if (!loads) return;
    loads.set(loadKey(load), load);
    if (loads.size <= MOST_KNOWN) return;
    for (const [name, { inFlight, testing }] of loads)
      if (inFlight === 0 && testing.length === 0) loads.delete(name);
  }

  #tell(changed: readonly Pick<Load, "owner" | "id">[], by?: TellLoads): void {
    for (const to of [this.#tellPrimary, ...this.#workers.keys()])
      if (to !== by) to(changed.map((one) => this.#sum(loadKey(one), to) ?? idle(one)));
  }

  /** What all but one do with a credential; `undefined` when nobody has ever used it. */
  #sum(name: string, but: TellLoads): Load | undefined {
    let sum: Load | undefined;
    for (const [worker, loads] of this.#workers) {
      const load = worker === but ? undefined : loads.get(name);
      if (load) sum = sum ? added(sum, load) : load;
    }
    return sum;
  }
}

const idle = ({ owner, id }: Pick<Load, "owner" | "id">): Load => ({
  owner,
  id,
  inFlight: 0,
  lastStarted: 0,
  testing: NO_TESTS,
});

const added = (a: Load, b: Load): Load => ({
  ...a,
  inFlight: a.inFlight + b.inFlight,
  lastStarted: Math.max(a.lastStarted, b.lastStarted),
  rampFrom: Math.max(a.rampFrom ?? 0, b.rampFrom ?? 0) || undefined,
  testing: [...a.testing, ...b.testing],
});
