// Every chat command, and how a message is found to be one.
import type { ChatCommand } from "./commands/command.ts";
import { elsewhere } from "./commands/elsewhere.ts";
import { model } from "./commands/model.ts";
import { models } from "./commands/models.ts";
import { newCommand, reset } from "./commands/new.ts";
import { status } from "./commands/status.ts";
import { stop } from "./commands/stop.ts";
import { usage } from "./commands/usage.ts";
import { why } from "./commands/why.ts";

const help: ChatCommand = {
  name: "help",
  summary: "these commands",
  run: async () =>
    COMMANDS.map(
      ({ name, usage: words, summary }) => `/${name}${words ? ` ${words}` : ""} – ${summary}`,
    ).join("\n"),
};

export const COMMANDS: readonly ChatCommand[] = [
  model,
  models,
  newCommand,
  reset,
  status,
  usage,
  why,
  stop,
  help,
];

export interface FoundCommand {
  readonly command: ChatCommand;
  readonly words: string;
}

const ALIASES: Readonly<Record<string, string>> = { commands: "help" };

/** A path or a word with a slash before it that nobody knows is said to the model. */
export function commandIn(text: string): FoundCommand | undefined {
  const [, typed, words = ""] = /^\s*\/([a-z-]+)(?:[\s:]+([\s\S]*))?$/i.exec(text) ?? [];
  if (typed === undefined) return undefined;
  const lower = typed.toLowerCase();
  const name = ALIASES[lower] ?? lower;
  const command = COMMANDS.find((each) => each.name === name) ?? elsewhere(name);
  return command && { command, words };
}
