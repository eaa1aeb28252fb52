// JSON5 text as tokens, none left out, and where its objects and arrays lie among them. Joining the tokens
// gives the text back, byte for byte; that is why an edit here cannot touch what it does not name.
//
// @croct/json5-parser was tried first. Its manipulator drops the comments beside a removed entry; its lexer
// refuses U+2028 in text and \u in bare keys, both good JSON5, and costs 30 ms to load where this costs none.
import json5 from "json5";

export interface Token {
  /** `{ } [ ] : ,` stand for themselves; a word is a number, a literal or a bare key */
  readonly type: "space" | "newline" | "comment" | "text" | "word" | "{" | "}" | "[" | "]" | ":" | ",";
  readonly value: string;
}

/** One token. Only for text that JSON5 accepts: it divides, it does not check. */
const TOKEN =
  /(?<space>[^\S\r\n]+)|(?<newline>\r\n?|\n)|(?<comment>\/\/[^\r\n\u2028\u2029]*|\/\*[^]*?\*\/)|(?<text>"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*')|(?<mark>[{}[\]:,])|(?<word>[^\s{}[\]:,"'/]+)/gu;

/** A value: tokens `start` up to, not including, `end`. */
export interface Node {
  readonly start: number;
  readonly end: number;
  /** absent in a scalar */
  readonly members?: readonly Member[];
}

/** An entry of an object (with `key`) or of an array. */
export interface Member {
  readonly key?: string;
  readonly start: number;
  readonly value: Node;
  /** token of the comma behind it */
  readonly comma?: number;
}

export function tokenize(text: string): Token[] {
  return Array.from(text.matchAll(TOKEN), ({ 0: value, groups = {} }) => {
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined);
    return { type: (kind === "mark" ? value : kind) as Token["type"], value };
  });
}

export const isSpace = (token: Token | undefined): boolean =>
  token?.type === "space" || token?.type === "newline";

const CLOSING: Readonly<Record<string, string>> = { "{": "}", "[": "]" };

/** The value that the tokens hold. They must be well-formed: the text was parsed before. */
export function readTree(tokens: readonly Token[]): Node {
  let at = 0;
  const skip = (): number => {
    while (isSpace(tokens[at]) || tokens[at]?.type === "comment") at++;
    return at;
  };
  const readValue = (): Node => {
    const start = skip();
    const close = CLOSING[tokens[at++]!.type];
    if (!close) return { start, end: at };
    const members: Member[] = [];
    for (skip(); tokens[at]!.type !== close; skip()) members.push(readMember(close === "}"));
    at++;
    return { start, end: at, members };
  };
  const readMember = (keyed: boolean): Member => {
    const start = at;
    const key = keyed ? { key: keyText(tokens[at++]!) } : {};
    if (keyed) at = skip() + 1;
    const value = readValue();
    if (tokens[skip()]!.type !== ",") return { ...key, start, value };
    return { ...key, start, value, comma: at++ };
  };
  return readValue();
}

/** The key that a token writes: bare or in quotes, with escapes in either. */
function keyText({ type, value }: Token): string {
  if (value.includes("\\")) return Object.keys(json5.parse<object>(`{${value}:0}`))[0]!;
  return type === "text" ? value.slice(1, -1) : value;
}

/**
 * The member at `path`, `undefined` if there is none. Of two entries with one key the last counts, as when
 * the text is parsed.
 */
export function findMember(root: Node, path: readonly PropertyKey[]): Member | undefined {
  let member: Member | undefined;
  let node: Node | undefined = root;
  for (const key of path) {
    member = typeof key === "number" ? node?.members?.[key] : node?.members?.findLast((m) => m.key === key);
    node = member?.value;
  }
  return member;
}
