// The references of a running gateway: had at activation, kept in memory, tried again when they fail. Calls read memory
// alone; whatever changes is put to use in one step (`install.ts`).
import { setTimeout as pause } from "node:timers/promises";
import type { AgentView } from "../access/agent-view.ts";
import type { SecretRecord } from "../access/secret-record.ts";
import { readSecretRecord, writeSecretRecord } from "../access/secret-record.ts";
import type { UsedRef } from "../access/secret-refs.ts";
import { configRefs, storedRefs, withRefValues } from "../access/secret-refs.ts";
import type { Config } from "../config/config.ts";
import type { SecretRef } from "../core/credential.ts";
import type { AgentId } from "../core/ids.ts";
import type { Secret } from "../core/secret.ts";
import type { RefValues } from "../core/secret-ref.ts";
import { mayAskAt, refKey } from "../core/secret-ref.ts";
import type { Learnt } from "../secrets/memory.ts";
import { SecretMemory } from "../secrets/memory.ts";
import type { RefOutcomes, RefSources } from "../secrets/resolve.ts";
import { resolveRefs } from "../secrets/resolve.ts";
import type { SettingsReader } from "./reload.ts";
import type { GatewayDeps } from "./run.ts";

/** What a person is told of them. No value is in it. */
export interface SecretsReport {
  readonly refs: number;
  readonly resolved: number;
  /** references whose value is another one now */
  readonly changed: readonly string[];
  readonly failing: readonly {
    readonly ref: string;
    readonly places: readonly string[];
    readonly problem: string;
    /** Its last good value stays in use. */
    readonly kept: boolean;
  }[];
  readonly warningCount: number;
}

/** Who starts, or calls an agent first, waits this long for references; they come into use whenever they are there. */
const GRACE_MS = 2000;

type Ask = (
  refs: readonly SecretRef[],
  sources: RefSources,
  onSome: (some: RefOutcomes) => void,
) => Promise<unknown>;

export class GatewaySecrets {
  readonly deps: GatewayDeps;
  readonly #given: GatewayDeps;
  readonly #memory = new SecretMemory();
  readonly #ask: Ask;
  readonly #starts: Record<string, number[]> = {};
  readonly #asked = new Set<string>();
  readonly #sealed = new Map<AgentId, string>();
  readonly #asking = new Map<string, Promise<unknown>>();
  #own: readonly UsedRef[] = [];
  #stored = new Map<string, readonly UsedRef[]>();
  #settings: SettingsReader;
  #replaced = new Set<string>();
  #untold = false;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #onChange: ((replaced: ReadonlySet<string>) => Promise<void>) | undefined;
  #dressed: { readonly from: Config; readonly values: RefValues; readonly config: Config } | undefined;

  constructor(given: GatewayDeps, ask: Ask = resolveRefs) {
    this.#given = given;
    this.#ask = ask;
    this.#settings = given.settingsFiles?.first ?? given;
    this.deps = { ...given, config: () => this.#dress(given.config()) };
    const { starts } = this.#record();
    for (const [alias, times] of Object.entries(starts)) this.#starts[alias] = [...times];
  }

  /** A store that cannot be opened, for who asks on the command line. @param fault nothing once it can */
  locked(agent: AgentId, fault: string | undefined): void {
    if (this.#sealed.get(agent) === fault) return;
    if (fault === undefined) this.#sealed.delete(agent);
    else this.#sealed.set(agent, fault);
    this.#note();
  }

  *secrets(): Iterable<Secret> {
    yield* this.#memory.secrets();
  }

  /** The settings with what references say now, for good. */
  dress(settings: SettingsReader): SettingsReader {
    const config = this.#dress(settings.config());
    return { ...settings, config: () => config };
  }

  #dress(from: Config): Config {
    const { values } = this.#memory;
    if (this.#dressed?.from !== from || this.#dressed.values !== values)
      this.#dressed = { from, values, config: withRefValues(from, values) };
    return this.#dressed.config;
  }

  /** From now on what changes is told, so that it is put to use. */
  follow(onChange: (replaced: ReadonlySet<string>) => Promise<void>): void {
    this.#onChange = onChange;
    if (this.#untold) this.#tell();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /**
   * Has the references of settings that are about to be used. The gateway's own are waited for; the others a moment.
   *
   * @param own those of its own authentication
   */
  async prepare(settings: SettingsReader, own: readonly UsedRef[]): Promise<void> {
    this.#settings = settings;
    this.#own = own;
    const { secretProviders } = settings.config();
    await this.#waitOutHold(own);
    const ownRefs = own.map(({ ref }) => ref);
    await this.#had(this.#memory.unknown(ownRefs, secretProviders));
    const refs = this.#used().map(({ ref }) => ref);
    await this.#hadSoon(this.#memory.unknown(refs, secretProviders).filter((ref) => !ownRefs.includes(ref)));
    this.#memory.keepOnly(new Set(this.#used().map(({ ref }) => refKey(ref))));
  }

  /** Has the references of an agent's profiles, as far as they are news. */
  async learn({ agent, stored }: Pick<AgentView, "agent" | "stored">): Promise<void> {
    const config = this.#settings.config();
    const used = stored.flatMap((entry) => storedRefs(entry.owner, [entry], config));
    this.#stored.set(agent, used);
    const refs = used.map(({ ref }) => ref);
    await this.#hadSoon(this.#memory.unknown(refs, config.secretProviders));
  }

  /** Asks for everything again, and waits for it. */
  async again(): Promise<SecretsReport> {
    const before = new Map([...this.#memory.values].map(([key, { value }]) => [key, value]));
    const refs = this.#used().map(({ ref }) => ref);
    this.#start(new Set(refs.flatMap(({ source, provider }) => (source === "exec" ? [provider] : []))));
    await this.#had(refs);
    await this.#settled();
    const changed = [...this.#memory.values].filter(([key, { value }]) => before.get(key) !== value);
    return this.report(changed.map(([key]) => key));
  }

  report(changed: readonly string[] = []): SecretsReport {
    const places = Map.groupBy(this.#used(), ({ ref }) => refKey(ref));
    const states = [...places.keys()].map((key) => [key, this.#memory.values.get(key) ?? {}] as const);
    const failing = states.flatMap(([key, { problem, value }]) =>
      problem === undefined
        ? []
        : [
            {
              ref: key,
              places: places.get(key)!.map(({ place }) => place),
              problem,
              kept: value !== undefined,
            },
          ],
    );
    const resolved = states.filter(([, { value, problem }]) => value && problem === undefined).length;
    return { refs: states.length, resolved, changed, failing, warningCount: failing.length };
  }

  #used(): UsedRef[] {
    return [...this.#own, ...configRefs(this.#settings.config()), ...[...this.#stored.values()].flat()];
  }

  async #hadSoon(refs: readonly SecretRef[]): Promise<void> {
    if (refs.length === 0) return;
    const late = new AbortController();
    const grace = pause(GRACE_MS, undefined, { signal: late.signal }).catch(() => undefined);
    await Promise.race([this.#had(refs), grace]);
    late.abort();
  }

  /** Each is asked for by one question at a time. */
  async #had(wanted: readonly SecretRef[]): Promise<void> {
    const refs = this.#allowed(wanted.filter((ref) => !this.#asking.has(refKey(ref))));
    if (refs.length > 0) {
      const { config, env, paths } = this.#settings;
      const { secretProviders: providers, secretLimits: limits } = config();
      const sources = { providers, limits, env: env(), home: paths().home };
      const learn = (some: RefOutcomes) => this.#take(refs, some, sources);
      const asking = this.#ask(refs, sources, learn).finally(() => {
        for (const ref of refs) this.#asking.delete(refKey(ref));
        this.#schedule();
      });
      for (const ref of refs) this.#asking.set(refKey(ref), asking);
    }
    await Promise.all(wanted.map((ref) => this.#asking.get(refKey(ref))));
  }

  #take(refs: readonly SecretRef[], some: RefOutcomes, { providers }: RefSources): void {
    const learnt = this.#memory.learn(refs, some, providers, this.#given.now());
    this.#say(learnt);
    for (const key of learnt.replaced) this.#replaced.add(key);
    if (learnt.failed.length + learnt.recovered.length > 0) this.#note();
    if (learnt.changed.length + learnt.failed.length > 0) this.#tell();
  }

  #say({ failed, recovered }: Learnt): void {
    for (const key of failed) {
      const { problem, value } = this.#memory.values.get(key)!;
      const then = value ? "its last good value stays in use" : "its calls go elsewhere";
      this.#given.log.warn(`The secret ${key} cannot be had: ${problem}; ${then}.`);
    }
    for (const key of recovered) this.#given.log.info(`The secret ${key} is there again.`);
  }

  #telling: Promise<void> | undefined;

  /** What changes within one turn is put to use together. */
  #tell(): void {
    const onChange = this.#onChange;
    this.#untold = onChange === undefined;
    if (!onChange || this.#telling || this.#stopped) return;
    this.#telling = Promise.resolve().then(async () => {
      this.#telling = undefined;
      const replaced = this.#replaced;
      this.#replaced = new Set();
      await onChange(replaced);
    });
    this.#telling.catch((error: unknown) =>
      this.#given.log.error(error, "What references say cannot be put to use"),
    );
  }

  async #settled(): Promise<void> {
    await this.#telling?.catch(() => undefined);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const at = this.#memory.nextRetryAt();
    if (at === undefined || this.#stopped) return;
    const waitMs = Math.max(100, at - this.#given.now());
    this.#timer = setTimeout(
      () => void this.#had(this.#memory.due(this.#given.now())).catch(() => undefined),
      waitMs,
    );
    this.#timer.unref();
  }

  #record(): SecretRecord {
    return readSecretRecord(this.#given.paths().globalDir);
  }

  #note(): void {
    const failing = [...this.#memory.values].flatMap(([key, { problem, value }]) =>
      problem === undefined || value ? [] : [[key, problem] as const],
    );
    const record = {
      starts: this.#starts,
      failing: Object.fromEntries(failing),
      sealed: Object.fromEntries(this.#sealed),
    };
    writeSecretRecord(this.#given.paths().globalDir, record, this.#given.now());
  }

  /** Programs that starts before this one asked again and again are left alone for a while. */
  #allowed(refs: readonly SecretRef[]): SecretRef[] {
    const now = this.#given.now();
    const { secretProviders: providers } = this.#settings.config();
    const programs = new Set(refs.filter(({ source }) => source === "exec").map(({ provider }) => provider));
    const held = new Set<string>();
    for (const alias of programs) {
      if (this.#asked.has(alias)) continue;
      const from = mayAskAt(this.#starts[alias] ?? [], now);
      if (from > now) {
        const own = refs.filter(({ provider, source }) => source === "exec" && provider === alias);
        const seconds = Math.ceil((from - now) / 1000);
        this.#given.log.warn(`${MANY_STARTS}: secrets.providers.${alias} is not asked for ${seconds} s.`);
        this.#memory.hold(own, `secrets.providers.${alias}: ${MANY_STARTS}`, providers, from);
        held.add(alias);
        continue;
      }
      this.#start([alias]);
    }
    if (held.size > 0) this.#schedule();
    return refs.filter(({ source, provider }) => source !== "exec" || !held.has(provider));
  }

  #start(aliases: Iterable<string>): void {
    for (const alias of aliases) {
      if (this.#asked.has(alias)) continue;
      this.#asked.add(alias);
      (this.#starts[alias] ??= []).push(this.#given.now());
      this.#note();
    }
  }

  /** Without its own secret it cannot serve: it waits, which slows down whoever starts it again and again. */
  async #waitOutHold(own: readonly UsedRef[]): Promise<void> {
    for (const { ref, place } of own) {
      if (ref.source !== "exec" || this.#asked.has(ref.provider)) continue;
      const waitMs = mayAskAt(this.#starts[ref.provider] ?? [], this.#given.now()) - this.#given.now();
      if (waitMs <= 0) continue;
      this.#given.log.warn(`${MANY_STARTS}: ${place} is asked for in ${Math.ceil(waitMs / 1000)} s.`);
      await Promise.race([pause(waitMs), this.#given.stopped]);
    }
  }
}

const MANY_STARTS = "the gateway was started many times in a few minutes";
