// Messages of one role that follow each other, joined: what wires want that know turns.
import type { AssistantPart, Message, UserPart } from "./neutral.ts";

/** Turns without a part are left out. */
export function turnsOf(messages: readonly Message[]): Message[] {
  const turns: Message[] = [];
  for (const message of messages) {
    if (message.parts.length === 0) continue;
    const last = turns.at(-1);
    if (last?.role === message.role) turns[turns.length - 1] = joined(last, message);
    else turns.push(message);
  }
  return turns;
}

function joined(one: Message, other: Message): Message {
  if (one.role === "user") return { role: "user", parts: [...one.parts, ...(other.parts as UserPart[])] };
  return { role: "assistant", parts: [...one.parts, ...(other.parts as AssistantPart[])] };
}
