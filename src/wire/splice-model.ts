// The pass-through path changes one value of the request: `model`. The other bytes stay as they came.

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const KEY = Buffer.from('"model"');

/** Where the value of the top-level key `model` lies, quotes included. */
export interface ModelSpan {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds `"model": "…"` at the top level of a JSON object. The text must be valid JSON (it was parsed
 * before). Long strings cost one native search each, so a large prompt before `model` is no matter, and what
 * follows is walked through only when the key could be in it again.
 *
 * @returns `undefined` when the key is there twice or not at all, or its value is no string
 */
export function findModel(body: Buffer): ModelSpan | undefined {
  let found: ModelSpan | undefined;
  let depth = 0;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i]!;
    if (byte === QUOTE) {
      const end = stringEnd(body, i);
      if (depth === 1 && isKey(body, i, end)) {
        if (found) return undefined;
        found = valueAfter(body, end);
        if (!found || !mayComeAgain(body, found.end)) return found;
      }
      i = end;
    } else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) depth--;
  }
  return found;
}

/** `\u006d` to `\u006F`: any letter of the key, escaped. */
const ESCAPED_LETTER = "\\u006";

const mayComeAgain = (body: Buffer, from: number): boolean =>
  body.indexOf(KEY, from) !== -1 || body.indexOf(ESCAPED_LETTER, from) !== -1;

/** A key is a string that a colon follows; a value is never `"model"` before a colon. */
function isKey(body: Buffer, start: number, end: number): boolean {
  if (!spellsModel(body, start, end)) return false;
  return body[skipSpace(body, end + 1)] === 0x3a;
}

function spellsModel(body: Buffer, start: number, end: number): boolean {
  const length = end - start + 1;
  if (length === KEY.length) {
    for (let i = 1; i < KEY.length - 1; i++) if (body[start + i] !== KEY[i]) return false;
    return true;
  }
  // Each escaped letter is five bytes longer.
  if (length < KEY.length || length > KEY.length + 25 || (length - KEY.length) % 5 !== 0) return false;
  const text = body.toString("latin1", start, end + 1);
  return text.includes("\\u") && JSON.parse(text) === "model";
}

function valueAfter(body: Buffer, keyEnd: number): ModelSpan | undefined {
  const start = skipSpace(body, skipSpace(body, keyEnd + 1) + 1);
  return body[start] === QUOTE ? { start, end: stringEnd(body, start) + 1 } : undefined;
}

/** Index of the quote that closes the string opened at `start`; behind the body when none does. */
export function stringEnd(body: Buffer, start: number): number {
  for (let end = nextQuote(body, start + 1); end !== -1; end = nextQuote(body, end + 1)) {
    let slashes = 0;
    while (body[end - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return body.length;
}

const NEAR = 64;

/** Most strings are short: for them a few steps cost less than a native search. */
function nextQuote(body: Buffer, from: number): number {
  const near = Math.min(from + NEAR, body.length);
  for (let i = from; i < near; i++) if (body[i] === QUOTE) return i;
  return body.indexOf(QUOTE, near);
}

function skipSpace(body: Buffer, from: number): number {
  let i = from;
  while (body[i] === 0x20 || body[i] === 0x0a || body[i] === 0x0d || body[i] === 0x09) i++;
  return i;
}

/** A request whose model is put in place as often as there are attempts. */
export class ModelSplicer {
  #head: Buffer;
  readonly #tail: Buffer;
  #whole: Buffer | undefined;

  /** @param body becomes the splicer's own: its bytes before `span.end` may be overwritten */
  constructor(body: Buffer, span: ModelSpan) {
    this.#whole = body;
    this.#head = body.subarray(0, span.start);
    this.#tail = body.subarray(span.end);
  }

  /**
   * The body with `model` in place. The first time a shorter value is written right before the tail and the
   * few bytes before it move along, so that a large prompt is not copied.
   */
  put(model: string): Buffer {
    const value = JSON.stringify(model);
    const whole = this.#whole;
    this.#whole = undefined;
    const spare = whole
      ? whole.length - this.#tail.length - Buffer.byteLength(value) - this.#head.length
      : -1;
    if (!whole || spare < 0) return Buffer.concat([this.#head, Buffer.from(value), this.#tail]);
    const end = spare + this.#head.length;
    whole.copyWithin(spare, 0, this.#head.length);
    whole.write(value, end);
    this.#head = whole.subarray(spare, end);
    return whole.subarray(spare);
  }
}
