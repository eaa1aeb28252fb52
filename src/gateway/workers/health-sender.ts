// What a worker observes of credentials, on its way to the primary, which alone decides and writes. Until it has said
// that an observation is in, what it tells of the profile's health is older than that.
import type { HealthWriter } from "../../access/health-writer.ts";
import { homeOf } from "../../access/readings.ts";
import type { AuthProfile } from "../../core/credential.ts";
import { sameCredential } from "../../core/plan/candidate.ts";
import type { CooldownPolicy, Health, HealthEvent } from "../../core/health.ts";
import { cooldownsFor, settle } from "../../core/health.ts";
import type { AgentId } from "../../core/ids.ts";
import type { HealthChange } from "../../store/store.ts";
import type { Observation } from "./protocol.ts";

/** Plain successes only move `lastUsed`: the newest of each profile is told this late. */
const TELL_SUCCESSES_AFTER_MS = 100;

export class HealthSender implements Pick<HealthWriter, "add" | "flush" | "unacknowledged"> {
  readonly #send: (observation: Observation) => void;
  #seq = 0;
  #untaken: Observation[] = [];
  readonly #successes = new Map<AuthProfile, { readonly agent: AgentId; readonly event: HealthEvent }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(send: (observation: Observation) => void) {
    this.#send = send;
  }

  add(agent: AgentId, profile: AuthProfile, event: HealthEvent, telling: boolean): void {
    if (telling) return this.#tell(agent, profile, event);
    this.#successes.set(profile, { agent, event });
    this.#timer ??= setTimeout(() => void this.flush(), TELL_SUCCESSES_AFTER_MS);
  }

  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const [profile, { agent, event }] of this.#successes) this.#tell(agent, profile, event);
    this.#successes.clear();
    return Promise.resolve();
  }

  #tell(agent: AgentId, profile: AuthProfile, event: HealthEvent): void {
    const observation = { agent, profile, event, seq: ++this.#seq };
    this.#untaken.push(observation);
    this.#send(observation);
  }

  /** The primary has taken all up to this one. */
  taken(seq: number): void {
    this.#untaken = this.#untaken.filter((one) => one.seq > seq);
  }

  unacknowledged(): HealthChange[] {
    return this.#untaken.map(({ agent, profile, event, seq }) => ({
      agent: homeOf(profile, agent),
      profileId: profile.id,
      provider: profile.provider,
      generation: profile.generation,
      event,
      writer: "",
      seq,
    }));
  }

  /** What the primary tells of a profile, with what it has not taken yet. */
  over(agent: AgentId, profile: AuthProfile, health: Health, policy: CooldownPolicy): Health {
    const cooldowns = cooldownsFor(profile.provider, policy);
    return this.#untaken
      .filter(
        (one) =>
          sameCredential(one.profile, profile) && homeOf(one.profile, one.agent) === homeOf(profile, agent),
      )
      .reduce((known, { event }) => settle(known, event, cooldowns), health);
  }
}
