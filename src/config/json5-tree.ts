// JSON5 text as tokens, none left out, and where its objects and arrays lie among them. Joining the tokens
// gives the text back, byte for byte; that is why an edit here cannot touch what it does not name.
// Tokens come from @croct/json5-parser. Its own manipulator is not used: it drops the comments beside a
// removed entry.
import type { JsonToken } from "@croct/json5-parser";
import { JsonLexer } from "@croct/json5-parser";
import json5 from "json5";

export type Token = Pick<JsonToken, "type" | "value">;

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

export const tokenize = (text: string): Token[] => JsonLexer.tokenize(text);

export const isSpace = (token: Token | undefined): boolean =>
  token?.type === "WHITESPACE" || token?.type === "NEWLINE";
export const isComment = (token: Token | undefined): boolean =>
  token?.type === "LINE_COMMENT" || token?.type === "BLOCK_COMMENT";

/** The value that the tokens hold. They must be well-formed: the text was parsed before. */
export function readTree(tokens: readonly Token[]): Node {
  let at = 0;
  const skip = (): number => {
    while (isSpace(tokens[at]) || isComment(tokens[at])) at++;
    return at;
  };
  const readValue = (): Node => {
    const start = skip();
    const close = { BRACE_LEFT: "BRACE_RIGHT", BRACKET_LEFT: "BRACKET_RIGHT" }[tokens[at++]!.type as string];
    if (!close) return { start, end: at };
    const members: Member[] = [];
    for (skip(); tokens[at]!.type !== close; skip()) members.push(readMember(close === "BRACE_RIGHT"));
    at++;
    return { start, end: at, members };
  };
  const readMember = (keyed: boolean): Member => {
    const start = at;
    const key = keyed ? { key: keyText(tokens[at++]!) } : {};
    if (keyed) at = skip() + 1;
    const value = readValue();
    if (tokens[skip()]!.type !== "COMMA") return { ...key, start, value };
    return { ...key, start, value, comma: at++ };
  };
  return readValue();
}

function keyText(token: Token): string {
  return token.type === "STRING" ? json5.parse<string>(token.value) : token.value;
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
