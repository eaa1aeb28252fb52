// Instructions. Those before the conversation are its system text. Those within it keep their place: some protocols
// have a role for them, the others hear them from the user, marked as what they are.
import type { Message, TextPart, UserPart } from "./neutral.ts";

export interface Conversation {
  readonly system: readonly TextPart[];
  readonly messages: readonly Message[];
}

/** A message that is instructions stands as a text that is one. */
export type Said = Message | { readonly role: "system"; readonly parts: readonly TextPart[] };

/** A request that is nothing but instructions asks with them. */
export function conversationOf(said: readonly Said[]): Conversation {
  const talk = said.findIndex(({ role }) => role !== "system");
  const system = (talk === -1 ? said : said.slice(0, talk)).flatMap(({ parts }) => parts as TextPart[]);
  if (talk === -1) return { system: [], messages: [{ role: "user", parts: system }] };
  return { system, messages: said.slice(talk).map(withinTalk) };
}

const withinTalk = (said: Said): Message =>
  said.role === "system"
    ? { role: "user", parts: said.parts.map((part) => ({ ...part, instruction: true }) as const) }
    : said;

const isInstruction = (part: { readonly kind: string }): part is TextPart =>
  part.kind === "text" && (part as TextPart).instruction === true;

/** For wires without a role for them. */
export const withoutInstructions = (message: Message): Message =>
  message.role === "user" && message.parts.some(isInstruction)
    ? { role: "user", parts: message.parts.map((part) => (isInstruction(part) ? told(part) : part)) }
    : message;

const told = ({ text, cache }: TextPart): TextPart => ({
  kind: "text",
  text: `<system>\n${text}\n</system>`,
  ...(cache ? { cache } : {}),
});

/** For wires that have one: what the user says, cut where instructions stand in it. */
export function runsOf(parts: readonly UserPart[]): (readonly UserPart[])[] {
  const runs: UserPart[][] = [];
  for (const part of parts) {
    const last = runs.at(-1);
    if (last?.[0] && isInstruction(last[0]) === isInstruction(part)) last.push(part);
    else runs.push([part]);
  }
  return runs;
}

/** The words of a run of instructions; nothing for any other. */
export const instructionIn = (run: readonly UserPart[]): string | undefined =>
  run[0] && isInstruction(run[0])
    ? run.map((part) => (part.kind === "text" ? part.text : "")).join("\n\n")
    : undefined;
