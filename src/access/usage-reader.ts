// Reads what is left of each plan while the gateway runs: in the background, for profiles that calls use, every few
// minutes. A gateway that serves nobody asks for nobody but those that a window bars.
import { freshnessOf } from "../core/refresh.ts";
import type { AuthProfile } from "../core/credential.ts";
import type { ProviderId } from "../core/ids.ts";
import type { Candidate } from "../core/plan/candidate.ts";
import { lastUsed } from "../core/plan/candidate.ts";
import type { UsageReading } from "../core/usage-window.ts";
import type { LiveAgent } from "./live-agent.ts";
import type { LiveAgents } from "./live-agents.ts";
import type { UsageAnswer } from "./usage-question.ts";
import { askForUsage } from "./usage-question.ts";
import type { UsageInputs, UsageTarget } from "./usage-targets.ts";
import { usageTarget } from "./usage-targets.ts";

export interface UsageReaderOptions {
  readonly agents: Pick<LiveAgents, "all" | "settle">;
  readonly inputs: (live: LiveAgent) => UsageInputs;
  /** ms between two readings of a profile */
  readonly everyMs: number;
  /** ms since epoch */
  readonly now: () => number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A profile that no call has used for this long is left alone. */
const IN_USE_MS = HOUR;
/** A window that bars may be extended by its owner, and no call can show it: it is read also when nobody calls. */
const BARRED_EVERY_MS = 30 * MINUTE;
const LONGEST_REST_MS = 6 * HOUR;
const MOST_TICK_MS = MINUTE;
/** Questions at once, of one provider. */
const AT_ONCE = 2;
const MOST_KNOWN = 10_000;

export class UsageReader {
  readonly #options: UsageReaderOptions;
  /** generation of a profile → ms since epoch of its next reading */
  readonly #due = new Map<string, number>();
  readonly #running = new Map<ProviderId, number>();
  readonly #stop = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: UsageReaderOptions) {
    this.#options = options;
  }

  start(): void {
    const tickMs = Math.min(MOST_TICK_MS, Math.ceil(this.#options.everyMs / 4));
    this.#timer = setInterval(() => this.#look(), tickMs).unref();
  }

  /** Questions under way end; what they would have brought is lost. */
  stop(): void {
    clearInterval(this.#timer);
    this.#stop.abort();
  }

  #look(): void {
    const now = this.#options.now();
    if (this.#due.size > MOST_KNOWN) this.#due.clear();
    for (const live of this.#options.agents.all())
      for (const candidates of live.prepared.candidates.values())
        for (const candidate of candidates)
          if (this.#isDue(candidate, candidates, now)) this.#read(live, candidate);
  }

  #isDue(candidate: Candidate, siblings: readonly Candidate[], now: number): boolean {
    const { everyMs } = this.#options;
    const paceMs = paceOf(candidate, siblings, now, everyMs);
    if (paceMs === undefined) return false;
    const due = this.#due.get(keyOf(candidate.profile)) ?? askedAt(candidate.health.usage) + everyMs;
    const ahead = due + paceMs - everyMs - now;
    // Farther ahead than any rest: the clock was set back.
    return ahead <= 0 || ahead > 2 * Math.max(paceMs, LONGEST_REST_MS);
  }

  #read(live: LiveAgent, { profile }: Candidate): void {
    const { everyMs, now, inputs } = this.#options;
    if ((this.#running.get(profile.provider) ?? 0) >= AT_ONCE) return;
    this.#due.set(keyOf(profile), now() + varied(everyMs));
    const target = usageTarget(inputs(live), profile);
    // A token that has ended is refreshed by the next call; then there is something to ask with.
    const ended = freshnessOf(profile, live.view.secrets.has(profile.id), now(), 0) === "spent";
    if (target?.question && !ended) void this.#ask(live, target);
  }

  async #ask(live: LiveAgent, target: UsageTarget): Promise<void> {
    const { agents, now, everyMs } = this.#options;
    const { profile } = target;
    const startedAt = now();
    this.#count(profile.provider, 1);
    const answer = await askForUsage(target, { now, signal: this.#stop.signal });
    this.#count(profile.provider, -1);
    if (this.#stop.signal.aborted) return;
    this.#due.set(keyOf(profile), now() + varied(restMs(answer, everyMs)));
    if ("reading" in answer)
      agents.settle(live, profile, { kind: "usage", reading: answer.reading, startedAt, at: now() });
  }

  #count(provider: ProviderId, step: number): void {
    this.#running.set(provider, (this.#running.get(provider) ?? 0) + step);
  }
}

/** ms since epoch of the last answer of the endpoint; headers come with every call and tell less. */
function askedAt(usage: UsageReading | undefined): number {
  if (!usage) return 0;
  if (usage.source === "endpoint") return usage.readAt;
  const own = usage.windows.filter(({ source }) => source === "endpoint");
  return Math.max(0, ...own.map(({ readAt }) => readAt));
}

/** ms between two readings; `undefined` when it is left alone. What a window bars is in use when its siblings are. */
function paceOf(
  candidate: Candidate,
  siblings: readonly Candidate[],
  now: number,
  everyMs: number,
): number | undefined {
  const recent = (one: Candidate) => now - lastUsed(one) < IN_USE_MS;
  if (recent(candidate)) return everyMs;
  if (!candidate.health.bars.some(({ window }) => window)) return undefined;
  return siblings.some(recent) ? everyMs : Math.max(BARRED_EVERY_MS, everyMs);
}

/** An answer is good for a while; a provider that cannot or does not want to answer is asked less often. */
function restMs(answer: UsageAnswer, everyMs: number): number {
  if ("reading" in answer) return everyMs;
  const { status } = answer;
  if (status === 401 || status === 403 || status === 404) return Math.max(LONGEST_REST_MS, everyMs);
  return 3 * everyMs;
}

/** Give or take a fifth: gateways that started together do not ask together. */
const varied = (ms: number): number => ms * (0.8 + 0.4 * Math.random());

const keyOf = ({ owner, id, generation }: AuthProfile): string => `${owner} ${id} ${generation}`;
