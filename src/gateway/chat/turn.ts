// One turn of a conversation: what was said before and now, to a model and back, and into the transcript.
import { randomUUID } from "node:crypto";
import type { LiveAgent } from "../../access/live-agent.ts";
import type { RunResult } from "../../access/run.ts";
import { run } from "../../access/run.ts";
import { defaultModelOf } from "../../config/model-names.ts";
import { AccessError, messageOf } from "../../core/errors.ts";
import type { ProviderId } from "../../core/ids.ts";
import { sameModelRef } from "../../core/model-ref.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import type { ChatMessage, Session, SessionName } from "../../core/session.ts";
import { afterTurn, newSession, turnPlan } from "../../core/session.ts";
import type { SessionStore } from "../../store/sessions.ts";
import { TRANSLATORS } from "../../wire/translate/all.ts";
import { endCall } from "../call-end.ts";
import type { Gateway } from "../gateway.ts";
import type { ActiveRun } from "../runs.ts";
import { AUTH_REVOKED } from "../runs.ts";
import type { Served } from "../served.ts";
import { hasLostProvider } from "../served.ts";
import { errorKindOf, fallbackFacts, fallbackNotice, fallbackSteps } from "./fallback-steps.ts";
import { answerMessage } from "./answer-message.ts";
import { readyTurn, TURN_WIRE } from "./turn-call.ts";
import type { Tell } from "./turn-events.ts";
import { TurnEvents } from "./turn-events.ts";
import { TurnSink } from "./turn-sink.ts";

export interface TurnAsked extends SessionName {
  readonly runId: string;
  readonly content: ChatMessage["content"];
}

export interface TurnParts {
  readonly gateway: Gateway;
  readonly sessions: SessionStore;
  readonly tell: Tell;
}

/** How a turn ended. */
export type TurnEnd = { readonly startedAt: number; readonly endedAt: number; readonly served?: ModelRef } & (
  | { readonly kind: "ok" | "aborted"; readonly message: ChatMessage; readonly stopReason: string }
  | { readonly kind: "error"; readonly error: string; readonly errorKind?: string }
);

/** What is sent of a long conversation: its newest rows. */
export const MOST_SENT = 500;

/** A turn that can be ended at any time, also while it waits for another one. */
export class Turn implements ActiveRun {
  readonly asked: TurnAsked;
  readonly #parts: TurnParts;
  readonly #sink: TurnSink;
  #events: TurnEvents | undefined;
  #stopReason: string | undefined;
  #served: Served | undefined;
  /** the model that is asked first, once it is known */
  #selected: ModelRef | undefined;
  /** the turn of its conversation that it waits for */
  #ahead: Turn | undefined;
  #hasBegun = false;

  constructor(asked: TurnAsked, parts: TurnParts, ahead?: Turn) {
    this.asked = asked;
    this.#ahead = ahead;
    this.#parts = parts;
    this.#sink = new TurnSink(TRANSLATORS[TURN_WIRE.api]!.provider, (piece) => this.#events?.text(piece));
  }

  get runId(): string {
    return this.asked.runId;
  }

  get sessionKey(): string {
    return this.asked.key;
  }

  get stopReason(): string | undefined {
    return this.#stopReason;
  }

  provider(): ProviderId {
    return (this.#served?.place.ref ?? this.#selected ?? this.#default()).provider;
  }

  /** What waits shares the fate of what it waits for, if it goes to the same provider. */
  hasLostProvider(): boolean {
    if (this.#served) return hasLostProvider(this.#served);
    const ahead = this.#ahead;
    return ahead?.stopReason === AUTH_REVOKED && ahead.provider() === this.provider();
  }

  /** Learns, while it waits, which model its conversation asks first. Never rejects. */
  async foresee(): Promise<void> {
    const { agent, key } = this.asked;
    try {
      const session = await this.#parts.sessions.find(agent, key);
      const defaults = defaultsOf(this.#parts.gateway, agent);
      if (!this.#served) this.#selected = session ? turnPlan(session, defaults).models[0] : defaults[0];
    } catch {
      // The turn itself tells what is wrong.
    }
  }

  /** @param reason what clients are told as `stopReason` */
  abort(reason: string): void {
    if (this.#stopReason !== undefined) return;
    this.#stopReason = reason;
    if (!this.#hasBegun) this.#newEvents("").aborted(undefined, reason);
    this.#sink.leave();
  }

  /** Never rejects. */
  async run(): Promise<TurnEnd> {
    const startedAt = this.#now();
    this.#hasBegun = true;
    this.#ahead = undefined;
    if (this.#stopReason !== undefined) return this.#neverBegan(this.#stopReason, startedAt);
    try {
      return await this.#answered(startedAt);
    } catch (error) {
      if (!(error instanceof AccessError))
        this.#parts.gateway.log.error(error, `The turn ${this.asked.runId} failed`);
      const words = error instanceof AccessError ? messageOf(error) : UNEXPECTED;
      this.#events ??= this.#newEvents("");
      this.#events.failed(words, undefined);
      return { kind: "error", error: words, startedAt, endedAt: this.#now() };
    }
  }

  /** It was ended while it waited for its turn, and that was told: nothing of it is kept. */
  #neverBegan(stopReason: string, startedAt: number): TurnEnd {
    const message = this.#message("aborted", undefined);
    return { kind: "aborted", message, stopReason, startedAt, endedAt: startedAt };
  }

  async #answered(startedAt: number): Promise<TurnEnd> {
    const { agent, runId, key } = this.asked;
    const gateway = this.#parts.gateway.latest();
    const defaults = defaultsOf(gateway, agent);
    const live = gateway.agents.get(agent) ?? (await gateway.agents.load(agent));
    const session = await this.#begin(defaults);
    const events = (this.#events = this.#newEvents(session.sessionId));
    events.start(startedAt);
    const transcript = await this.#parts.sessions.messages(agent, session.sessionId, MOST_SENT);
    const plan = turnPlan(session, defaults);
    refuseLostPin(plan.pin, live);
    this.#selected = plan.models[0];
    const ready = readyTurn({
      gateway,
      live,
      runId,
      sessionKey: key,
      sessionId: session.sessionId,
      plan,
      transcript,
      sink: this.#sink,
    });
    this.#served = ready.served;
    const result = await run(ready.order, gateway);
    endCall(ready.served, result, this.#sink);
    return this.#settle(session, plan.models, result, startedAt);
  }

  /** The session as it is now, or a new one; what was asked is in its transcript. */
  async #begin(defaults: readonly ModelRef[]): Promise<Session> {
    const { agent, key, content, runId } = this.asked;
    const now = this.#now();
    const message: ChatMessage = { role: "user", content, timestamp: now, runId };
    const session = await this.#parts.sessions.update(agent, key, (stored) => {
      const before = stored ?? newSession(key, randomUUID(), now);
      return {
        session: {
          ...before,
          models: before.models ?? defaults,
          updatedAt: now,
          messages: before.messages + 1,
        },
        append: [message],
      };
    });
    return session!;
  }

  async #settle(
    { sessionId, served: before }: Session,
    models: readonly ModelRef[],
    result: RunResult,
    startedAt: number,
  ): Promise<TurnEnd> {
    const events = this.#events!;
    const answered = result.kind === "answered" ? result.attempt : undefined;
    const served = answered?.ref ?? this.#served!.place.ref;
    const times = { startedAt, endedAt: this.#now(), ...(served ? { served } : {}) };
    for (const step of fallbackSteps(models, result)) events.fallbackStep(step);
    if (result.kind === "exhausted" || result.kind === "cut") {
      const { message: words = UNEXPECTED } = this.#sink.refusal ?? {};
      const errorKind = errorKindOf(result.failure?.kind);
      if (this.#sink.text !== "") await this.#keep(sessionId, models, this.#message("error", served), result);
      events.failed(words, errorKind);
      return { kind: "error", error: words, errorKind, ...times };
    }
    if (result.kind === "aborted") {
      const stopReason = this.#stopReason ?? "stop";
      const message = this.#message("aborted", served);
      if (this.#sink.text !== "") await this.#keep(sessionId, models, message, result);
      events.aborted(this.#sink.text === "" ? undefined : message, stopReason);
      return { kind: "aborted", message, stopReason, ...times };
    }
    const stopReason = this.#sink.finish ?? "stop";
    const message = this.#message(stopReason, served);
    await this.#keep(sessionId, models, message, result);
    events.final(message, stopReason);
    if (served && !sameModelRef(served, models[0]!)) this.#tellMove(models[0]!, served, before, result);
    return { kind: "ok", message, stopReason, ...times };
  }

  /** The notice comes once, when a conversation moves. */
  #tellMove(selected: ModelRef, active: ModelRef, before: ModelRef | undefined, result: RunResult): void {
    this.#events!.fellBack(fallbackFacts(selected, active, result));
    if (!before || !sameModelRef(before, active))
      this.#events!.notice(fallbackNotice(selected, active, result));
  }

  /** A transcript that cannot be written costs no answer. A conversation that began anew meanwhile keeps nothing of it. */
  async #keep(
    sessionId: string,
    models: readonly ModelRef[],
    message: ChatMessage,
    result: RunResult,
  ): Promise<void> {
    const { agent, key } = this.asked;
    const answered = result.kind === "answered" ? result.attempt : undefined;
    const { usage } = this.#sink;
    const turn = {
      models,
      ...(answered ? { served: answered.ref, profileId: answered.candidate.profile.id } : {}),
      ...(usage ? { usage } : {}),
      messages: 1,
    };
    try {
      await this.#parts.sessions.update(agent, key, (stored) =>
        stored?.sessionId === sessionId
          ? { session: afterTurn(stored, turn, this.#now()), append: [message] }
          : undefined,
      );
    } catch (error) {
      this.#parts.gateway.log.error(error, `The answer of ${key} could not be kept`);
    }
  }

  #message(stopReason: string, served: ModelRef | undefined): ChatMessage {
    const { text, usage } = this.#sink;
    const { runId } = this.asked;
    return answerMessage({ text, usage, served, stopReason, runId }, this.#parts.gateway);
  }

  #newEvents(sessionId: string): TurnEvents {
    const { runId, key, agent } = this.asked;
    const names = { runId, sessionKey: key, sessionId, agentId: agent };
    return new TurnEvents(names, this.#parts.tell, () => this.#now());
  }

  #default(): ModelRef {
    return defaultsOf(this.#parts.gateway, this.asked.agent)[0]!;
  }

  #now(): number {
    return this.#parts.gateway.now();
  }
}

const UNEXPECTED = "The turn failed in a way that was not expected. The gateway's log has the details.";

/** The model of an agent, then its fallbacks. @throws AccessError `unknown_agent`, `config_invalid` */
export function defaultsOf(gateway: Gateway, agent: string): readonly ModelRef[] {
  const { resolved, fallbacks } = defaultModelOf(gateway.config(), agent);
  return [resolved.ref, ...fallbacks.filter((ref) => !sameModelRef(ref, resolved.ref))];
}

/** A person's choice that is gone is told, and nothing else takes its place in silence. */
export function refuseLostPin(pin: string | undefined, { view }: LiveAgent): void {
  if (pin === undefined || view.snapshot.profiles.some(({ id }) => id === pin)) return;
  throw new AccessError(
    "unknown_profile",
    `This conversation is pinned to the profile ${pin}, which does not exist any more. Choose another with /model <ref>@<profile>, or send /model default.`,
  );
}
