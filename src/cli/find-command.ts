// From words to a command: walks the list, and moves a group's own flags behind the command they belong to.
import { AccessError } from "../core/errors.ts";
import type { CommandEntry, CommandGroup } from "./command-tree.ts";
import { isGroup } from "./command-tree.ts";
import { nearest } from "../core/nearest.ts";

export type Found =
  | {
      readonly kind: "command";
      readonly path: readonly string[];
      readonly entry: CommandEntry;
      readonly args: readonly string[];
    }
  | { readonly kind: "help"; readonly path: readonly string[]; readonly group: CommandGroup };

const HELP = new Set(["--help", "-h", "help"]);

/**
 * `models --agent work auth list --json` → `models auth list` with `--agent work --json`.
 *
 * @throws AccessError `bad_input` for a command that does not exist, or a flag that the group has not got
 */
export function findCommand(words: readonly string[], root: CommandGroup): Found {
  const path: string[] = [];
  let moved: string[] = [];
  let group = root;
  let rest = [...words];
  for (;;) {
    rest = takeGroupFlags(rest, group, moved);
    const word = rest[0];
    const name =
      word === undefined || (word.startsWith("-") && !HELP.has(word))
        ? bareCommand(group, path, rest, moved)
        : word;
    if (name === undefined || HELP.has(name)) return { kind: "help", path, group };
    const entry = Object.hasOwn(group.entries, name) ? group.entries[name] : undefined;
    if (!entry) throw unknownCommand(name, path, group);
    path.push(name);
    if (name === word) rest = rest.slice(1);
    moved = withoutFlags(moved, entry.ignores ?? []);
    if (!isGroup(entry)) return { kind: "command", path, entry, args: [...moved, ...rest] };
    group = entry;
  }
}

/** `flags` and their values left out. */
const withoutFlags = (moved: readonly string[], flags: readonly string[]): string[] =>
  moved.filter((word, at) => !flags.includes(word) && !flags.includes(moved[at - 1] ?? ""));

/** Takes the group's flags from the front of `rest`; `moved` gets them as the command knows them. */
function takeGroupFlags(rest: readonly string[], group: CommandGroup, moved: string[]): string[] {
  let at = 0;
  for (; at < rest.length; at += 1) {
    const [typed, inline] = splitFlag(rest[at]!);
    const flag = group.flags && Object.hasOwn(group.flags, typed) ? group.flags[typed] : undefined;
    if (!flag) break;
    moved.push(flag.means);
    if (!flag.value) continue;
    const value = inline ?? rest[(at += 1)];
    if (value === undefined) throw new AccessError("bad_input", `${typed} needs a value.`);
    moved.push(value);
  }
  return rest.slice(at);
}

function splitFlag(word: string): [string, string?] {
  const equals = word.indexOf("=");
  return equals === -1 ? [word] : [word.slice(0, equals), word.slice(equals + 1)];
}

/** What a group name means when no command follows it; `undefined` is its help. */
function bareCommand(
  group: CommandGroup,
  path: readonly string[],
  rest: readonly string[],
  moved: readonly string[],
) {
  if (group.bare === undefined && rest.length === 0 && moved.length === 0) return undefined;
  // `models --json` is refused as OpenClaw does; other bare groups take their command's flags.
  if (group.bare !== undefined && (rest.length === 0 || !group.flags)) return group.bare;
  if (rest.length === 0) return undefined;
  const hint = group.bare ? ` Did you mean: openclaw ${[...path, group.bare, ...rest].join(" ")}` : "";
  const where = ["openclaw", ...path].join(" ");
  throw new AccessError(
    "bad_input",
    `${where} has no flag ${splitFlag(rest[0]!)[0]}.${hint || ` See ${where} --help.`}`,
  );
}

function unknownCommand(name: string, path: readonly string[], group: CommandGroup): AccessError {
  const where = ["openclaw", ...path].join(" ");
  const shown = Object.keys(group.entries).filter((command) => !group.entries[command]!.hidden);
  const near = nearest(name, shown);
  const hint = near ? `Did you mean: ${where} ${near}` : `See ${where} --help.`;
  return new AccessError("bad_input", `${where} has no command "${name}". ${hint}`);
}
