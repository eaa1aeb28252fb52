// Asks providers now what is left of each plan, and keeps the answers: as after a call, health learns from them.
import { setTimeout as pause } from "node:timers/promises";
import type { AuthProfile } from "../core/credential.ts";
import { messageOf } from "../core/errors.ts";
import type { AgentId } from "../core/ids.ts";
import { freshnessOf } from "../core/refresh.ts";
import { besideCodex } from "./codex-refresh.ts";
import type { Deps } from "./deps.ts";
import { HealthWriter } from "./health-writer.ts";
import { inParallel } from "./in-parallel.ts";
import type { ReadView } from "./read-view.ts";
import { readView } from "./read-view.ts";
import { refresherOf } from "./ready-view.ts";
import type { UsageAnswer } from "./usage-question.ts";
import { withRefs } from "./secret-refs.ts";
import { askForUsage } from "./usage-question.ts";
import type { Asked } from "./usage-report.ts";
import type { UsageTarget } from "./usage-targets.ts";
import { usageInputs, usageTarget, usageTargets } from "./usage-targets.ts";

/** Questions at once, of one provider: a slow one holds up nobody else. */
const AT_ONCE = 4;
/** Longest wait for a login to be refreshed. */
const READY_WITHIN_MS = 8000;

export interface UsageRequest {
  readonly agent: AgentId;
  /** the credentials to ask with; all when left out */
  readonly only?: (profile: AuthProfile) => boolean;
  /** Told why what was read could not be kept. */
  readonly warn?: (sentence: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Never rejects because of a provider: each credential has its answer. */
export async function askUsage(opened: Deps, request: UsageRequest): Promise<Asked> {
  const { agent, only = () => true, warn, signal } = request;
  const deps = await withRefs(opened, { agent, signal });
  const view = await readView(deps, agent);
  const targets = usageTargets(usageInputs(deps, view)).filter(({ profile }) => only(profile));
  const writer = new HealthWriter(deps.store(), (error) => {
    if (error !== undefined) warn?.(`What was read could not be kept: ${messageOf(error)}`);
  });
  const ready = readier(deps, view);
  const asked = new Map<UsageTarget, UsageAnswer>();
  const work = async (target: UsageTarget) => {
    const current = await ready(target);
    const startedAt = deps.now();
    const answer = await askForUsage(current, { now: deps.now, signal });
    asked.set(current, answer);
    if (!("reading" in answer) || target.passing || !target.question) return;
    const event = { kind: "usage", reading: answer.reading, startedAt, at: deps.now() } as const;
    writer.add(view.agent, current.profile, event, true);
  };
  const byProvider = [...Map.groupBy(targets, ({ profile }) => profile.provider).values()];
  await Promise.all(byProvider.map((own) => inParallel(own, AT_ONCE, work)));
  await writer.flush();
  return asked;
}

/** A login whose token has ended is refreshed first, as a call would do. */
function readier(deps: Deps, view: ReadView): (target: UsageTarget) => Promise<UsageTarget> {
  const renewer = besideCodex(refresherOf(deps), deps);
  return async (target) => {
    const { profile, surface, question } = target;
    const asksWithAccess = question !== undefined && surface.secretOf === undefined;
    const hasAccess = view.secrets.has(profile.id);
    if (!asksWithAccess || profile.keptBy !== undefined) return target;
    if (freshnessOf(profile, hasAccess, deps.now(), 0) !== "spent") return target;
    // One that takes longer goes on being refreshed, and is asked with as it is.
    await Promise.race([renewer.refresh(profile), pause(READY_WITHIN_MS, undefined, { ref: false })]);
    const renewed = await readView(deps, view.agent);
    const same = renewed.snapshot.profiles.find(({ id }) => id === profile.id);
    return (same && usageTarget(usageInputs(deps, renewed), same)) ?? target;
  };
}
