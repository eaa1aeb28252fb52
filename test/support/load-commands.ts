// Loads the file of every command and runs none: what that brings along is what any `--help` costs.
import type { CommandGroup } from "../../src/cli/command-tree.ts";
import { isGroup } from "../../src/cli/command-tree.ts";
import { COMMANDS } from "../../src/cli/commands.ts";

async function load(group: CommandGroup): Promise<void> {
  for (const entry of Object.values(group.entries)) await (isGroup(entry) ? load(entry) : entry.load());
}

await load(COMMANDS);
