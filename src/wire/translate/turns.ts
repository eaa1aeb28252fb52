// Turns, as wires want them: one after the other, the results of calls right behind the calls, and the user first
// where the user and the model are all that a wire knows.
import { fault } from "./fields.ts";
import { withoutInstructions } from "./instructions.ts";
import type { AssistantPart, Message, ToolResultPart, UserPart } from "./neutral.ts";

/** Said where the wire wants the user to begin, and it was not the user. */
const BEGINNING: Message = { role: "user", parts: [{ kind: "text", text: "(The conversation goes on.)" }] };

/**
 * For wires that have a role for instructions too. Turns without a part are left out.
 *
 * @throws AccessError `bad_input` when nothing is left
 */
export const talkOf = (messages: readonly Message[]): Message[] =>
  notEmpty(joined(answered(joined(messages))));

function notEmpty<Turn>(turns: Turn[]): Turn[] {
  if (turns.length === 0) throw fault("messages", "say nothing that a provider could answer");
  return turns;
}

/** For the others. */
export function turnsOf(messages: readonly Message[]): Message[] {
  const turns = talkOf(messages.map(withoutInstructions));
  return turns[0]?.role === "assistant" ? [BEGINNING, ...turns] : turns;
}

/**
 * Turns as they are written, in the protocol's blocks: one of which nothing could be told leaves no gap between two of
 * the same role.
 *
 * @throws AccessError `bad_input` when nothing is left
 */
export function writtenTurns<Role, Block>(
  turns: readonly { readonly role: Role; readonly content: Block[] }[],
): { role: Role; content: Block[] }[] {
  const written: { role: Role; content: Block[] }[] = [];
  for (const { role, content } of turns) {
    if (content.length === 0) continue;
    const last = written.at(-1);
    if (last?.role === role) last.content = [...last.content, ...content];
    else written.push({ role, content });
  }
  return notEmpty(written);
}

/** Messages of one role that follow each other, as one. */
export function joined(messages: readonly Message[]): Message[] {
  const turns: Message[] = [];
  for (const message of messages) {
    if (message.parts.length === 0) continue;
    const last = turns.at(-1);
    if (last?.role === message.role) turns[turns.length - 1] = both(last, message);
    else turns.push(message);
  }
  return turns;
}

function both(one: Message, other: Message): Message {
  if (one.role === "user") return { role: "user", parts: [...one.parts, ...(other.parts as UserPart[])] };
  return { role: "assistant", parts: [...one.parts, ...(other.parts as AssistantPart[])] };
}

/**
 * Results in the order of their calls, before anything else that is said after these. An id that comes again, as from
 * servers that count from zero in every answer, gets another name, with its result: most wires refuse two of one.
 */
function answered(turns: readonly Message[]): Message[] {
  const results = resultsIn(turns);
  if (results.size === 0) return [...turns];
  const moved = new Set<UserPart>();
  const ids = new Set<string>();
  return turns.flatMap((turn, i): Message[] => {
    if (turn.role === "user") return [{ role: "user", parts: turn.parts.filter((part) => !moved.has(part)) }];
    const mine: ToolResultPart[] = [];
    const parts = turn.parts.map((part) => {
      if (part.kind !== "tool_call") return part;
      const found = results.get(part.id) ?? [];
      while (found[0] && found[0].at < i) found.shift();
      const result = found.shift()?.part;
      const id = unlike(ids, part.id);
      if (result) moved.add(result);
      if (result) mine.push(id === part.id ? result : { ...result, callId: id });
      return id === part.id ? part : { ...part, id };
    });
    const told: Message = { role: "assistant", parts };
    return mine.length === 0 ? [told] : [told, { role: "user", parts: mine }];
  });
}

/** `id` as long as it is none of `ids`, which it becomes. */
function unlike(ids: Set<string>, id: string): string {
  let own = id;
  for (let n = 2; ids.has(own); n++) own = `${id}_${n}`;
  ids.add(own);
  return own;
}

type Found = { readonly at: number; readonly part: ToolResultPart };

/** By the id of the call. */
function resultsIn(turns: readonly Message[]): Map<string, Found[]> {
  const results = new Map<string, Found[]>();
  for (const [at, { parts }] of turns.entries())
    for (const part of parts) {
      if (part.kind !== "tool_result") continue;
      const found = results.get(part.callId);
      if (found) found.push({ at, part });
      else results.set(part.callId, [{ at, part }]);
    }
  return results;
}
