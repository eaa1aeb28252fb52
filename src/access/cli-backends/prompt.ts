// What a program is told of a conversation: all of it where it knows nothing yet, else what was said since. Pure.
import type { ImageSource, Message, Part } from "../../wire/translate/neutral.ts";

export interface Prompt {
  readonly text: string;
  /** of what the user says now, in data */
  readonly images: readonly ImageSource[];
}

/** @param messages ends with what the user says now */
export function freshPrompt(messages: readonly Message[]): Prompt {
  const before = messages.slice(0, -1);
  const now = laterPrompt(messages.slice(-1));
  if (before.length === 0) return now;
  const told = before.map(
    ({ role, parts }) => `${role === "user" ? "User" : "Assistant"}: ${wordsOf(parts)}`,
  );
  const history = `<conversation_history>\n${told.join("\n\n")}\n</conversation_history>`;
  return { ...now, text: `${history}\n\n${now.text}` };
}

/** @param messages what was said since the program answered last */
export function laterPrompt(messages: readonly Message[]): Prompt {
  const parts = messages.flatMap((message): readonly Part[] => message.parts);
  const images = parts.flatMap((part) => (part.kind === "image" ? [part.source] : []));
  return { text: parts.flatMap((part) => (part.kind === "image" ? [] : [words(part)])).join("\n\n"), images };
}

export const withSystem = (system: string, text: string): string =>
  system === "" ? text : `<system>\n${system}\n</system>\n\n${text}`;

const wordsOf = (parts: readonly Part[]): string => parts.map(words).join("\n");

/** What tools did before is told in a word: the program has others. */
function words(part: Part): string {
  switch (part.kind) {
    case "text":
    case "thinking":
      return part.text;
    case "tool_call":
      return `(tool call: ${part.name})`;
    case "tool_result":
      return `(tool result: ${part.content.map((each) => (each.kind === "text" ? each.text : "[image]")).join("\n")})`;
    default:
      return "[image]";
  }
}
