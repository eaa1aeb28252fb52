// A flag that is typed twice: the last one counts, as scripts expect that append to a command. The parser
// refuses it, so the earlier ones are taken out before it looks. Lists keep all of theirs.
import type { SessionCommand } from "./command.ts";

type Parameters = SessionCommand["parameters"];

interface Part {
  /** the declared flag; absent for anything else */
  readonly flag?: string;
  readonly words: readonly string[];
}

/** `--agent a --json --agent b` → `--json --agent b`. What does not fit stays, for the parser to refuse. */
export function withLastFlags(args: readonly string[], parameters: Parameters): readonly string[] {
  const parts = partsOf(args, parameters);
  if (!parts) return args;
  const last = new Map(parts.map(({ flag }, at) => [flag, at]));
  return parts.flatMap(({ flag, words }, at) =>
    flag === undefined || last.get(flag) === at || isList(parameters, flag) ? words : [],
  );
}

/** `undefined` when a flag lacks its value. */
function partsOf(args: readonly string[], parameters: Parameters): Part[] | undefined {
  const parts: Part[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at]!;
    if (word === "--") return [...parts, { words: args.slice(at) }];
    const flag = flagOf(word, parameters);
    if (flag === undefined) parts.push({ words: [word] });
    else if (word.includes("=") || isSwitch(parameters, flag)) parts.push({ flag, words: [word] });
    else {
      const value = args[(at += 1)];
      if (value === undefined || value === "--" || LOOKS_LIKE_FLAG.test(value)) return undefined;
      parts.push({ flag, words: [word, value] });
    }
  }
  return parts;
}

/** As the parser tells flags from values. */
const LOOKS_LIKE_FLAG = /^(?:--[a-z][a-z-.\d_]+(?:=.+)?|-[a-z]+|-[a-z]=.+)$/i;

function flagOf(word: string, { flags = {}, aliases = {} }: Parameters): string | undefined {
  if (!LOOKS_LIKE_FLAG.test(word)) return undefined;
  const [name = ""] = word.replace(/^--?/, "").split("=");
  const known: Readonly<Record<string, string | undefined>> = aliases;
  if (!word.startsWith("--")) return Object.hasOwn(known, name) ? known[name] : undefined;
  const camel = name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return [name, camel].find((each) => Object.hasOwn(flags, each));
}

const isSwitch = ({ flags = {} }: Parameters, flag: string): boolean =>
  flags[flag]?.kind === "boolean" || flags[flag]?.kind === "counter";

function isList({ flags = {} }: Parameters, name: string): boolean {
  const flag = flags[name];
  return flag !== undefined && (flag.kind === "counter" || ("variadic" in flag && flag.variadic !== false));
}
