// What references say, in memory: values as last had, what fails, and when that is tried again. Asks nobody itself.
import type { SecretRef } from "../core/credential.ts";
import type { Secret } from "../core/secret.ts";
import type { RefState, RefValues, SecretProviders } from "../core/secret-ref.ts";
import { aliasFault, refFault, refKey, retryDelayMs } from "../core/secret-ref.ts";
import type { RefOutcome } from "./outcome.ts";
import type { RefOutcomes } from "./resolve.ts";

interface Entry extends RefState {
  readonly ref: SecretRef;
  /** its provider's block when it was asked: another block is asked anew */
  readonly block: string;
  /** in a row */
  readonly failures: number;
  /** ms since epoch; absent for what works, and for what asking again does not mend */
  readonly retryAt?: number;
}

export interface Learnt {
  /** keys whose value is another one now, or is there at all */
  readonly changed: readonly string[];
  /** those of them that had another value before */
  readonly replaced: readonly string[];
  readonly failed: readonly string[];
  readonly recovered: readonly string[];
}

type News = Record<keyof Learnt, string[]>;
type Asked = Pick<Entry, "ref" | "block">;
type Missed = Exclude<RefOutcome, { readonly found: Secret }>;

export class SecretMemory {
  #entries = new Map<string, Entry>();
  #values: RefValues = new Map();

  /** A snapshot: it never changes, and is the same object until something is learnt. */
  get values(): RefValues {
    return this.#values;
  }

  *secrets(): Iterable<Secret> {
    for (const { value } of this.#entries.values()) if (value) yield value;
  }

  /** Those that were not asked for, or whose provider is another one now. Variables cost nothing, and may have changed. */
  unknown(refs: readonly SecretRef[], providers: SecretProviders): SecretRef[] {
    return refs.filter((ref) => {
      const entry = this.#entries.get(refKey(ref));
      return ref.source === "env" || !entry || entry.block !== blockOf(ref, providers);
    });
  }

  /**
   * Takes what came of asking. What fails keeps its last good value, unless the config forbids the reference.
   *
   * @param now ms since epoch
   */
  learn(refs: readonly SecretRef[], outcomes: RefOutcomes, providers: SecretProviders, now: number): Learnt {
    const learnt: News = { changed: [], replaced: [], failed: [], recovered: [] };
    for (const ref of refs) {
      const outcome = outcomes.get(refKey(ref));
      if (!outcome) continue;
      const block = blockOf(ref, providers);
      if ("found" in outcome) this.#found({ ref, block }, outcome.found, learnt);
      else this.#missed({ ref, block }, outcome, { allowed: !isForbidden(ref, providers), now }, learnt);
    }
    if (learnt.changed.length + learnt.failed.length + learnt.recovered.length > 0) this.#publish();
    return learnt;
  }

  #found(asked: Asked, found: Secret, learnt: News): void {
    const key = refKey(asked.ref);
    const before = this.#entries.get(key);
    const isSame = before?.value?.reveal() === found.reveal();
    if (!isSame) learnt.changed.push(key);
    if (!isSame && before?.value) learnt.replaced.push(key);
    if (before?.problem !== undefined) learnt.recovered.push(key);
    const value = isSame && before?.value ? before.value : found;
    this.#entries.set(key, { ...asked, failures: 0, value });
  }

  #missed(
    asked: Asked,
    { problem, lasting }: Missed,
    { allowed, now }: { readonly allowed: boolean; readonly now: number },
    learnt: News,
  ): void {
    const key = refKey(asked.ref);
    const before = this.#entries.get(key);
    if (before?.problem !== problem) learnt.failed.push(key);
    const failures = (before?.failures ?? 0) + 1;
    const value = allowed ? before?.value : undefined;
    if (before?.value && !value) learnt.changed.push(key);
    this.#entries.set(key, {
      ...asked,
      failures,
      problem,
      ...(value ? { value } : {}),
      ...(lasting ? {} : { retryAt: now + retryDelayMs(failures) }),
    });
  }

  /** Leaves references alone until `until`: nobody is asked, and they count as failing. */
  hold(refs: readonly SecretRef[], problem: string, providers: SecretProviders, until: number): void {
    for (const ref of refs) {
      const { value } = this.#entries.get(refKey(ref)) ?? {};
      const block = blockOf(ref, providers);
      this.#entries.set(refKey(ref), {
        ref,
        block,
        failures: 0,
        problem,
        retryAt: until,
        ...(value ? { value } : {}),
      });
    }
    if (refs.length > 0) this.#publish();
  }

  /** Forgets what nobody refers to any more. */
  keepOnly(keys: ReadonlySet<string>): void {
    const size = this.#entries.size;
    for (const key of this.#entries.keys()) if (!keys.has(key)) this.#entries.delete(key);
    if (this.#entries.size !== size) this.#publish();
  }

  due(now: number): SecretRef[] {
    return [...this.#entries.values()]
      .filter(({ retryAt }) => retryAt !== undefined && retryAt <= now)
      .map(({ ref }) => ref);
  }

  /** ms since epoch */
  nextRetryAt(): number | undefined {
    const times = [...this.#entries.values()].flatMap(({ retryAt }) => retryAt ?? []);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #publish(): void {
    this.#values = new Map(
      [...this.#entries].map(([key, { value, problem }]) => [
        key,
        { ...(value ? { value } : {}), ...(problem === undefined ? {} : { problem }) },
      ]),
    );
  }
}

const blockOf = ({ provider }: SecretRef, providers: SecretProviders): string =>
  JSON.stringify(providers.get(provider) ?? null);

/** Somebody took the permission away, which a variable that is named without a reference does not need. */
const isForbidden = (ref: SecretRef, providers: SecretProviders): boolean =>
  ref.provider !== "" && (refFault(ref) ?? aliasFault(ref, providers)) !== undefined;
