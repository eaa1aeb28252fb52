// The references of a running gateway: had at activation, kept in memory, tried again when they fail. Calls read memory
// alone; whatever changes is put to use in one step (`settings/install.ts`).
import type { AgentView } from "../../access/agent-view.ts";
import type { UsedRef } from "../../access/secret-refs.ts";
import { configRefs, storedRefs, withRefValues } from "../../access/secret-refs.ts";
import type { Config } from "../../config/config.ts";
import type { SecretRef } from "../../core/credential.ts";
import type { AgentId } from "../../core/ids.ts";
import type { Secret } from "../../core/secret.ts";
import type { RefValues } from "../../core/secret-ref.ts";
import { refKey } from "../../core/secret-ref.ts";
import type { Learnt } from "../../secrets/memory.ts";
import { SecretMemory } from "../../secrets/memory.ts";
import { resolveRefs } from "../../secrets/resolve.ts";
import type { SettingsReader } from "../settings/reload.ts";
import type { GatewayDeps } from "../deps.ts";
import type { Ask } from "./asking.ts";
import { isOfProgram, SecretAsking } from "./asking.ts";
import type { OnChange } from "./news.ts";
import { SecretNews } from "./news.ts";
import { GatewaySecretRecord } from "./record.ts";
import type { SecretsReport } from "./report.ts";
import { secretsReport } from "./report.ts";

export class GatewaySecrets {
  readonly deps: GatewayDeps;
  readonly #memory = new SecretMemory();
  readonly #record: GatewaySecretRecord;
  readonly #news: SecretNews;
  readonly #asking: SecretAsking;
  #settings: SettingsReader;
  /** those of its own authentication */
  #own: readonly UsedRef[] = [];
  #stored = new Map<AgentId, readonly UsedRef[]>();
  #dressed: { readonly from: Config; readonly values: RefValues; readonly config: Config } | undefined;

  constructor(given: GatewayDeps, ask: Ask = resolveRefs) {
    this.#settings = given.settingsFiles?.first ?? given;
    this.deps = { ...given, config: () => this.#dress(given.config()) };
    this.#record = new GatewaySecretRecord(given, this.#memory);
    this.#news = new SecretNews(given.log);
    this.#asking = new SecretAsking({
      deps: given,
      ask,
      memory: this.#memory,
      record: this.#record,
      settings: () => this.#settings,
      onLearnt: (learnt) => this.#learnt(learnt),
    });
  }

  /** A store that cannot be opened, for who asks on the command line. @param fault nothing once it can */
  locked(agent: AgentId, fault: string | undefined): void {
    this.#record.locked(agent, fault);
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
  follow(onChange: OnChange): void {
    this.#news.follow(onChange);
  }

  stop(): void {
    this.#news.stop();
    this.#asking.stop();
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
    await this.#asking.waitOutHold(own);
    const ownRefs = own.map(({ ref }) => ref);
    await this.#asking.had(this.#memory.unknown(ownRefs, secretProviders));
    const unknown = this.#memory.unknown(this.#refs(), secretProviders);
    await this.#asking.hadSoon(unknown.filter((ref) => !ownRefs.includes(ref)));
    this.#memory.keepOnly(new Set(this.#refs().map(refKey)));
  }

  /** Has the references of an agent's profiles, as far as they are news. */
  async learn({ agent, stored }: Pick<AgentView, "agent" | "stored">): Promise<void> {
    const config = this.#settings.config();
    const used = stored.flatMap((entry) => storedRefs(entry.owner, [entry], config));
    this.#stored.set(agent, used);
    const refs = used.map(({ ref }) => ref);
    await this.#asking.hadSoon(this.#memory.unknown(refs, config.secretProviders));
  }

  /** What is known of them. */
  state(): SecretsReport {
    return secretsReport(this.#used(), this.#memory.values, []);
  }

  /** Asks for everything again, and waits for it. */
  async again(): Promise<SecretsReport> {
    const before = new Map([...this.#memory.values].map(([key, { value }]) => [key, value]));
    const refs = this.#refs();
    // A person asks: no program is held back.
    this.#record.asks(refs.filter(isOfProgram).map(({ provider }) => provider));
    await this.#asking.had(refs);
    await this.#news.settled();
    const changed = [...this.#memory.values].filter(([key, { value }]) => before.get(key) !== value);
    return secretsReport(
      this.#used(),
      this.#memory.values,
      changed.map(([key]) => key),
    );
  }

  #learnt({ changed, replaced, failed }: Learnt): void {
    if (changed.length + failed.length > 0) this.#news.tell(replaced);
  }

  #refs(): SecretRef[] {
    return this.#used().map(({ ref }) => ref);
  }

  #used(): UsedRef[] {
    return [...this.#own, ...configRefs(this.#settings.config()), ...[...this.#stored.values()].flat()];
  }
}
