// What a turn leaves in the transcript of its conversation: what was asked, and what was answered.
import { randomUUID } from "node:crypto";
import type { RunResult } from "../../access/run.ts";
import type { AgentId } from "../../core/ids.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import type { ChatMessage, Session, SessionName } from "../../core/session.ts";
import { newSession } from "../../core/session.ts";
import { afterTurn, titled } from "../../core/session-turn.ts";
import type { TokenUsage } from "../../wire/translate/neutral.ts";
import { talkOf } from "./talk.ts";
import type { TurnParts } from "./turn.ts";

export interface Asked extends SessionName {
  readonly runId: string;
  readonly content: ChatMessage["content"];
}

/** What is sent of a long conversation: its newest rows. */
export const MOST_SENT = 500;

export interface Recorded {
  readonly session: Session;
  /** what was said so far, with the question */
  readonly transcript: readonly ChatMessage[];
}

/** The session as it is now, or a new one; what was asked is in its transcript. */
export async function recordQuestion(
  { agent, key, content, runId }: Asked,
  { gateway, sessions }: TurnParts,
  defaults: readonly ModelRef[],
): Promise<Recorded> {
  const now = gateway.now();
  const message: ChatMessage = { role: "user", content, timestamp: now, runId };
  let sessionId: string | undefined;
  const updating = sessions.update(agent, key, (stored) => {
    const before = titled(stored ?? newSession(key, randomUUID(), now), message);
    ({ sessionId } = before);
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
  // Of a conversation that is known it is decided at once: then it is read behind the change, in the same breath.
  const reading = sessionId === undefined ? undefined : rowsOf(sessions, agent, sessionId).catch(() => []);
  const session = (await updating)!;
  const read = await reading;
  if (read?.at(-1)?.runId === runId) return { session, transcript: read };
  return { session, transcript: await rowsOf(sessions, agent, session.sessionId) };
}

const rowsOf = (sessions: TurnParts["sessions"], agent: AgentId, sessionId: string) =>
  sessions.messages(agent, sessionId, MOST_SENT);

export interface Answered {
  /** of what was said since the last `/new` */
  readonly sessionId: string;
  readonly models: readonly ModelRef[];
  readonly message: ChatMessage;
  readonly usage: TokenUsage | undefined;
  readonly result: RunResult;
  /** The conversation goes on with what answered. */
  readonly sticks: boolean;
}

/** A transcript that cannot be written costs no answer. A conversation that began anew meanwhile keeps nothing of it. */
export async function recordAnswer(
  { agent, key }: SessionName,
  { gateway, sessions }: TurnParts,
  { sessionId, models, message, usage, result, sticks }: Answered,
): Promise<void> {
  const answered = result.kind === "answered" ? result.attempt : undefined;
  const turn = {
    models,
    ...(answered && sticks ? { served: answered.ref, profileId: answered.candidate.profile.id } : {}),
    ...(usage ? { usage } : {}),
    messages: 1,
    programs: gateway.programs.takeChanges(talkOf(agent, { key, sessionId }).name),
  };
  try {
    await sessions.update(agent, key, (stored) =>
      stored?.sessionId === sessionId
        ? { session: afterTurn(stored, turn, gateway.now()), append: [message] }
        : undefined,
    );
  } catch (error) {
    gateway.log.error(error, `The answer of ${key} could not be kept`);
  }
}
