// What a turn leaves in the transcript of its conversation: what was asked, and what was answered.
import { randomUUID } from "node:crypto";
import type { RunResult } from "../../access/run.ts";
import type { ModelRef } from "../../core/model-ref.ts";
import type { ChatMessage, Session, SessionName } from "../../core/session.ts";
import { newSession } from "../../core/session.ts";
import { afterTurn, titled } from "../../core/session-turn.ts";
import type { Decide, Updated } from "../../store/sessions.ts";
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

export interface Recording {
  /** What it comes to unless others have changed the session, where that is known at once. */
  readonly expected: Recorded | undefined;
  readonly kept: Promise<Recorded & { readonly isAsExpected: boolean }>;
}

/** The session as it is now, or a new one; what was asked comes into its transcript. */
export function recordQuestion(
  { agent, key, content, runId }: Asked,
  { gateway, sessions }: TurnParts,
  defaults: readonly ModelRef[],
): Recording {
  const now = gateway.now();
  const message: ChatMessage = { role: "user", content, timestamp: now, runId };
  const decide: Decide = (stored) => {
    const before = titled(stored ?? newSession(key, randomUUID(), now), message);
    const models = before.models ?? defaults;
    return {
      session: { ...before, models, updatedAt: now, messages: before.messages + 1 },
      append: [message],
    };
  };
  let expected: Updated | undefined;
  const keeping = sessions.updateAndRead(agent, key, decide, MOST_SENT, (soon) => (expected = soon));
  const kept = keeping.then((updated) => ({
    ...recordedOf(updated),
    isAsExpected: updated === expected,
  }));
  return { expected: expected && recordedOf(expected), kept };
}

const recordedOf = ({ session, transcript }: Updated): Recorded => ({ session: session!, transcript });

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
