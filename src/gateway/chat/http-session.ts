// A session of an HTTP client: what was said before goes along, what is said now is kept. Its model, pin and profile are
// those of the session.
import { randomUUID } from "node:crypto";
import type { Talk } from "../../access/cli-backends/sessions.ts";
import type { LiveAgent } from "../../access/live-agent.ts";
import type { RunResult } from "../../access/run.ts";
import type { Sink } from "../../access/sink.ts";
import type { JsonObject } from "../../core/json.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import type { ChatMessage, Session, SessionName, TurnPlan } from "../../core/session.ts";
import { newSession, turnPlan } from "../../core/session.ts";
import { afterTurn, titled } from "../../core/session-turn.ts";
import { effortOf } from "../../core/thinking.ts";
import { TRANSLATORS } from "../../wire/translate/all.ts";
import type { Wire } from "../../wire/wire.ts";
import type { Caller } from "../guard/caller.ts";
import type { Gateway } from "../gateway.ts";
import { answerMessage } from "./answer-message.ts";
import type { Conversations } from "./conversations.ts";
import { HeardSink } from "./heard-sink.ts";
import { defaultsOf, refuseLostPin } from "./session-models.ts";
import { withBefore } from "./session-rows.ts";
import { talkOf } from "./talk.ts";
import type { ThinkingRequest } from "./thinking-words.ts";
import { thinkingRequest } from "./thinking-words.ts";
import { MOST_SENT } from "./turn-record.ts";
import { TurnSink } from "./turn-sink.ts";

interface Parts {
  readonly request: ThinkingRequest;
  readonly plan: TurnPlan | undefined;
  readonly sessions: Conversations["sessions"];
  readonly name: SessionName;
  readonly session: Session;
  readonly isStored: boolean;
  readonly defaults: readonly ModelRef[];
  readonly said: readonly ChatMessage[];
  readonly wire: Wire;
}

/** A request with what was said before it. */
export class HttpSession {
  readonly #parts: Parts;
  readonly #ear: TurnSink;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#ear = new TurnSink(TRANSLATORS[parts.wire.api]!.provider, () => undefined);
  }

  get request(): ThinkingRequest {
    return this.#parts.request;
  }

  /** what the session asks for; `undefined`: whatever the request does */
  get plan(): TurnPlan | undefined {
    return this.#parts.plan;
  }

  get talk(): Talk {
    return talkOf(this.#parts.name.agent, this.#parts.session);
  }

  /** Hears what goes to the client. */
  listen = (inner: Sink): Sink => new HeardSink(inner, this.#ear);

  /** What was said and answered goes into the transcript. A store that cannot be written costs no answer. */
  async keep(result: RunResult, runId: string, gateway: Gateway): Promise<void> {
    if (result.kind !== "answered") return;
    const { name, sessions, session, isStored, defaults, said, plan } = this.#parts;
    const { ref, candidate } = result.attempt;
    const { text, usage, finish } = this.#ear;
    const answer = answerMessage({ text, usage, served: ref, stopReason: finish ?? "stop", runId }, gateway);
    const rows = [...said.map((row) => ({ ...row, runId })), answer];
    const asked = said.find(({ role }) => role === "user");
    const turn = {
      models: defaults,
      served: ref,
      ...(plan ? { profileId: candidate.profile.id } : {}),
      ...(usage ? { usage } : {}),
      messages: rows.length,
      programs: gateway.programs.takeChanges(this.talk.name),
    };
    try {
      await sessions.update(name.agent, name.key, (stored) =>
        // One that began anew meanwhile, or was deleted, keeps nothing of it.
        isStored && stored?.sessionId !== session.sessionId
          ? undefined
          : { session: titled(afterTurn(stored ?? session, turn, gateway.now()), asked), append: rows },
      );
    } catch (error) {
      gateway.log.error(error, `The answer of ${name.key} could not be kept`);
    }
  }
}

export interface OpenedBy {
  readonly gateway: Gateway;
  readonly live: LiveAgent;
  readonly wire: Wire;
  readonly body: JsonObject;
  readonly caller: Caller;
  /** what the client says, as rows */
  readonly said: readonly ChatMessage[];
  /** The request names its model by header. */
  readonly strict: boolean;
}

/** @throws AccessError `store_unreadable`, `unknown_profile` */
export async function openHttpSession(
  sessions: Conversations["sessions"],
  name: SessionName,
  { gateway, live, wire, body, caller, said, strict }: OpenedBy,
): Promise<HttpSession> {
  const { agent, key } = name;
  const stored = await sessions.find(agent, key);
  const session = stored ?? newSession(key, randomUUID(), gateway.now());
  const defaults = defaultsOf(gateway, agent);
  const before = stored ? await sessions.messages(agent, session.sessionId, MOST_SENT) : [];
  // What a client key may call was judged by its request: a session chooses nothing for it.
  const plan = strict || caller.kind === "key" ? undefined : turnPlan(session, defaults);
  refuseLostPin(plan?.pin, live);
  return new HttpSession({
    request: thinkingRequest(wire, withBefore(wire, body, before), effortOf(session.thinking)),
    plan,
    sessions,
    name,
    session,
    isStored: stored !== undefined,
    defaults,
    said,
    wire,
  });
}
