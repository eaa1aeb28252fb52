// What the strict upstreams share: how a rule is told, what a model sees of a call, and what it says.
import type { Action, Call } from "../scripted-upstream.ts";

/** What the real API would answer with 400. */
export class Invalid extends Error {}

export function must(holds: unknown, rule: string): asserts holds {
  if (!holds) throw new Invalid(rule);
}

export const isObject = (value: unknown): value is Record<string, any> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** APIs refuse, or silently lose, what they do not know: a test wants to hear of both. */
export function only(value: Record<string, any>, known: readonly string[], place: string): void {
  for (const key of Object.keys(value)) must(known.includes(key), `${place}: unknown field "${key}"`);
}

export type SeenPart =
  | { kind: "text"; text: string }
  | { kind: "image"; data: string }
  | { kind: "thinking"; text: string }
  | { kind: "call"; id: string; name: string; args: any }
  | { kind: "result"; id: string; text: string };

/** A call, as its model sees it, in no protocol's words. */
export interface Seen {
  readonly system: string;
  readonly turns: readonly { readonly role: "user" | "assistant"; readonly parts: readonly SeenPart[] }[];
  readonly tools: readonly string[];
  readonly hasSchema: boolean;
  readonly thinks: boolean;
}

export interface Saying {
  readonly thinking?: string;
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly args: object }[];
}

/** What an upstream remembers of what it gave out: proofs of reasoning, with their words. */
export type Given = Map<string, string>;

export interface StrictWire {
  readonly api: string;
  /** @throws Invalid naming the rule of the API that is broken */
  see(call: Call, given: Given): Seen;
  /** Whole or streamed, as the call wants it. */
  answer(saying: Saying, call: Call, given: Given): Action;
  /** What comes before any content of a stream, then a cut. */
  cutOff(call: Call): Action;
  error(status: number, message: string): object;
}

/** The OpenAI SDK keeps the last piece only of streamed fields that it does not know. */
export const wasSaid = (given: Given, words: string): boolean =>
  [...given.keys()].some((text) => text.endsWith(words));

let count = 0;
/** Unlike any other in this process. */
export const nextId = (prefix: string): string => `${prefix}${++count}`;

/** A proof of reasoning: base64, as all of them are. */
export function prove(given: Given, text: string, maker: string): string {
  const proof = Buffer.from(`${maker} ${nextId("proof")}`).toString("base64");
  given.set(proof, text);
  return proof;
}

export const isBase64 = (text: unknown): text is string =>
  typeof text === "string" && text !== "" && /^[A-Za-z0-9+/_-]+={0,2}$/.test(text);

/** Pieces of a text, as models tell it. */
export const pieces = (text: string): string[] => text.match(/.{1,12}/gs) ?? [];

/** Each call is answered, once, by what follows it. */
export function mustAnswerAll(calls: readonly string[], results: readonly string[], place: string): void {
  for (const id of calls)
    must(results.includes(id), `${place}: the call ${id} has no result right behind it`);
  for (const id of results) must(calls.includes(id), `${place}: the result of ${id} has no call before it`);
  must(new Set(results).size === results.length, `${place}: a call has two results`);
}
