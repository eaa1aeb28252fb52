// A secret in memory. It prints as `[secret]` however it is printed; only `reveal` gives the text.

/** `util.inspect.custom`, without the import: node:util costs more start-up than all of this folder. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");

export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The secret text. Call it where bytes leave for the provider, nowhere else. */
  reveal(): string {
    return this.#value;
  }
  /** `text` without this secret: also encoded, also in part. For words that come from others. */
  hideIn(text: string): string {
    return hide(text, formsOf(this.#value));
  }
  toString(): string {
    return "[secret]";
  }
  toJSON(): string {
    return "[secret]";
  }
  [INSPECT](): string {
    return "[secret]";
  }
}

/** Whether a text can be a header: one with a line break or other than Latin letters cannot be sent. */
export const fitsHeader = (text: string): boolean => /^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(text);

/** A secret shorter than this shows nothing of itself: eight characters would be too large a part. */
const SHORTEST_SHOWN = 24;

/** A form fit for people: at most 4 + 4 characters, and nothing of a short secret. */
export function maskSecret(value: string): string {
  if (value === "") return "missing";
  return value.length < SHORTEST_SHOWN ? "****" : `${value.slice(0, 4)}...${value.slice(-4)}`;
}

/** A shared run of this many characters is no accident. */
const TELLING = 12;

/** The secret as it may be written: plain, escaped, base64 at each of its three alignments, hex. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value);
  const aligned = [0, 1, 2].map((shift) => Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64"));
  // The first group and the last mix in neighbours and padding.
  const base64 = aligned.map((text) => text.slice(4).replace(/.?=*$/, ""));
  const hex = bytes.toString("hex");
  const plain = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)];
  const forms = [...plain, aligned[0]!, ...base64, hex, hex.toUpperCase()];
  return [...forms, ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"))];
}

/** Every telling run holds one block of this length that begins at a multiple of it. */
const BLOCK = TELLING / 2;

/** Goes by the text, which is short: tokens are thousands of characters, and calls that fail wait for this. */
function hide(text: string, forms: readonly string[]): string {
  const long = forms.filter((form) => form.length >= TELLING);
  const isTold = (run: string) => long.some((form) => form.includes(run));
  const hidden = new Uint8Array(text.length);
  for (let block = 0; block + BLOCK <= text.length; block += BLOCK) {
    if (!isTold(text.slice(block, block + BLOCK))) continue;
    for (let at = Math.max(0, block - BLOCK); at <= block && at + TELLING <= text.length; at++)
      if (isTold(text.slice(at, at + TELLING))) hidden.fill(1, at, at + TELLING);
  }
  for (const short of forms) {
    if (short.length < 4 || short.length >= TELLING) continue;
    for (let at = text.indexOf(short); at !== -1; at = text.indexOf(short, at + 1))
      hidden.fill(1, at, at + short.length);
  }
  return withoutHidden(text, hidden);
}

function withoutHidden(text: string, hidden: Uint8Array): string {
  let out = "";
  for (let i = 0; i < text.length; i++) {
    if (!hidden[i]) out += text[i];
    else if (!hidden[i - 1]) out += "[secret]";
  }
  return out;
}
