// /new and /reset: the conversation begins again, with nothing held on to.
import { randomUUID } from "node:crypto";
import { begunAgain, newSession } from "../../../core/session.ts";
import type { ChatCommand, CommandContext } from "./command.ts";

/** A turn that runs is ended: its answer would belong to what is gone. */
export async function beginAgain({ chats, sessions, gateway, agent, key }: CommandContext): Promise<void> {
  chats.abort(key, "stop");
  const id = randomUUID();
  await sessions.update(agent, key, (stored) => ({
    session: stored ? begunAgain(stored, id, gateway.now()) : newSession(key, id, gateway.now()),
  }));
}

const beginning = (name: string, summary: string, said: string): ChatCommand => ({
  name,
  summary,
  passing: true,
  async run(_words, context) {
    await beginAgain(context);
    return said;
  },
});

export const newCommand = beginning(
  "new",
  "begin a new conversation: model, profile and order are read afresh",
  "✅ New session started.",
);

export const reset = beginning("reset", "the same as /new", "✅ Session reset.");
