// `models auth retry`: a person says that a credential is worth another try. Its bars and counters go, whatever
// set them; the credential itself is not touched.
import { randomUUID } from "node:crypto";
import type { AuthProfile, IneligibleCode } from "../core/credential.ts";
import { eligibility } from "../core/credential.ts";
import { AccessError } from "../core/errors.ts";
import type { Bar } from "../core/health.ts";
import { HEALTHY, isRunning, WHOLE_PROFILE } from "../core/health.ts";
import type { AgentId, ProfileId } from "../core/ids.ts";
import { RENAMED_PROVIDERS } from "../core/ids.ts";
import { nearest } from "../core/nearest.ts";
import { tokenOf } from "../store/families.ts";
import type { Deps } from "./deps.ts";
import type { ReadView } from "./read-view.ts";
import { chooseAgent, readView } from "./read-view.ts";

export interface RetryRequest {
  readonly profileId: string;
  readonly agent?: string | undefined;
}

export interface ClearedBar {
  /** `testing`: its time was over, and the next call would have tested the profile */
  readonly kind: "cooldown" | "disabled" | "testing";
  readonly reason: string;
  /** the only model that was barred; absent when the whole profile was */
  readonly model?: string;
  /** ms since epoch */
  readonly until: number;
}

export interface RetryReport {
  readonly agentId: AgentId;
  readonly profileId: ProfileId;
  readonly provider: string;
  /** the agent whose store holds it, and in which it was cleared */
  readonly owner: AgentId;
  readonly cleared: readonly ClearedBar[];
  /** failures that were counted since the last success */
  readonly errorCount: number;
  readonly changed: boolean;
  /** The login server had refused its refresh token; it is asked once more. */
  readonly refusalForgotten?: true;
  /** why it cannot serve all the same */
  readonly problem?: IneligibleCode;
}

/**
 * Clears what keeps calls off a profile.
 *
 * @throws AccessError `unknown_agent`, `unknown_profile`, `config_invalid`, `store_unreadable`, `store_unwritable`
 */
export async function retryProfile(deps: Deps, request: RetryRequest): Promise<RetryReport> {
  const agent = chooseAgent(deps.config(), request.agent);
  const view = await readView(deps, agent, "facts");
  const profile = findProfile(view, request.profileId);
  const { id: profileId, provider, owner, generation } = profile;
  const at = deps.now();
  const health = view.snapshot.health.get(profileId) ?? HEALTHY;
  const eligible = eligibility(profile, at);
  const barred = health.bars.length > 0 || health.errorCount > 0;
  const forgiven = profile.loginNeeded === true && (await forgetRefusal(deps, view, profile));
  if (barred) {
    const event = { kind: "retry", at } as const;
    const change = { agent: owner, profileId, provider, generation, event, writer: randomUUID(), seq: 1 };
    await deps.store().applyHealth([change]);
  }
  return {
    agentId: agent,
    profileId,
    provider,
    owner,
    cleared: health.bars.map((bar) => clearedBar(bar, at)),
    errorCount: health.errorCount,
    changed: barred || forgiven,
    ...(forgiven ? { refusalForgotten: true as const } : {}),
    ...(eligible === "ok" || forgiven ? {} : { problem: eligible }),
  };
}

/** The refresh token of a login may be sent once more, though it was refused. */
async function forgetRefusal(deps: Deps, view: ReadView, { id }: AuthProfile): Promise<boolean> {
  const token = tokenOf(view.stored.find((stored) => stored.id === id)?.credential);
  if (!token) return false;
  const before = await deps.store().family(token);
  if (!before.refused) return false;
  await deps.store().updateFamily(token, () => ({ refused: null }));
  return true;
}

function findProfile(view: ReadView, text: string): AuthProfile {
  const typed = text.trim();
  const [provider = "", ...name] = typed.split(":");
  const present = RENAMED_PROVIDERS[provider.toLowerCase()];
  const meant = [typed, `${typed}#1`, ...(present === undefined ? [] : [[present, ...name].join(":")])];
  const { profiles } = view.snapshot;
  const found = meant.flatMap((id) => profiles.find((profile) => profile.id === id) ?? [])[0];
  if (found) return found;
  // What cannot be read must not be taken for absent.
  const [unreadable] = view.unreadable;
  if (unreadable !== undefined) throw new AccessError("store_unreadable", unreadable);
  const close = nearest(
    typed,
    profiles.map(({ id }) => id),
  );
  const hint = close === undefined ? "" : ` Did you mean ${close}?`;
  throw new AccessError(
    "unknown_profile",
    `Agent ${view.agent} has no profile ${typed}.${hint} See: openclaw models auth list --agent ${view.agent}`,
  );
}

function clearedBar(bar: Bar, now: number): ClearedBar {
  const { scope, lane, reason, until } = bar;
  const model = scope === WHOLE_PROFILE ? {} : { model: scope };
  return { kind: isRunning(bar, now) ? lane : "testing", reason, ...model, until };
}
