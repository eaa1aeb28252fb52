// What an agent can use, for a command that is about to call: logins whose token has ended are refreshed first, by
// the same engine as the gateway's.
import type { AuthProfile } from "../core/credential.ts";
import type { AgentId } from "../core/ids.ts";
import { freshnessOf } from "../core/refresh.ts";
import { besideCodex } from "./codex-refresh.ts";
import type { Deps } from "./deps.ts";
import { inParallel } from "./in-parallel.ts";
import { tokenEndpointOf } from "./logins.ts";
import type { ReadView } from "./read-view.ts";
import { readView } from "./read-view.ts";
import { Refresher } from "./refresh.ts";

const AT_ONCE = 4;

/** Refreshes as the config and the environment say. */
export const refresherOf = (deps: Deps): Refresher =>
  new Refresher({
    store: deps.store,
    endpoint: ({ provider }) => tokenEndpointOf(provider, deps.accessConfig().oauth, deps.env()),
    agents: () => deps.config().agents.map(({ id }) => id),
    now: deps.now,
  });

export interface ReadyRequest {
  /** the logins that are about to be used; all when left out */
  readonly only?: (profile: AuthProfile) => boolean;
  /** A login that takes longer goes on being refreshed, and is used as it is. */
  readonly timeoutMs: number;
}

/** As `readView`. Never rejects because of a login: one that cannot be refreshed is as it was. */
export async function readReadyView(deps: Deps, agent: AgentId, request: ReadyRequest): Promise<ReadView> {
  const view = await readView(deps, agent);
  const ended = view.snapshot.profiles.filter((profile) => hasEnded(view, profile, request));
  if (ended.length === 0) return view;
  const renewer = besideCodex(refresherOf(deps), deps);
  const all = inParallel(ended, AT_ONCE, (profile) => renewer.refresh(profile));
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, request.timeoutMs);
  await Promise.race([all, late.promise]).finally(() => clearTimeout(timer));
  return readView(deps, agent);
}

const hasEnded = (view: ReadView, profile: AuthProfile, { only }: ReadyRequest): boolean =>
  (only?.(profile) ?? true) &&
  profile.keptBy === undefined &&
  freshnessOf(profile, view.secrets.has(profile.id), view.readAt, 0) === "spent";
