// Puts settings to use, and what their references say, in one step: calls under way end with what they began with.
import { defaultAgent } from "../../access/read-view.ts";
import { oauthRefFault } from "../../core/credential.ts";
import { defaultModelOf } from "../../config/model-names.ts";
import { AccessError } from "../../core/errors.ts";
import { refKey } from "../../core/secret-ref.ts";
import { referenceOf } from "../../access/secret-refs.ts";
import type { GatewayParts } from "../lifecycle/build.ts";
import { gatewayWith } from "../lifecycle/build.ts";
import { joinWith } from "../lifecycle/build-agents.ts";
import type { Log } from "../gateway.ts";
import type { Current } from "../http.ts";
import type { SettingsReader } from "./reload.ts";
import type { GatewayDeps } from "../deps.ts";
import type { GatewaySecrets } from "../secrets/secrets.ts";
import type { GatewayOptions } from "./settings.ts";
import { gatewaySettings, guardOf, ownRefs } from "./settings.ts";

export interface InstallOptions {
  readonly deps: GatewayDeps;
  /** flags, which go before the config */
  readonly options: GatewayOptions;
  readonly parts: GatewayParts;
  readonly current: Current;
  readonly secrets: GatewaySecrets;
  /** Settings are in use here: who else serves by them takes them over. Never rejects. */
  readonly onInstalled: () => Promise<void>;
}

export class Installer {
  readonly #options: InstallOptions;
  readonly #first: SettingsReader;
  #running: SettingsReader;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: InstallOptions, first: SettingsReader) {
    this.#options = options;
    this.#first = first;
    this.#running = first;
  }

  /**
   * One after the other.
   *
   * @throws before anything has changed
   */
  install(next: SettingsReader): Promise<void> {
    return this.#inTurn(() => this.#install(next, true));
  }

  /** The same settings, with what references say now. @param changed references whose value is another one */
  again(changed: ReadonlySet<string>): Promise<void> {
    return this.#inTurn(async () => {
      await this.#install(this.#running, false);
      this.#forgive(changed);
    });
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #install(next: SettingsReader, isNew: boolean): Promise<void> {
    const { deps, options, parts, current, secrets } = this.#options;
    const config = next.config();
    // The sockets stay where they are, and are guarded for that.
    const { bind } = gatewaySettings(this.#first.config().gateway, options);
    const settings = gatewaySettings(config.gateway, { ...options, bind });
    defaultModelOf(config);
    for (const { id, model } of config.agents) if (model) defaultModelOf(config, id);
    refuseOAuthRefs(parts, next);
    const before = this.#running;
    try {
      if (isNew) await secrets.prepare(next, ownRefs(settings, options, next.env()));
      const dressed = secrets.dress(next);
      const { guard } = guardOf(dressed, settings, options);
      const ids = new Set(config.agents.map(({ id }) => id)).add(defaultAgent(config)).add("main");
      await parts.agents.renew(
        joinWith(deps, dressed),
        (id) => ids.has(id),
        () => {
          if (isNew) deps.settingsFiles?.use(next);
          if (isNew) warnOfSettings(next, deps.log);
          this.#running = next;
          current.gateway = gatewayWith(parts, dressed, current.gateway);
          current.guard = guard;
        },
      );
    } catch (error) {
      if (isNew)
        await secrets.prepare(
          before,
          ownRefs(gatewaySettings(before.config().gateway, options), options, before.env()),
        );
      throw error;
    }
    await this.#options.onInstalled();
    // Whoever is asked first does not wait for it.
    void parts.agents.load(defaultAgent(config)).catch(() => undefined);
  }

  /** What was learnt of a value says nothing of the one that took its place. */
  #forgive(changed: ReadonlySet<string>): void {
    const { parts, deps } = this.#options;
    for (const live of parts.agents.all())
      for (const { id, credential } of live.view.stored) {
        const ref = referenceOf(credential);
        const profile = live.view.snapshot.profiles.find((one) => one.id === id);
        if (!ref || !profile || !changed.has(refKey(ref))) continue;
        const health = live.healthOf(profile);
        if (health && (health.bars.length > 0 || health.errorCount > 0))
          parts.agents.settle(live, profile, { kind: "retry", at: deps.now() });
      }
  }
}

/** What the settings hold that is not taken as it was meant, perhaps. */
export function warnOfSettings(
  { config, accessConfig }: Pick<SettingsReader, "config" | "accessConfig">,
  log: Log,
): void {
  for (const warning of [...config().warnings, ...accessConfig().warnings]) log.warn(warning);
}

/**
 * A login that is a reference could never be refreshed: it is refused before it is used.
 *
 * @throws AccessError `config_invalid`
 */
export function refuseOAuthRefs({ agents }: Pick<GatewayParts, "agents">, { config }: SettingsReader): void {
  const { path, profiles } = config();
  for (const { view } of agents.all())
    for (const { id, credential, owner } of view.stored) {
      const fault = oauthRefFault(credential, profiles.get(id)?.mode);
      if (fault === undefined) continue;
      const remedy =
        credential.type === "oauth"
          ? `Log in again: openclaw models auth login --provider ${credential.provider} --profile-id ${id}`
          : `Correct auth.profiles.${id}.mode in ${path}, or store the credential itself.`;
      throw new AccessError(
        "config_invalid",
        `The profile ${id} of ${owner} cannot be used: ${fault}. ${remedy}`,
      );
    }
}
