// The shape of the tree of commands: what the list of all commands is made of.
import type { SessionCommand } from "./command.ts";
import type { PluginUse } from "./plugin-use.ts";

export interface CommandEntry {
  readonly brief: string;
  /** For programs, not for people: in no list of commands. */
  readonly hidden?: true;
  /** Flags of the groups around that mean nothing to it, and are passed over. */
  readonly ignores?: readonly string[];
  /** What it has to do with plugins; everything when left out. */
  readonly plugins?: PluginUse;
  readonly load: () => Promise<{ readonly default: SessionCommand }>;
}

export interface CommandGroup {
  readonly brief: string;
  readonly hidden?: never;
  readonly ignores?: readonly string[];
  /** The command that the bare group name means. */
  readonly bare?: string;
  /** Flags that the group takes for its commands, in front of them: typed flag → the command's flag. */
  readonly flags?: Readonly<Record<string, { readonly means: string; readonly value?: true }>>;
  readonly entries: Readonly<Record<string, CommandEntry | CommandGroup>>;
}

export const isGroup = (entry: CommandEntry | CommandGroup): entry is CommandGroup => "entries" in entry;
