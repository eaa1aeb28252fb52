// One turn of a conversation: what was said before and now, to a model and back, and into the transcript.
import type { LiveAgent } from "../../access/live-agent.ts";
import type { RunResult } from "../../access/run.ts";
import { AccessError, messageOf } from "../../core/errors.ts";
import type { ProviderId } from "../../core/ids.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import type { ChatMessage, Session, TurnPlan } from "../../core/session.ts";
import { turnPlan } from "../../core/session.ts";
import type { Thinking } from "../../core/thinking.ts";
import type { SessionStore } from "../../store/sessions.ts";
import { TRANSLATORS } from "../../wire/translate/all.ts";
import { endCall } from "../calls/call-end.ts";
import type { Gateway } from "../gateway.ts";
import type { ActiveRun, Gone, RunAbout } from "../runs/runs.ts";
import { AUTH_REVOKED } from "../runs/runs.ts";
import type { Served } from "../calls/served.ts";
import { hasLostProvider } from "../calls/served.ts";
import { answerMessage } from "./answer-message.ts";
import { Foresight } from "./foresight.ts";
import type { InLine, Place } from "./lines.ts";
import { defaultsOf, refuseLostPin } from "./session-models.ts";
import { talkOf } from "./talk.ts";
import type { Asking } from "./turn-call.ts";
import { askModels, takeBack, TURN_WIRE } from "./turn-call.ts";
import type { TurnEnd } from "./turn-end.ts";
import { settleTurn, UNEXPECTED } from "./turn-end.ts";
import type { Tell } from "./turn-events.ts";
import { TurnEvents } from "./turn-events.ts";
import type { Asked, Recorded } from "./turn-record.ts";
import { recordAnswer, recordQuestion } from "./turn-record.ts";
import { TurnSink } from "./turn-sink.ts";

export interface TurnAsked extends Asked {
  /** for this turn alone, in place of the conversation's own */
  readonly plan?: TurnPlan;
  /** as its conversation has it when left out */
  readonly thinking?: Thinking;
}

export interface TurnParts {
  readonly gateway: Gateway;
  readonly sessions: SessionStore;
  readonly tell: Tell;
}

interface From {
  readonly gateway: Gateway;
  readonly live: LiveAgent;
  readonly defaults: readonly ModelRef[];
}

/** A turn that can be ended at any time, also while it waits for another one. */
export class Turn implements ActiveRun, InLine {
  readonly asked: TurnAsked;
  /** where it waits */
  place: Place | undefined;
  readonly #parts: TurnParts;
  #sink: TurnSink;
  readonly #foresight: Foresight;
  #events: TurnEvents | undefined;
  #stopReason: string | undefined;
  #served: Served | undefined;
  #hasBegun = false;
  readonly #askedAt: number;

  constructor(asked: TurnAsked, parts: TurnParts) {
    this.#askedAt = parts.gateway.now();
    this.asked = asked;
    this.#parts = parts;
    this.#foresight = new Foresight(asked, parts.sessions, parts.gateway);
    if (asked.plan) this.#foresight.set(asked.plan.models[0]);
    this.#sink = this.#newSink();
  }

  #newSink(): TurnSink {
    return new TurnSink(TRANSLATORS[TURN_WIRE.api]!.provider, (piece) => this.#events?.text(piece));
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

  /** Nothing before its question is written: it may be asked again, as another one. */
  get said(): string {
    return this.#events ? this.#sink.text : "";
  }

  provider(): ProviderId {
    return this.#served?.place.ref?.provider ?? this.#foresight.provider();
  }

  about(): RunAbout {
    return { agentId: this.asked.agent, startedAt: this.#askedAt, requested: this.asked.key };
  }

  /** What waits shares the fate of what it waits for, if it goes to the same provider. */
  hasLostProvider(gone?: Gone): boolean {
    if (this.#served) return hasLostProvider(this.#served, gone);
    const ahead = this.#hasBegun ? undefined : this.place?.ahead();
    return ahead?.stopReason === AUTH_REVOKED && ahead.provider() === this.provider();
  }

  foresee(): Promise<void> {
    return this.#foresight.look();
  }

  abort(reason: string): void {
    if (this.#stopReason !== undefined) return;
    this.#stopReason = reason;
    // Whoever ended it waits for nothing, not even for a store that is locked.
    if (!this.#events) this.#newEvents("").aborted(undefined, reason);
    this.#sink.leave();
  }

  /** Its end was told before anything else of it. */
  get #endedUnheard(): boolean {
    return this.#stopReason !== undefined && !this.#events;
  }

  /** Never rejects. */
  async run(): Promise<TurnEnd> {
    const startedAt = this.#now();
    this.#hasBegun = true;
    if (this.#endedUnheard) return this.#unheard(startedAt);
    try {
      return await this.#answered(startedAt);
    } catch (error) {
      if (this.#endedUnheard) return this.#unheard(startedAt);
      if (!(error instanceof AccessError))
        this.#parts.gateway.log.error(error, `The turn ${this.asked.runId} failed`);
      const words = error instanceof AccessError ? messageOf(error) : UNEXPECTED;
      this.#events ??= this.#newEvents("");
      this.#events.failed(words, undefined);
      return { kind: "error", error: words, startedAt, endedAt: this.#now() };
    }
  }

  #unheard(startedAt: number): TurnEnd {
    const message = this.#message("aborted", undefined);
    return { kind: "aborted", message, stopReason: this.#stopReason!, startedAt, endedAt: this.#now() };
  }

  async #answered(startedAt: number): Promise<TurnEnd> {
    const { agent } = this.asked;
    const gateway = this.#parts.gateway.latest();
    const defaults = defaultsOf(gateway, agent);
    const live = gateway.agents.get(agent) ?? (await gateway.agents.load(agent));
    if (this.#endedUnheard) return this.#unheard(startedAt);
    const { expected, kept } = recordQuestion(this.asked, this.#parts, defaults);
    const from = { gateway, live, defaults };
    // The model has time to think while the question is written. Nobody is told anything before it is.
    const early = expected && this.#askEarly(from, expected);
    const question = await kept.catch(async (error: unknown) => {
      if (early) await this.#takeBack(early);
      throw error;
    });
    if (early && (this.#endedUnheard || !question.isAsExpected)) await this.#takeBack(early);
    if (this.#endedUnheard) return this.#unheard(startedAt);
    const events = (this.#events = this.#newEvents(question.session.sessionId));
    events.start(startedAt);
    if (this.said !== "") events.text(this.said);
    const asking = early && question.isAsExpected ? early : this.#ask(from, question);
    const result = await asking.result;
    endCall(asking.served, result, this.#sink);
    return this.#settle(question.session, asking.plan.models, result, startedAt);
  }

  /** @throws AccessError `unknown_profile`, `bad_input` */
  #ask({ gateway, live, defaults }: From, { session, transcript }: Recorded): Asking {
    const { agent, runId, key, thinking } = this.asked;
    const plan = this.asked.plan ?? turnPlan(session, defaults);
    refuseLostPin(plan.pin, live);
    this.#foresight.set(plan.models[0]);
    const asking = askModels({
      gateway,
      live,
      runId,
      sessionKey: key,
      sessionId: session.sessionId,
      plan,
      transcript,
      talk: talkOf(agent, session),
      thinking: thinking ?? session.thinking,
      sink: this.#sink,
    });
    this.#served = asking.served;
    return asking;
  }

  #askEarly(from: From, expected: Recorded): Asking | undefined {
    try {
      return this.#ask(from, expected);
    } catch {
      // Said when it is asked again.
      return undefined;
    }
  }

  /** The question was another one, or nobody wants the answer. */
  async #takeBack(early: Asking): Promise<void> {
    await takeBack(early, this.#sink, this.#endedUnheard ? this.runId : undefined);
    this.#served = undefined;
    this.#sink = this.#newSink();
  }

  #settle(session: Session, models: readonly ModelRef[], result: RunResult, startedAt: number) {
    const { sessionId, served: before } = session;
    const sticks = this.asked.plan === undefined;
    const served = result.kind === "answered" ? result.attempt.ref : this.#served!.place.ref;
    return settleTurn({
      events: this.#events!,
      sink: this.#sink,
      result,
      models,
      served,
      before,
      stopReason: this.#stopReason,
      times: { startedAt, endedAt: this.#now(), ...(served ? { served } : {}) },
      message: (stopReason) => this.#message(stopReason, served),
      keep: (message) => {
        const { usage } = this.#sink;
        return recordAnswer(this.asked, this.#parts, { sessionId, models, message, usage, result, sticks });
      },
    });
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

  #now(): number {
    return this.#parts.gateway.now();
  }
}
