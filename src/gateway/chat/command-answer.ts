// What a chat command answers, and its place in the transcript: shown to who reads it later, said to no model.
import { AccessError } from "../../core/errors.ts";
import type { ChatMessage } from "../../core/session.ts";
import type { FoundCommand } from "./commands.ts";
import type { CommandContext } from "./commands/command.ts";

/** @param text as it was typed. @returns the row of its answer */
export async function answerCommand(
  { command, words }: FoundCommand,
  text: string,
  context: CommandContext,
): Promise<ChatMessage> {
  const { gateway } = context;
  const asked = row("user", text, gateway.now());
  const said = await command.run(words, context).catch((error: unknown) => {
    if (error instanceof AccessError) return `⚠️ ${error.message}`;
    throw error;
  });
  const answer = {
    ...row("assistant", said, gateway.now()),
    provider: "openclaw",
    model: "gateway",
    stopReason: "stop",
  };
  if (!command.passing) await keep(context, [asked, answer]);
  return answer;
}

const row = (role: ChatMessage["role"], text: string, timestamp: number): ChatMessage => ({
  role,
  content: [{ type: "text", text }],
  timestamp,
  aside: true,
});

/** A conversation that has not begun does not begin with a command. */
async function keep(
  { sessions, gateway, agent, key, session }: CommandContext,
  rows: readonly ChatMessage[],
) {
  try {
    await sessions.update(agent, key, (stored) =>
      stored?.sessionId === session.sessionId
        ? { session: { ...stored, messages: stored.messages + rows.length }, append: rows }
        : undefined,
    );
  } catch (error) {
    gateway.log.error(error, `A command of ${key} could not be kept`);
  }
}
