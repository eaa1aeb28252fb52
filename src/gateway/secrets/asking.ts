// Has references: each asked for by one question at a time, and again when it failed.
import { setTimeout as pause } from "node:timers/promises";
import type { UsedRef } from "../../access/secret-refs.ts";
import type { SecretRef } from "../../core/credential.ts";
import { refKey } from "../../core/secret-ref.ts";
import type { Learnt, SecretMemory } from "../../secrets/memory.ts";
import type { RefOutcomes, RefSources } from "../../secrets/resolve.ts";
import type { SettingsReader } from "../settings/reload.ts";
import type { GatewayDeps } from "../deps.ts";
import type { GatewaySecretRecord } from "./record.ts";

/** Who starts, or calls an agent first, waits this long for references; they come into use whenever they are there. */
const GRACE_MS = 2000;

const MANY_STARTS = "the gateway was started many times in a few minutes";

export type Ask = (
  refs: readonly SecretRef[],
  sources: RefSources,
  onSome: (some: RefOutcomes) => void,
) => Promise<unknown>;

interface AskingOptions {
  readonly deps: Pick<GatewayDeps, "now" | "log" | "stopped">;
  readonly ask: Ask;
  readonly memory: SecretMemory;
  readonly record: GatewaySecretRecord;
  readonly settings: () => SettingsReader;
  readonly onLearnt: (learnt: Learnt) => void;
}

export class SecretAsking {
  readonly #options: AskingOptions;
  /** by `refKey` */
  readonly #underWay = new Map<string, Promise<unknown>>();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: AskingOptions) {
    this.#options = options;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Resolves when all are answered. */
  async had(wanted: readonly SecretRef[]): Promise<void> {
    const refs = this.#allowed(wanted.filter((ref) => !this.#underWay.has(refKey(ref))));
    if (refs.length > 0) {
      const { config, env, paths } = this.#options.settings();
      const { secretProviders: providers, secretLimits: limits } = config();
      const sources = { providers, limits, env: env(), home: paths().home };
      const learn = (some: RefOutcomes) => this.#take(refs, some, sources);
      const asking = this.#options.ask(refs, sources, learn).finally(() => {
        for (const ref of refs) this.#underWay.delete(refKey(ref));
        this.#schedule();
      });
      for (const ref of refs) this.#underWay.set(refKey(ref), asking);
    }
    await Promise.all(wanted.map((ref) => this.#underWay.get(refKey(ref))));
  }

  /** As `had`, but waits a moment only. */
  async hadSoon(refs: readonly SecretRef[]): Promise<void> {
    if (refs.length === 0) return;
    const late = new AbortController();
    const grace = pause(GRACE_MS, undefined, { signal: late.signal }).catch(() => undefined);
    await Promise.race([this.had(refs), grace]);
    late.abort();
  }

  /** Without its own secret the gateway cannot serve: it waits, which slows down whoever starts it again and again. */
  async waitOutHold(own: readonly UsedRef[]): Promise<void> {
    const { deps, record } = this.#options;
    for (const { ref, place } of own) {
      const waitMs = ref.source === "exec" ? record.heldMs(ref.provider) : 0;
      if (waitMs === 0) continue;
      deps.log.warn(`${MANY_STARTS}: ${place} is asked for in ${Math.ceil(waitMs / 1000)} s.`);
      await Promise.race([pause(waitMs), deps.stopped]);
    }
  }

  #take(refs: readonly SecretRef[], some: RefOutcomes, { providers }: RefSources): void {
    const { memory, record, deps, onLearnt } = this.#options;
    const learnt = memory.learn(refs, some, providers, deps.now());
    this.#say(learnt);
    if (learnt.failed.length + learnt.recovered.length > 0) record.write();
    onLearnt(learnt);
  }

  #say({ failed, recovered }: Learnt): void {
    const { memory, deps } = this.#options;
    for (const key of failed) {
      const { problem, value } = memory.values.get(key)!;
      const then = value ? "its last good value stays in use" : "its calls go elsewhere";
      deps.log.warn(`The secret ${key} cannot be had: ${problem}; ${then}.`);
    }
    for (const key of recovered) deps.log.info(`The secret ${key} is there again.`);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const { memory, deps } = this.#options;
    const at = memory.nextRetryAt();
    if (at === undefined || this.#stopped) return;
    const again = () => void this.had(memory.due(deps.now())).catch(() => undefined);
    this.#timer = setTimeout(again, Math.max(100, at - deps.now())).unref();
  }

  /** Programs that starts before this one asked again and again are left alone for a while. */
  #allowed(refs: readonly SecretRef[]): readonly SecretRef[] {
    const { memory, record, deps, settings } = this.#options;
    const byProgram = Map.groupBy(refs.filter(isOfProgram), ({ provider }) => provider);
    const held = new Set<SecretRef>();
    for (const [alias, own] of byProgram) {
      const waitMs = record.heldMs(alias);
      if (waitMs === 0) {
        record.asks([alias]);
        continue;
      }
      const place = `secrets.providers.${alias}`;
      deps.log.warn(`${MANY_STARTS}: ${place} is not asked for ${Math.ceil(waitMs / 1000)} s.`);
      const { secretProviders } = settings().config();
      memory.hold(own, `${place}: ${MANY_STARTS}`, secretProviders, deps.now() + waitMs);
      for (const ref of own) held.add(ref);
    }
    if (held.size > 0) this.#schedule();
    return refs.filter((ref) => !held.has(ref));
  }
}

export const isOfProgram = ({ source }: SecretRef): boolean => source === "exec";
