// Every listed command opens, and what one command loads stays small: no gateway, no prompts.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommandEntry, CommandGroup } from "./command-tree.ts";
import { isGroup } from "./command-tree.ts";
import { COMMANDS } from "./commands.ts";

function* entries(group: CommandGroup, path: readonly string[] = []): Generator<[string, CommandEntry]> {
  for (const [name, entry] of Object.entries(group.entries)) {
    if (isGroup(entry)) yield* entries(entry, [...path, name]);
    else yield [[...path, name].join("/"), entry];
  }
}

test("what is typed is the file that is opened", async () => {
  for (const [path, entry] of entries(COMMANDS)) {
    const opened = (await entry.load()).default;
    assert.ok(opened, path);
    assert.equal((await import(`./commands/${path}.ts`)).default, opened, path);
  }
});
