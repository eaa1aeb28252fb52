// What has become of credentials since the last look: bars that began or ended, logins that need a person, profiles
// that came or went. Only looked at while somebody is connected, and after something was learnt.
import type { LiveAgent } from "../../access/live-agent.ts";
import type { AuthProfile } from "../../core/credential.ts";
import type { Bar } from "../../core/health.ts";
import { isRunning, WHOLE_PROFILE } from "../../core/health.ts";
import type { Current } from "../http.ts";

export interface News {
  readonly event: "models.health" | "models.loginNeeded";
  readonly payload: Readonly<Record<string, unknown>>;
}

interface Known {
  /** of what is told; equal: no news */
  readonly mark: string;
  readonly loginNeeded: boolean;
}

export class Changes {
  readonly #current: Current;
  #known = new Map<string, Known>();

  constructor(current: Current) {
    this.#current = current;
  }

  look(): News[] {
    const { agents, now } = this.#current.gateway;
    const news: News[] = [];
    const known = new Map<string, Known>();
    for (const agent of agents.all())
      for (const profile of agent.view.snapshot.profiles) {
        // What an agent reads through is told of its owner.
        if (profile.source === "store" && profile.owner !== agent.id && agents.get(profile.owner)) continue;
        const key = `${agent.id} ${profile.id}`;
        const told = tellingOf(agent, profile, now());
        const before = this.#known.get(key);
        const loginNeeded = profile.loginNeeded === true;
        known.set(key, { mark: JSON.stringify(told), loginNeeded });
        if (before?.mark !== known.get(key)!.mark) news.push({ event: "models.health", payload: told });
        if (loginNeeded && !before?.loginNeeded) news.push(loginNews(agent, profile));
      }
    for (const key of this.#known.keys()) if (!known.has(key)) news.push(goneNews(key));
    this.#known = known;
    return news;
  }
}

function tellingOf(agent: LiveAgent, profile: AuthProfile, now: number): News["payload"] {
  const bars = (agent.healthOf(profile)?.bars ?? []).filter((bar) => isRunning(bar, now));
  return {
    agentId: agent.id,
    profileId: profile.id,
    provider: profile.provider,
    type: profile.type,
    status: bars.some(({ lane }) => lane === "disabled") ? "disabled" : bars.length > 0 ? "cooldown" : "ok",
    bars: bars.map(barOf),
    ...(profile.loginNeeded ? { loginNeeded: true } : {}),
    ...(profile.expiresAt === undefined ? {} : { expiresAt: profile.expiresAt }),
  };
}

const barOf = ({ lane, reason, until, scope }: Bar) => ({
  kind: lane,
  reason,
  until,
  ...(scope === WHOLE_PROFILE ? {} : { model: scope }),
});

const loginNews = (agent: LiveAgent, { id, provider }: AuthProfile): News => ({
  event: "models.loginNeeded",
  payload: {
    agentId: agent.id,
    profileId: id,
    provider,
    remedy: `openclaw models auth login --provider ${provider} --profile-id ${id}`,
  },
});

function goneNews(key: string): News {
  const [agentId, ...id] = key.split(" ");
  return { event: "models.health", payload: { agentId, profileId: id.join(" "), status: "removed" } };
}
