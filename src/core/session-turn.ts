// What a turn leaves of itself in its session. Pure.
import type { ProfileId } from "./ids.ts";
import type { ModelRef } from "./model-ref.ts";
import type { ChatMessage, ProgramChanges, ProgramSessions, Session } from "./session.ts";
import { textOf } from "./session.ts";

const LONGEST_TITLE = 60;

/** A conversation is called by the first words of a person in it. */
export function titled(session: Session, said: Pick<ChatMessage, "content"> | undefined): Session {
  if (session.title !== undefined || !said) return session;
  const line = textOf(said).trim().replaceAll(/\s+/g, " ");
  if (line === "") return session;
  const title = line.length > LONGEST_TITLE ? `${line.slice(0, LONGEST_TITLE - 1).toWellFormed()}…` : line;
  return { ...session, title };
}

export interface Turn {
  readonly models: readonly ModelRef[];
  readonly served?: ModelRef;
  readonly profileId?: ProfileId;
  readonly usage?: { readonly input: number; readonly output: number };
  readonly messages: number;
  /** those that have changed */
  readonly programs?: ProgramChanges | undefined;
}

/** @param turn what a turn has come to */
export function afterTurn(session: Session, turn: Turn, now: number): Session {
  const { usage } = session;
  const { profile } = session;
  const sticks = turn.profileId !== undefined && profile?.source !== "user";
  return {
    ...session,
    models: session.models ?? turn.models,
    ...(turn.served ? { served: turn.served } : {}),
    ...(sticks ? { profile: { id: turn.profileId!, source: "auto" as const } } : {}),
    ...(turn.programs ? { programs: withChanges(session.programs, turn.programs) } : {}),
    usage: {
      input: usage.input + (turn.usage?.input ?? 0),
      output: usage.output + (turn.usage?.output ?? 0),
      turns: usage.turns + 1,
    },
    messages: session.messages + turn.messages,
    updatedAt: now,
  };
}

function withChanges(programs: ProgramSessions | undefined, changes: ProgramChanges): ProgramSessions {
  const all = Object.entries({ ...programs, ...changes });
  return Object.fromEntries(all.flatMap(([id, known]) => (known === null ? [] : [[id, known]])));
}
