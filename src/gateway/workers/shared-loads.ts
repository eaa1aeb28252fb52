// Calls in flight of all processes, as each of them sees them: its own at once, those of the others soon. What is put
// to the test is asked for before: of all processes one tests a credential.
import type { MutableLoad } from "../../access/loads.ts";
import { Loads, loadKey, without } from "../../access/loads.ts";
import type { AuthProfile } from "../../core/credential.ts";
import type { BarScope } from "../../core/health.ts";
import { NO_TESTS } from "../../core/plan/candidate.ts";
import { testScope } from "../../core/plan/usable.ts";
import type { Attempt } from "../../core/plan/walk.ts";
import type { SharedLoad, Test } from "./protocol.ts";

type Credential = Pick<AuthProfile, "owner" | "id">;

/** A load with the parts that it is the sum of. */
interface SummedLoad extends MutableLoad {
  readonly of: Credential;
  own: number;
  others: number;
  ownTests: readonly BarScope[];
  othersTests: readonly BarScope[];
}

export interface LoadSpeaker {
  loads(loads: readonly SharedLoad[]): void;
  joins(test: Test): void;
  testEnds(test: Test): void;
  mayTest(test: Test): Promise<boolean>;
}

/** Many calls begin and end meanwhile: what matters is how many there are. */
const TELL_AFTER_MS = 5;

export class SharedLoads extends Loads {
  readonly #speaker: LoadSpeaker;
  readonly #untold = new Set<SummedLoad>();
  /** tests that this process may begin, and that no call has begun yet */
  readonly #granted = new Set<string>();
  readonly #asked = new Map<string, Promise<undefined>>();

  constructor(speaker: LoadSpeaker) {
    super();
    this.#speaker = speaker;
  }

  protected override create({ owner, id }: Credential): SummedLoad {
    const of = { owner, id };
    return { ...super.create(of), of, own: 0, others: 0, ownTests: NO_TESTS, othersTests: NO_TESTS };
  }

  override callStarts(load: MutableLoad, now: number): void {
    super.callStarts(load, now);
    (load as SummedLoad).own++;
    this.#tellSoon(load as SummedLoad);
  }

  override callEnds(load: MutableLoad): void {
    super.callEnds(load);
    (load as SummedLoad).own--;
    this.#tellSoon(load as SummedLoad);
  }

  override testStarts(load: MutableLoad, scope: BarScope): void {
    const summed = load as SummedLoad;
    const test = { ...summed.of, scope };
    if (!this.#granted.delete(nameOf(test))) this.#speaker.joins(test);
    summed.ownTests = [...summed.ownTests, scope];
    sumTests(summed);
  }

  override testEnds(load: MutableLoad, scope: BarScope): void {
    const summed = load as SummedLoad;
    summed.ownTests = without(summed.ownTests, scope);
    sumTests(summed);
    this.#speaker.testEnds({ ...summed.of, scope });
  }

  /** Nothing when the attempt tests nothing, or may be made; else resolves when the plan is to be asked again. */
  readyToTest({ candidate, ref }: Attempt, now: number): Promise<undefined> | undefined {
    const scope = testScope(candidate, ref, now, true);
    // Who joins a test that is under way needs nobody's leave.
    if (scope === undefined || candidate.load.testing.includes(scope)) return undefined;
    const test = { ...(candidate.load as SummedLoad).of, scope };
    const name = nameOf(test);
    if (this.#granted.has(name)) return undefined;
    const asked = this.#asked.get(name) ?? this.#ask(test).finally(() => this.#asked.delete(name));
    this.#asked.set(name, asked);
    return asked;
  }

  async #ask(test: Test): Promise<undefined> {
    if (!(await this.#speaker.mayTest(test))) return;
    const name = nameOf(test);
    this.#granted.add(name);
    // Whoever waited for it goes on in this round of the event loop, or has left.
    setImmediate(() => {
      if (this.#granted.delete(name)) this.#speaker.testEnds(test);
    });
  }

  /** What the other processes have under way. @returns whether tests began or ended */
  hear({ owner, id, inFlight, lastStarted, rampFrom, testing = NO_TESTS }: SharedLoad): boolean {
    const load = this.of({ owner, id }) as SummedLoad;
    load.others = inFlight;
    load.inFlight = load.own + inFlight;
    load.lastStarted = Math.max(load.lastStarted, lastStarted);
    if (rampFrom !== undefined && rampFrom > (load.rampFrom ?? 0)) load.rampFrom = rampFrom;
    const changed = load.othersTests.join("\n") !== testing.join("\n");
    load.othersTests = testing;
    sumTests(load);
    return changed;
  }

  #tellSoon(load: SummedLoad): void {
    if (this.#untold.size === 0) setTimeout(() => this.#tell(), TELL_AFTER_MS);
    this.#untold.add(load);
  }

  #tell(): void {
    const loads = [...this.#untold].map(({ of: { owner, id }, own, lastStarted, rampFrom }) => ({
      owner,
      id,
      inFlight: own,
      lastStarted,
      rampFrom,
    }));
    this.#untold.clear();
    this.#speaker.loads(loads);
  }
}

function sumTests(load: SummedLoad): void {
  const { ownTests, othersTests } = load;
  load.testing = ownTests.length + othersTests.length === 0 ? NO_TESTS : [...ownTests, ...othersTests];
}

const nameOf = ({ owner, id, scope }: Test): string => `${loadKey({ owner, id })} ${scope}`;
