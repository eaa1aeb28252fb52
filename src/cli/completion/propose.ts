// What can be typed next: commands, flags, and values. Reads the same list and the same declarations that run
// the commands, so that a new command is completed without a word here.
import type { CommandGroup } from "../command-tree.ts";
import { isGroup } from "../command-tree.ts";
import type { SessionCommand } from "../command.ts";

export interface Proposal {
  readonly text: string;
  readonly brief?: string;
}

/** What a value is, as far as somebody can name the candidates. */
export type ValueKind = "agent" | "provider" | "profile" | "model" | "alias" | "run" | "shell";

/** What was typed before the value, flag by flag: a profile depends on the agent and the provider. */
export type TypedFlags = ReadonlyMap<string, string>;
export type Values = (kind: ValueKind, partial: string, typed: TypedFlags) => Promise<readonly Proposal[]>;

/** @param words what was typed after the program's name; the last one is being typed, and may be empty */
export async function propose(
  words: readonly string[],
  root: CommandGroup,
  values: Values,
): Promise<readonly Proposal[]> {
  const partial = words.at(-1) ?? "";
  const place = walk(words.slice(0, -1), root);
  const proposals = place && (await proposalsAt(place, partial, values));
  return (proposals ?? []).filter(({ text }) => text.startsWith(partial));
}

interface Place {
  readonly group: CommandGroup;
  /** The command, once it was typed. */
  readonly load?: () => Promise<{ readonly default: SessionCommand }>;
  /** words behind the command */
  readonly args: readonly string[];
  readonly typed: Map<string, string>;
  /** A flag of the group that waits for its value. */
  readonly open?: string;
}

/** `undefined` when a word is no command: nothing sensible can follow. */
function walk(words: readonly string[], root: CommandGroup): Place | undefined {
  const typed = new Map<string, string>();
  let group = root;
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at]!;
    const flag = group.flags?.[word];
    if (flag?.value) {
      if (at + 1 === words.length) return { group, args: [], typed, open: nameOf(word) };
      typed.set(nameOf(word), words[(at += 1)]!);
    } else if (!word.startsWith("-")) {
      const entry = Object.hasOwn(group.entries, word) ? group.entries[word]! : undefined;
      if (!entry) return undefined;
      if (!isGroup(entry)) return { group, load: entry.load, args: words.slice(at + 1), typed };
      group = entry;
    }
  }
  return { group, args: [], typed };
}

async function proposalsAt(place: Place, partial: string, values: Values): Promise<readonly Proposal[]> {
  if (place.load) return argumentProposals((await place.load()).default, place, partial, values);
  const kind = place.open === undefined ? undefined : VALUE_OF_FLAG[place.open];
  if (place.open !== undefined) return kind ? values(kind, partial, place.typed) : [];
  const flags = Object.entries(place.group.flags ?? {});
  if (partial.startsWith("-")) return [...flags.map(([text]) => ({ text })), HELP];
  return Object.entries(place.group.entries)
    .filter(([, { hidden }]) => !hidden)
    .map(([text, { brief }]) => ({ text, brief }));
}

const HELP: Proposal = { text: "--help", brief: "Print help and exit" };

const VALUE_OF_FLAG: Readonly<Record<string, ValueKind>> = {
  agent: "agent",
  provider: "provider",
  "probe-provider": "provider",
  "profile-id": "profile",
  "probe-profile": "profile",
  model: "model",
  shell: "shell",
};

/** By the name that help shows for the argument. */
const VALUE_OF_ARGUMENT: Readonly<Record<string, ValueKind>> = {
  agent: "agent",
  alias: "alias",
  model: "model",
  "provider:name": "profile",
  runId: "run",
};

const nameOf = (flag: string): string => flag.replace(/^--?/, "");
const kebab = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

type Parameters = SessionCommand["parameters"];
type Flag = NonNullable<Parameters["flags"]>[string];

interface ReadArgs {
  readonly used: ReadonlySet<string>;
  readonly typed: TypedFlags;
  readonly positionals: readonly string[];
  /** the flag that waits for its value */
  readonly open?: string;
}

async function argumentProposals(
  { parameters }: SessionCommand,
  place: Place,
  partial: string,
  values: Values,
): Promise<readonly Proposal[]> {
  const flags = new Map(Object.entries(parameters.flags ?? {}).map(([name, flag]) => [kebab(name), flag]));
  const shorts = new Map(
    Object.entries(parameters.aliases ?? {}).map(([short, name]) => [short, kebab(name!)]),
  );
  const read = readArgs(place, flags, shorts);
  if (read.open !== undefined)
    return flagValues(read.open, flags.get(read.open), partial, read.typed, values);
  const inline = /^--([\w-]+)=(.*)$/s.exec(partial);
  if (inline) {
    const [, name = "", begun = ""] = inline;
    const proposals = await flagValues(name, flags.get(name), begun, read.typed, values);
    return proposals.map((proposal) => ({ ...proposal, text: `--${name}=${proposal.text}` }));
  }
  if (partial.startsWith("-")) return flagProposals(flags, read.used);
  return positionalValues(parameters, read, partial, values);
}

function readArgs(
  place: Place,
  flags: ReadonlyMap<string, Flag>,
  shorts: ReadonlyMap<string, string>,
): ReadArgs {
  const [used, typed, positionals] = [new Set<string>(), new Map(place.typed), [] as string[]];
  let open: string | undefined;
  for (const word of place.args) {
    if (open !== undefined) {
      typed.set(open, word);
      open = undefined;
    } else if (word.startsWith("-") && word !== "-") {
      const [written = "", value] = nameOf(word).split("=", 2);
      const name = shorts.get(written) ?? written;
      used.add(name);
      if (value !== undefined) typed.set(name, value);
      else if (takesValue(flags.get(name))) open = name;
    } else positionals.push(word);
  }
  return { used, typed, positionals, ...(open === undefined ? {} : { open }) };
}

const takesValue = (flag: Flag | undefined): boolean => flag?.kind === "parsed" || flag?.kind === "enum";

function flagProposals(flags: ReadonlyMap<string, Flag>, used: ReadonlySet<string>): Proposal[] {
  const left = [...flags].filter(([name, flag]) => !used.has(name) || ("variadic" in flag && flag.variadic));
  return [...left.map(([name, { brief }]) => ({ text: `--${name}`, brief })), HELP];
}

async function flagValues(
  name: string,
  flag: Flag | undefined,
  partial: string,
  typed: TypedFlags,
  values: Values,
): Promise<readonly Proposal[]> {
  if (flag?.kind === "enum") return flag.values.map((text) => ({ text }));
  const kind = VALUE_OF_FLAG[name];
  return flag && kind ? values(kind, partial, typed) : [];
}

async function positionalValues(
  { positional }: Parameters,
  read: ReadArgs,
  partial: string,
  values: Values,
): Promise<readonly Proposal[]> {
  if (!positional) return [];
  const parameter =
    positional.kind === "array" ? positional.parameter : positional.parameters[read.positionals.length];
  const kind = VALUE_OF_ARGUMENT[parameter?.placeholder ?? ""];
  const proposals = kind ? await values(kind, partial, read.typed) : [];
  return proposals.filter(({ text }) => !read.positionals.includes(text));
}
