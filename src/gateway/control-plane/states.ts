// What is told as a whole whenever it has become another: stored orders, what is left of plans, references, client keys.
import type { LiveAgent } from "../../access/live-agent.ts";
import type { AuthProfile } from "../../core/credential.ts";
import { keyState } from "../../core/client-key.ts";
import type { Current } from "../http.ts";
import type { SecretsReport } from "../secrets/report.ts";

export interface StateNews {
  readonly event: "models.order" | "models.usage" | "secrets.changed" | "gateway.keys.changed";
  readonly payload: Readonly<Record<string, unknown>>;
}

/** A state and its place: what stands there now is compared with what was told. */
type Placed = StateNews & { readonly place: string };

export class States {
  readonly #current: Current;
  readonly #secrets: () => SecretsReport;
  #told = new Map<string, { readonly mark: string; readonly gone: StateNews | undefined }>();

  constructor(current: Current, secrets: () => SecretsReport) {
    this.#current = current;
    this.#secrets = secrets;
  }

  look(): StateNews[] {
    const before = this.#told;
    this.#told = new Map();
    const news: StateNews[] = [];
    for (const { place, event, payload } of this.#all()) {
      const mark = JSON.stringify(payload);
      this.#told.set(place, { mark, gone: goneOf({ event, payload }) });
      if (before.get(place)?.mark !== mark) news.push({ event, payload });
    }
    for (const [place, { gone }] of before) if (gone && !this.#told.has(place)) news.push(gone);
    return news;
  }

  *#all(): Iterable<Placed> {
    const { agents, keys, now } = this.#current.gateway;
    for (const agent of agents.all()) {
      yield* ordersOf(agent);
      for (const profile of agent.view.snapshot.profiles)
        // What an agent reads through is told of its owner.
        if (profile.source !== "store" || profile.owner === agent.id || !agents.get(profile.owner))
          yield* usageOf(agent, profile);
    }
    const { refs, resolved, failing } = this.#secrets();
    yield { place: "secrets", event: "secrets.changed", payload: { refs, resolved, failing } };
    const rows = [...keys.all()].map(({ key }) => ({
      id: key.id,
      name: key.name,
      state: keyState(key, now()),
      limits: key.limits,
      ...(key.models ? { models: key.models } : {}),
    }));
    yield { place: "keys", event: "gateway.keys.changed", payload: { keys: rows } };
  }
}

function* ordersOf({ id: agentId, view }: LiveAgent): Iterable<Placed> {
  for (const [provider, order] of view.snapshot.order)
    yield {
      place: `order ${agentId} ${provider}`,
      event: "models.order",
      payload: { agentId, provider, order },
    };
}

function* usageOf(agent: LiveAgent, profile: AuthProfile): Iterable<Placed> {
  const usage = agent.healthOf(profile)?.usage;
  if (!usage) return;
  const { id: profileId, provider } = profile;
  yield {
    place: `usage ${agent.id} ${profileId}`,
    event: "models.usage",
    payload: { agentId: agent.id, profileId, provider, readAt: usage.readAt, windows: usage.windows },
  };
}

/** What is told once it is not there any more. That a profile went is told as its health. */
const goneOf = ({ event, payload }: StateNews): StateNews | undefined =>
  event === "models.order" ? { event, payload: { ...payload, order: null } } : undefined;
