// From a JSON5 text and the document it should hold to the text that holds it: comments, layout, key order
// and everything else outside the changed entries stay as they were. A comment goes only together with the
// removed or replaced value that it stands in.
import json5 from "json5";
import type { Change, Insertion } from "./difference.ts";
import { difference } from "./difference.ts";
import type { Node, Token } from "./json5-tree.ts";
import { findMember, isSpace, readTree, tokenize } from "./json5-tree.ts";

/** How the author writes. */
interface Style {
  readonly newline: string;
  /** one level of indentation */
  readonly unit: string;
  /** keys without quotes */
  readonly bareKeys: boolean;
  /** `{"a":1,"b":2}` rather than `{ "a": 1, "b": 2 }` */
  readonly tight: boolean;
}

/** `text` changed as little as possible so that it holds `next`, a plain JSON value. */
export function patchText(text: string, next: unknown): string {
  const tokens = tokenize(text);
  const style = styleOf(tokens);
  for (const change of difference(json5.parse(text), next)) applyChange(tokens, style, change);
  return tokens.map((token) => token.value).join("");
}

function styleOf(tokens: readonly Token[]): Style {
  const colon = tokens.findIndex((token) => token.type === ":");
  const indented = tokens.findIndex((token, at) => token.type === "space" && startsLine(tokens, at + 1));
  return {
    newline: tokens.find((token) => token.type === "newline")?.value ?? "\n",
    unit: tokens[indented]?.value ?? "  ",
    bareKeys: tokens.some((token, at) => token.type === "word" && tokens[at + 1]?.type === ":"),
    tight: colon !== -1 && !isSpace(tokens[colon + 1]),
  };
}

function applyChange(tokens: Token[], style: Style, change: Change): void {
  const root = readTree(tokens);
  const at = (path: Change["path"]): Node => (path.length === 0 ? root : findMember(root, path)!.value);
  if (change.kind === "insert") return insertMember(tokens, style, at(change.path), change);
  const member = findMember(root, change.path)!;
  if (change.kind === "set") {
    const indent = startsLine(tokens, member.start) ? indentAt(tokens, member.start) : undefined;
    const { start, end } = member.value;
    return replace(tokens, start, end, print(change.value, style, indent));
  }
  const parent = at(change.path.slice(0, -1));
  removeMember(tokens, parent, parent.members!.indexOf(member));
  // The same key may stand there twice: the earlier entry must not come back to life.
  if (typeof change.path.at(-1) === "string" && findMember(readTree(tokens), change.path)) {
    applyChange(tokens, style, change);
  }
}

/** Removes an entry with its comma, and its line when nothing else stands on it. */
function removeMember(tokens: Token[], parent: Node, index: number): void {
  const { start, value, comma } = parent.members![index]!;
  const separator = comma ?? parent.members![index - 1]?.comma;
  let next = value.end;
  while (next === comma || tokens[next]?.type === "space") next++;
  const startsOwnLine = startsLine(tokens, start);
  const wholeLine = startsOwnLine && tokens[next]?.type === "newline";
  // The space before goes with the line, or with the comma before it; else the space behind goes.
  const spaceBefore =
    tokens[start - 1]?.type === "space" && (wholeLine || (!startsOwnLine && separator !== comma));
  const from = spaceBefore ? start - 1 : start;
  const to = wholeLine ? next + 1 : spaceBefore ? value.end : next;
  // A comment may stand between the value and its comma. From the end, so that the indexes hold.
  if (separator !== undefined && separator >= to) replace(tokens, separator, separator + 1, "");
  replace(tokens, from, to, "");
  if (separator !== undefined && separator < from) replace(tokens, separator, separator + 1, "");
}

function insertMember(tokens: Token[], style: Style, node: Node, change: Insertion): void {
  const members = node.members!;
  const [first, next, last] = [members[0], members[change.index], members.at(-1)];
  if (!first || !last) return fillEmpty(tokens, style, node, change);
  const lined = startsLine(tokens, first.start);
  const indent = lined ? indentAt(tokens, first.start) : undefined;
  const gap = indent === undefined ? (style.tight ? "" : " ") : style.newline + indent;
  const entry = printEntry(change, style, indent);
  if (next) return replace(tokens, next.start, next.start, `${entry},${gap}`);
  const comma = last.comma ?? last.value.end;
  if (last.comma === undefined) replace(tokens, comma, comma, ",");
  const place = lined ? endOfLine(tokens, comma + 1) : comma + 1;
  replace(tokens, place, place, gap + entry + (last.comma === undefined ? "" : ","));
}

/** The first entry of an object or array that may hold white space and comments. */
function fillEmpty(tokens: Token[], style: Style, node: Node, change: Insertion): void {
  const close = node.end - 1;
  let from = close;
  while (isSpace(tokens[from - 1])) from--;
  const empty = from === node.start + 1;
  const lined = change.path.length === 0 || !empty || tokens.some((token) => token.type === "newline");
  if (!lined) return replace(tokens, from, close, printEntry(change, style, undefined));
  const outer = indentAt(tokens, node.start);
  const inner = outer + style.unit;
  const entry = printEntry(change, style, inner);
  replace(tokens, from, close, style.newline + inner + entry + style.newline + outer);
}

function replace(tokens: Token[], from: number, to: number, text: string): void {
  tokens.splice(from, to - from, ...tokenize(text));
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

function printEntry({ key, value }: Insertion, style: Style, indent: string | undefined): string {
  const text = print(value, style, indent);
  if (key === undefined) return text;
  const name = style.bareKeys && IDENTIFIER.test(key) ? key : JSON.stringify(key);
  return `${name}:${style.tight ? "" : " "}${text}`;
}

/** A value over several lines, those after the first indented by `indent`; on one line without `indent`. */
function print(value: unknown, style: Style, indent: string | undefined): string {
  const tight = indent === undefined && style.tight;
  // Two characters that are good JSON, but that JSON5 readers warn of.
  const json = JSON.stringify(value, null, tight ? "" : style.unit)
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
  // A line break in JSON is always layout: inside text it is written as \n.
  const text = style.bareKeys ? json.replaceAll(/^(\s*)"([A-Za-z_$][\w$]*)":/gm, "$1$2:") : json;
  return indent === undefined
    ? text.replaceAll(/\n\s*/g, " ")
    : text.replaceAll("\n", style.newline + indent);
}

/** Whether only white space stands before the token on its line. */
function startsLine(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]?.type === "space" ? at - 2 : at - 1;
  return tokens[before]?.type === "newline";
}

/** Indentation of the line on which the token stands. */
function indentAt(tokens: readonly Token[], at: number): string {
  let first = at;
  while (first > 0 && tokens[first - 1]!.type !== "newline") first--;
  const token = tokens[first];
  return token?.type === "space" ? token.value : "";
}

/** Where the line of the token ends, if only white space and comments are left on it; else `at`. */
function endOfLine(tokens: readonly Token[], at: number): number {
  let end = at;
  while (tokens[end]?.type === "space" || tokens[end]?.type === "comment") end++;
  return tokens[end]?.type === "newline" ? end : at;
}
